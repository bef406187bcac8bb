# Two commands: `make demo` and `make test`. Both install what is missing, saying so first.

SWIFT ?= swift
# Without debug information, which takes a tenth of a build.
BUILD := $(SWIFT) build -c release -debug-info-format none
VOUCH := .build/release/vouch

.PHONY: demo test verify fuzz sanitize bench rows build tools help

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

# VOUCH_TORCH_PYTHON=PYTHON adds the comparison of random graphs with that Python's PyTorch; VOUCH_DATA=FOLDER,
# with tables/pmlb/*.csv in it, adds the planted leaks. The backend tests of ONNX come from PyPI.
verify: build fuzz ## the long simulations behind the statistical claims; writes their tables
	VOUCH_VERIFY=1 VOUCH_ONNX_SUITE="$$(Scripts/onnx-suite)" $(SWIFT) test -c release --skip-build

FUZZ_CASES ?= 20000
FUZZ_MODELS ?= 10000
fuzz: build ## made-up tables, and changed ONNX models, through all that reads them
	Scripts/fuzz tables $(FUZZ_CASES)
	Scripts/fuzz models $(FUZZ_MODELS)

# Leaks are not looked for: XCTest leaks. What the filter leaves out has no threads of its own to race. Only the engine and
# training are built.
sanitize: tools ## the engine and training under AddressSanitizer, their threads under ThreadSanitizer
	VOUCH_ENGINE_ALONE=1 ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test -c release --sanitize=address \
		--scratch-path .build-asan --filter 'EngineTests|TrainingTests'
	VOUCH_ENGINE_ALONE=1 $(SWIFT) test -c release --sanitize=thread --scratch-path .build-tsan \
		--filter 'DeterminismTests|KernelContractTests|TrainingTests'

rows: tools ## one epoch from 20 million rows that stay on disk: seconds and peak memory, below 1.5 GB
	$(BUILD) --product RowsOnDisk
	.build/release/RowsOnDisk $(ROWS)

bench: build ## ratios against Python peers on this machine; writes Benchmarks/README.md
	Benchmarks/run
