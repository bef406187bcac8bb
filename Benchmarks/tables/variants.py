"""Variants of Vouch's recipe on training rows alone: what `validation` and `ablation` share.

Only the training half of each table's first split is used (of Adult, its training file). Per seed,
a fifth of that half is held back; Vouch trains on the rest. Two losses are recorded: Vouch's own
best validation loss (as its events give it, in its own units) and the loss on the fifth that it did
not see.
"""

import datetime
import math
import os
import pathlib
import shlex
import sys
import tempfile
import time

import numpy

import comparison
import tables
import vouch
from report import lines_of

THREADS = 2
FIELDS = [
    "set", "seed", "variant", "options", "version", "rows", "metric", "validation_loss",
    "inner_loss", "trivial_loss", "seconds", "load", "date", "error",
]
KEY = ["set", "seed", "variant", "options", "version"]
KNOWN = tables.PMLB + tables.OTHERS


def add_options(parser):
    parser.add_argument("--data", type=pathlib.Path, default=tables.DATA)
    parser.add_argument("--sets", help="comma-separated")
    parser.add_argument(
        "--vouch", type=pathlib.Path, default=tables.REPOSITORY / ".build" / "release" / "vouch")
    parser.add_argument(
        "--tell-task", action="store_true",
        help="give Vouch --task, as the peers are told by the choice of their class")
    parser.add_argument("--time-limit", type=float, help="minutes after which no training starts")
    parser.add_argument("--report-only", action="store_true", help="measure nothing")


def programs_of(variants, chosen):
    """A program for each label, from pairs of label and options."""
    return {
        label: vouch.Vouch(chosen.vouch, text, THREADS, chosen.tell_task)
        for label, text in variants
    }


def training_half(table):
    """All rows of Adult's training file, whose test rows are a file of their own."""
    return numpy.arange(len(table.rows)) if table.name == "adult" else table.splits()[0][0]


def measure_one(store, table, label, program, seed):
    rows, held_back = table.inner_split(training_half(table), seed)
    load, found, error = os.getloadavg()[0] / os.cpu_count(), {}, ""
    started = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            program.write_files(table, rows, held_back, folder)
            started = time.monotonic()
            events = program.train(table, folder, ["--seed", seed])
            found["seconds"] = time.monotonic() - started
            found["inner_loss"] = table.loss(held_back, program.predict(table, folder))
            found["validation_loss"] = vouch.best_validation_loss(events)
            found["trivial_loss"] = table.trivial_loss(rows, held_back)
    except (vouch.VouchFailure, ValueError) as failure:
        error = f"{type(failure).__name__}: {failure}"
    store.append(
        set=table.name, seed=seed, variant=label, options=shlex.join(program.options),
        version=program.binary, rows=len(rows), metric=table.metric, load=round(load, 2),
        date=datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M"), error=error, **found)
    shown = error or f"{found['inner_loss']:.5g}  {found['seconds']:.1f} s"
    print(f"{table.name} {seed} {label}: {shown}", file=sys.stderr, flush=True)


def measure(chosen, store, programs):
    """Measures what is missing; `chosen` has the data, sets, seeds and time limit."""
    deadline = time.monotonic() + 60 * chosen.time_limit if chosen.time_limit else math.inf
    done = store.keys()
    for name in chosen.sets:
        table = tables.load(name, chosen.data)
        for seed in range(chosen.seeds):
            for label, program in programs.items():
                key = (name, str(seed), label, shlex.join(program.options), program.binary)
                if key in done:
                    continue
                if time.monotonic() > deadline:
                    print("The time limit was reached; start it again to go on.", file=sys.stderr)
                    return
                measure_one(store, table, label, program, seed)


def found_losses(rows, chosen, programs, any_version):
    """`[set][label][seed]` → row, of the options and version asked for, or the latest of a label."""
    found = {}
    for row in sorted(rows, key=lambda row: row["date"]):
        label, name = row["variant"], row["set"]
        if label not in programs or name not in chosen.sets or row["error"]:
            continue
        program = programs[label]
        matches = (row["options"], row["version"]) == (shlex.join(program.options), program.binary)
        if matches or any_version:
            found.setdefault(name, {}).setdefault(label, {})[int(row["seed"])] = row
    return found


def comparison_lines(found, labels):
    """Losses by set, mean ranks, and differences from the first variant, as Markdown."""
    shared = {}
    for name, by_label in found.items():
        if len(by_label) == len(labels):
            seeds = set.intersection(*[set(seeds) for seeds in by_label.values()])
            if seeds:
                shared[name] = sorted(seeds)
    if not shared:
        return ["No set has all variants yet."]

    def losses(field, scaled=False):
        return numpy.array([
            [
                numpy.mean([
                    float(found[name][label][seed][field])
                    / (float(found[name][label][seed]["trivial_loss"]) if scaled else 1)
                    for seed in seeds
                ]) for label in labels
            ] for name, seeds in shared.items()
        ])

    inner, validation = losses("inner_loss"), losses("validation_loss")
    seconds, scaled = losses("seconds"), losses("inner_loss", scaled=True)
    rows = [
        [name, len(shared[name]), *(f"{value:.5g}" for value in line)]
        for name, line in zip(shared, inner)
    ]
    lines = [
        "Mean loss on the inner fifth, over seeds:", "",
        *lines_of(["set", "seeds", *labels], rows), "",
        f"Over {len(shared)} sets. Points: hundredths of the loss of answering the mean or the",
        f"classes' shares; less than 0 is better than {labels[0]}. ± is a 95 % t-interval over sets.",
        "",
    ]
    header = [
        "variant", "rank, inner", "rank, validation", "points", "median change", "wins", "losses",
        "s",
    ]
    inner_ranks, validation_ranks = map(comparison.mean_ranks, (inner, validation))
    rows = []
    for index, label in enumerate(labels):
        mean, half = comparison.mean_with_interval(100 * (scaled[:, index] - scaled[:, 0]))
        change = 100 * (inner[:, index] / inner[:, 0] - 1)
        rows.append([
            label, f"{inner_ranks[index]:.2f}", f"{validation_ranks[index]:.2f}",
            f"{mean:+.3f} ± {half:.3f}" if index else "",
            f"{numpy.median(change):+.2f} %" if index else "",
            int((change < 0).sum()), int((change > 0).sum()), f"{seconds[:, index].sum():.0f}",
        ])
    return [*lines, *lines_of(header, rows)]
