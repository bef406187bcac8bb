# Two commands: `make demo` and `make test`. Both install what is missing, saying so first.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release
VOUCH := .build/release/vouch

.PHONY: demo test verify bench build tools help

help: ## what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

tools:
	@Scripts/install-tools

build: tools
	$(BUILD) --build-tests
	$(BUILD) --product vouch

demo: tools ## train on the bundled Adult data and write a report
	$(BUILD) --product vouch
	Scripts/demo

test: build ## every test, in the configuration that ships
	$(SWIFT) test -c release --skip-build

verify: build ## the long simulations behind the statistical claims; writes their tables
	VOUCH_VERIFY=1 $(SWIFT) test -c release --skip-build

bench: build ## ratios against Python peers on this machine; writes Benchmarks/README.md
	Benchmarks/run
