"""Vouch as its users run it: `vouch train`, then `vouch predict`, on files."""

import csv
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

import numpy


# The training is measured, not the probes that train again.
NO_PROBES = ["--probe-budget", "0s"]


class VouchFailure(Exception):
    pass


class Vouch:
    def __init__(self, path, options="", threads=2, tell_task=False):
        self.path = pathlib.Path(path)
        self.options = shlex.split(options)
        self.threads, self.tell_task = threads, tell_task
        if not self.path.is_file():
            sys.exit(f"{path} is absent. Build it with `swift build -c release --product vouch`.")
        self._stamp = self._file_stamp()
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()[:8]
        self.binary = f"{self._run('--version').strip()} {digest}"
        self.version = f"vouch {self.binary}"
        if self.options:
            self.version += f", {shlex.join(self.options)}"
        if self.tell_task:
            self.version += ", told the task"

    @staticmethod
    def write_files(table, training, test, folder):
        """The files of one training: with the target, and the test rows once more without."""
        table.write(folder / "train.csv", training)
        table.write(folder / "test.csv", test)
        table.write(folder / "rows.csv", test, with_target=False)

    def train(self, table, folder, extra=()):
        """Trains with all rows of `train.csv`; returns the printed events."""
        if self._file_stamp() != self._stamp:
            sys.exit(f"{self.path} was changed during the run. Start it again, with a copy.")
        if self.tell_task:
            extra = ["--task", table.task, *extra]
        text = self._run(
            "train", folder / "train.csv", "--target", table.target, "--test", folder / "test.csv",
            "--out", folder / "run", "--json", "--threads", self.threads, *NO_PROBES,
            *self.options, *extra,
        )
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def predict(self, table, folder):
        """Numbers, or a column of probabilities for each class of the whole table."""
        text = self._run(
            "predict", folder / "run", folder / "rows.csv", "--threads", self.threads)
        header, *rows = csv.reader(text.splitlines())
        wanted = (
            ["prediction"] if table.is_regression
            else [f"probability[{label}]" for label in table.classes]
        )
        if not set(header) & set(wanted):
            raise VouchFailure(f"{table.metric} needs {wanted[0]}; predict gave {header}")
        cells = numpy.array(rows)
        # A class without training rows has no column: its probability is 0.
        columns = [
            cells[:, header.index(name)].astype(float) if name in header else numpy.zeros(len(rows))
            for name in wanted
        ]
        return columns[0] if table.is_regression else numpy.stack(columns, axis=1)

    def _run(self, *arguments):
        done = subprocess.run(
            [str(self.path.resolve()), *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise VouchFailure((done.stderr or done.stdout).strip()[:300])
        return done.stdout

    def _file_stamp(self):
        status = self.path.stat()
        return status.st_mtime_ns, status.st_size


def measurement(events, metric):
    """A measurement of the last event, or None."""
    found = [m["value"] for m in events[-1].get("measurements", []) if m["metric"] == metric]
    return found[0] if found else None


def best_validation_loss(events):
    """The mean over the trainings of a run (folds, where there are several) of their best loss.

    Epochs count from 1 in each training, which is how the trainings are told apart.
    """
    best = []
    for event in events:
        if event["event"] != "epoch" or event["epoch"].get("validationLoss") is None:
            continue
        loss = event["epoch"]["validationLoss"]
        if event["epoch"]["epoch"] == 1:
            best.append(loss)
        else:
            best[-1] = min(best[-1], loss)
    return float(numpy.mean(best)) if best else None
