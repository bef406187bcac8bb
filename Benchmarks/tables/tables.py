"""The tables, their splits and the measure of an answer: the same for Vouch and for every peer."""

import csv
import dataclasses
import functools
import io
import pathlib
import sys

import numpy
import pandas
from sklearn.metrics import log_loss, root_mean_squared_error
from sklearn.model_selection import (
    RepeatedKFold,
    RepeatedStratifiedKFold,
    ShuffleSplit,
    StratifiedShuffleSplit,
)

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
DATA = REPOSITORY.parent / "shared" / "data" / "tables"
SPLITS = 10

PMLB_REGRESSION = ["225_puma8NH", "564_fried", "573_cpu_act", "574_house_16H"]
PMLB_CLASSIFICATION = [
    "churn", "credit_g", "letter", "magic", "mushroom", "phoneme", "pima", "satimage",
    "segmentation", "shuttle", "sonar", "spambase", "vehicle", "wdbc", "wine_quality_red", "yeast",
]
PMLB = PMLB_REGRESSION + PMLB_CLASSIFICATION
OTHERS = ["adult", "california"]


@dataclasses.dataclass(frozen=True)
class Table:
    """A table as the file spells it, so that every method reads the same cells."""

    name: str
    is_regression: bool
    target: str
    header: list
    rows: list

    @property
    def metric(self):
        return "RMSE" if self.is_regression else "log loss"

    @property
    def task(self):
        """The task as Vouch names it."""
        if self.is_regression:
            return "regression"
        return "binary" if len(self.classes) == 2 else "multiclass"

    @functools.cached_property
    def frame(self):
        """The cells as pandas types them by default."""
        text = io.StringIO()
        csv.writer(text).writerows([self.header, *self.rows])
        text.seek(0)
        return pandas.read_csv(text)

    @functools.cached_property
    def features(self):
        """All columns but the target, under plain names: some peers refuse `;` or `[` in a name."""
        frame = self.frame.drop(columns=self.target)
        return frame.set_axis([f"c{index}" for index in range(frame.shape[1])], axis=1)

    @functools.cached_property
    def classes(self):
        """The classes as the file spells them, in the order of their codes in `answers`."""
        return sorted({row[self._target_index] for row in self.rows})

    @functools.cached_property
    def answers(self):
        """The target: numbers of a regression, otherwise codes from 0."""
        if self.is_regression:
            return self.frame[self.target].to_numpy(dtype=float)
        codes = {label: code for code, label in enumerate(self.classes)}
        return numpy.array([codes[row[self._target_index]] for row in self.rows])

    @property
    def _target_index(self):
        return self.header.index(self.target)

    def splits(self):
        """Five repetitions of two halves: ten pairs of training and test rows."""
        kind = RepeatedKFold if self.is_regression else RepeatedStratifiedKFold
        halves = kind(n_splits=2, n_repeats=SPLITS // 2, random_state=0)
        return list(halves.split(numpy.zeros(len(self.rows)), self.answers))

    def inner_split(self, rows, seed):
        """Four fifths and one fifth of some rows, strata kept."""
        kind = ShuffleSplit if self.is_regression else StratifiedShuffleSplit
        part = kind(n_splits=1, test_size=0.2, random_state=seed)
        first, second = next(part.split(numpy.zeros(len(rows)), self.answers[rows]))
        return rows[first], rows[second]

    def loss(self, rows, predicted):
        """The root mean squared error, or the log loss in nats with scikit-learn's clipping.

        `predicted` holds one number a row, or one probability a class.
        """
        predicted = numpy.asarray(predicted, dtype=float)
        if not numpy.isfinite(predicted).all():
            raise ValueError("predictions are not finite")
        if self.is_regression:
            return float(root_mean_squared_error(self.answers[rows], predicted))
        sums = predicted.sum(axis=1)
        if numpy.abs(sums - 1).max() > 1e-4:
            raise ValueError(f"probabilities of a row sum to {sums.min()} … {sums.max()}")
        codes = range(len(self.classes))
        return float(log_loss(self.answers[rows], predicted / sums[:, None], labels=codes))

    def trivial_loss(self, training, rows):
        """The loss of always answering the training rows' mean, or their shares of classes."""
        answers = self.answers[training]
        if self.is_regression:
            return self.loss(rows, numpy.full(len(rows), answers.mean()))
        shares = numpy.bincount(answers, minlength=len(self.classes)) / len(answers)
        return self.loss(rows, numpy.tile(shares, (len(rows), 1)))

    def write(self, path, rows, with_target=True):
        kept = [i for i, name in enumerate(self.header) if with_target or name != self.target]
        with open(path, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([self.header[i] for i in kept])
            writer.writerows([[self.rows[row][i] for i in kept] for row in rows])


def load(name, data):
    """The table of that name; ends the script with a message where its file is absent."""
    path, target = {
        "adult": (REPOSITORY / "Examples" / "adult" / "adult_train.csv", "class"),
        "california": (data / "california_housing.csv", "target"),
    }.get(name, (data / "pmlb" / f"{name}.csv", "target"))
    if not path.is_file():
        sys.exit(
            f"{path} is absent. Name the folder that holds pmlb/*.csv and california_housing.csv "
            "with --data."
        )
    with open(path, newline="") as file:
        header, *rows = csv.reader(file)
    is_regression = name in PMLB_REGRESSION or name == "california"
    return Table(name, is_regression, target, header, rows)


def chosen(text, known):
    """The comma-separated names of an option, checked."""
    names = text.split(",")
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"Not known: {', '.join(unknown)}. Known are {', '.join(known)}.")
    return names
