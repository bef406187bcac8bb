"""README.md from results.csv."""

import collections
import math
import os

import numpy

import comparison

REFERENCE = "LightGBM"
LEVEL = 0.95

INTRODUCTION = """\
# Tables: Vouch against its peers

Written by `Benchmarks/tables/run` from `results.csv`; not edited by hand.

- **Same rows for all.** Five repetitions of two halves (ten splits), stratified by class; all
  methods train on the same half. What Vouch needs for validation, it takes out of that half.
- **Defaults for all**, two threads each. Vouch gets the file and the target's name, nothing else
  (also the task where its version says so; the peers are told it by the choice of their class).
  Boosted trees get texts as categories; the linear models (logistic regression, ridge) and
  scikit-learn's MLP get standardised numbers and one-hot texts, the MLP's regression target
  standardised too.
- **Measure**: log loss in nats (scikit-learn's `log_loss` and its clipping) or root mean squared
  error, from predictions of rows given without their target. Lower is better.
- **Verdict**: corrected resampled t-test (Nadeau & Bengio 2003, doi:10.1023/A:1024068626366) of
  the differences by split, two-sided at 5 %, with no correction for the number of sets.
- LightGBM's log loss on shuttle, where one class has ten rows, is no mistake of the script: with its
  defaults some leaves' steps diverge, and single rows cost up to 36 nats (−log of the clip).
- **Seconds** are of the wall clock. Vouch's are of whole processes: they hold reading the CSV
  file, encoding, measuring and writing the report. The peers' are of the `fit` and `predict` calls.

To measure again: `pip install -r requirements.txt` in a virtual environment, build Vouch, then
`Benchmarks/tables/run` with that environment's Python; `--help` lists its options (some sets, fewer
splits, a variant of Vouch under a label, the slow peers RealMLP-TD and TabM). It goes on where it was
cut off. `Benchmarks/tables/validation` compares variants of Vouch's recipe on training rows alone and
logs them in `choices.csv`: choices are made there, never from the table below.
`python -m unittest` in this folder checks the statistics.
"""


def number(value):
    return "failed" if math.isinf(value) else f"{value:.5g}"


def lines_of(header, rows):
    yield "| " + " | ".join(header) + " |"
    yield "|" + "|".join(["---"] + ["---:"] * (len(header) - 1)) + "|"
    for row in rows:
        yield "| " + " | ".join(str(cell) for cell in row) + " |"


class Results:
    """The latest version of each method: `loss[set][method][split]`, infinite for a failure."""

    def __init__(self, rows, methods=None):
        self.rows = latest([row for row in rows if methods is None or row["method"] in methods])
        self.loss = collections.defaultdict(lambda: collections.defaultdict(dict))
        for row in self.rows:
            loss = math.inf if row["error"] else float(row["loss"])
            self.loss[row["set"]][row["method"]][int(row["split"])] = loss
        self.sets = sorted(self.loss, key=lambda name: (self._metric(name), name))
        self.methods = sorted({row["method"] for row in self.rows}, key=order)

    def _metric(self, name):
        return next(row["metric"] for row in self.rows if row["set"] == name)

    def common_splits(self, name):
        """The splits that every method present on the set has."""
        return sorted(set.intersection(*[set(found) for found in self.loss[name].values()]))

    def means(self, name):
        splits = self.common_splits(name)
        return {
            method: float(numpy.mean([found[split] for split in splits])) if splits else math.nan
            for method, found in self.loss[name].items()
        }

    def losses_table(self):
        rows = []
        for name in self.sets:
            means = self.means(name)
            best = min(means.values())
            cells = [
                ("**{}**" if means[m] == best else "{}").format(number(means[m]))
                if m in means else "–" for m in self.methods
            ]
            rows.append([name, self._metric(name), len(self.common_splits(name)), *cells])
        return lines_of(["set", "metric", "splits", *self.methods], rows)

    def complete_sets(self):
        return [
            name for name in self.sets
            if len(self.loss[name]) == len(self.methods) and self.common_splits(name)
        ]

    def costs_table(self):
        complete = self.complete_sets()
        losses = [[self.means(name)[m] for m in self.methods] for name in complete]
        ranks = comparison.mean_ranks(losses) if complete else [math.nan] * len(self.methods)
        rows = []
        for method, rank in zip(self.methods, ranks):
            own = [row for row in self.rows if row["method"] == method and not row["error"]]
            seconds = [
                f"{sum(float(row[field]) for row in own):.0f}"
                for field in ["fit_seconds", "predict_seconds", "cpu_seconds"]
            ]
            version = own[0]["version"] if own else ""
            rows.append([method, f"{rank:.2f}", len(own), *seconds, version])
        yield f"Mean ranks over the {len(complete)} sets that every method has."
        yield ""
        yield from lines_of(
            ["method", "mean rank", "trainings", "fit s", "predict s", "processor s", "version"],
            rows)

    def against_reference(self, method):
        """The verdicts of one method, and their count."""
        count = collections.Counter()
        rows = []
        for name in self.sets:
            ours, theirs = self.loss[name].get(method), self.loss[name].get(REFERENCE)
            if not ours or not theirs:
                continue
            splits = sorted(set(ours) & set(theirs))
            verdict, cells = compare([ours[s] for s in splits], [theirs[s] for s in splits])
            count[verdict] += 1
            rows.append([name, len(splits), *cells, verdict])
        total = sum(count.values())
        yield f"## {method} against {REFERENCE}"
        yield ""
        yield (
            f"Better on {count['better']}, worse on {count['worse']}, cannot tell on "
            f"{count['cannot tell']} of {total} sets."
        )
        yield ""
        yield from lines_of(
            [
                "set", "splits", f"{method} − {REFERENCE}", "95 % interval", "relative", "p",
                "verdict",
            ], rows)

    def provenance(self):
        dates = sorted(row["date"] for row in self.rows)
        machines = sorted({row["machine"] for row in self.rows})
        load = [float(row["load"]) for row in self.rows if row["load"]]
        yield f"- Measured {dates[0]} to {dates[-1]} (UTC)."
        yield f"- Machine: {'; '.join(machines)}."
        if load:
            yield (
                f"- Load when trainings began: median {numpy.median(load):.1f}, largest "
                f"{max(load):.1f}, per core. Above 1, other work shared the cores, and seconds are too long."
            )


def latest(rows):
    """Of each method, the rows of the version measured last, one a set and split, newest first."""
    version = {}
    for row in sorted(rows, key=lambda row: row["date"]):
        version[row["method"]] = row["version"]
    kept = {}
    for row in rows:
        if row["version"] == version[row["method"]]:
            kept[row["set"], int(row["split"]), row["method"]] = row
    return list(kept.values())


def order(method):
    return (not method.startswith("Vouch"), method != REFERENCE, method)


def compare(ours, theirs):
    """Verdict of `ours` and its cells: difference, interval, relative difference, p."""
    if any(map(math.isinf, ours)):
        return "worse", ["failed", "", "", ""]
    if any(map(math.isinf, theirs)):
        return "cannot tell", [f"{REFERENCE} failed", "", "", ""]
    mean, low, high, p = comparison.corrected_resampled_t(numpy.subtract(ours, theirs), level=LEVEL)
    verdict = "cannot tell" if p > 1 - LEVEL else "better" if mean < 0 else "worse"
    relative = f"{100 * mean / numpy.mean(theirs):+.1f} %"
    return verdict, [f"{mean:+.3g}", f"{low:+.3g} … {high:+.3g}", relative, f"{p:.2g}"]


def write(path, rows, methods, command):
    results = Results(rows, methods)
    if not results.rows:
        return
    lines = [INTRODUCTION, "## Mean loss", "", *results.losses_table(), ""]
    lines += ["## Ranks and cost", "", *results.costs_table(), ""]
    for method in results.methods:
        if method.startswith("Vouch"):
            lines += [*results.against_reference(method), ""]
    lines += ["## Provenance", "", *results.provenance(), f"- Last command: `{command}`", ""]
    temporary = path.with_suffix(".new")
    temporary.write_text("\n".join(lines))
    os.replace(temporary, path)
