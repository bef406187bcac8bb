"""Writes conformal.json: what MAPIE says of fixed predictions.

    python conformal.py

Models are stand-ins that return the stored predictions, so that both sides compute from the same
bits. Where the conventions of MAPIE 1.6.0 and ours differ:

- MAPIE compares with a slack of 1e-8, ours exactly; no number here is so close.
- Randomised regularised sets: MAPIE divides by the last class's probability with a penalty term, ours
  includes a class where its score, with the row's u, is within the threshold (Angelopoulos et al.
  2021, equation 4), so only the sets whose last class is included or excluded are compared.
- Cross-conformal sets of least ambiguous scores: MAPIE asks for α(n − 1) scores above, ours for more
  than α(n + 1) − 1, the theorem's number; for the rows here both are the same.
"""

import json
import pathlib
import sys

import mapie
import numpy as np
import sklearn
from mapie.classification import CrossConformalClassifier, SplitConformalClassifier
from mapie.conformity_scores import RAPSConformityScore, ResidualNormalisedScore
from mapie.regression import (
    ConformalizedQuantileRegressor, CrossConformalRegressor, SplitConformalRegressor)
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import PredefinedSplit

COVERAGES = [0.5, 0.8, 0.9, 0.95]
SEED = 5


class Probabilities(ClassifierMixin, BaseEstimator):
    """A classifier whose features are its probabilities."""

    def __init__(self, classes=4):
        self.classes = classes

    def fit(self, x, y, sample_weight=None):
        self.classes_ = np.arange(self.classes)
        self.fitted_ = True
        return self

    def predict_proba(self, x):
        return np.asarray(x)

    def predict(self, x):
        return np.argmax(x, axis=1)


class Folded(Probabilities):
    """The same, one block of features for each fold: the model is known by the rows it lacks."""

    def fit(self, x, y, sample_weight=None):
        super().fit(x, y)
        folds = set(np.unique(x[:, 0]).astype(int))
        missing = set(range(FOLDS)) - folds
        self.fold_ = missing.pop() if missing else 0
        return self

    def predict_proba(self, x):
        first = 1 + self.fold_ * self.classes
        return np.asarray(x)[:, first:first + self.classes]

    def predict(self, x):
        return np.argmax(self.predict_proba(x), axis=1)


class Numbers(RegressorMixin, BaseEstimator):
    """A regressor that returns one of its features."""

    def __init__(self, column=0):
        self.column = column

    def fit(self, x, y, sample_weight=None):
        self.fitted_ = True
        return self

    def predict(self, x):
        return np.asarray(x)[:, self.column]


class FoldedNumbers(Numbers):
    def fit(self, x, y, sample_weight=None):
        self.fitted_ = True
        missing = set(range(FOLDS)) - set(np.unique(x[:, 0]).astype(int))
        self.fold_ = missing.pop() if missing else 0
        return self

    def predict(self, x):
        return np.asarray(x)[:, 1 + self.fold_]


FOLDS = 5


def classes_case(name, seed, count, classes, sharpness):
    random = np.random.default_rng(seed)

    def draw(rows):
        logits = sharpness * random.normal(size=(rows, classes))
        powers = np.exp(logits)
        truth = powers / powers.sum(axis=1, keepdims=True)
        labels = (truth.cumsum(axis=1) < random.uniform(size=(rows, 1))).sum(axis=1)
        bold = np.exp(1.4 * logits)
        return bold / bold.sum(axis=1, keepdims=True), labels

    x, y = draw(count)
    y[:classes] = np.arange(classes)
    new, _ = draw(60)
    uniforms = np.random.RandomState(SEED).uniform(size=count)
    new_uniforms = np.random.RandomState(SEED).uniform(size=60)
    model = Probabilities(classes).fit(x, y)
    result = dict(
        name=name, classes=classes, labels=y.tolist(), probabilities=x.ravel().tolist(),
        new=new.ravel().tolist(), uniforms=uniforms.tolist(), newUniforms=new_uniforms.tolist(),
        scores={}, thresholds={}, sets=[])
    for score in ["lac", "aps"]:
        found = SplitConformalClassifier(
            model, confidence_level=COVERAGES, conformity_score=score, prefit=True,
            random_state=SEED)
        found.conformalize(x, y)
        inner = found._mapie_classifier
        for last in [True, False, "randomized"] if score == "aps" else [True]:
            _, sets = found.predict_set(
                new, conformity_score_params={"include_last_label": last} if score == "aps" else {})
            result["scores"][score] = np.ravel(inner.conformity_scores_).tolist()
            result["thresholds"][score] = np.ravel(
                inner.conformity_score_function_.quantiles_).tolist()
            for index, coverage in enumerate(COVERAGES):
                result["sets"].append(dict(
                    score=score, last=str(last), coverage=coverage,
                    inside=sets[:, :, index].ravel().astype(int).tolist()))
    # Penalty and free ranks are MAPIE's own choice on a fifth of the rows.
    for last in [True, False]:
        found = SplitConformalClassifier(
            model, confidence_level=0.9, conformity_score=RAPSConformityScore(0.2), prefit=True,
            random_state=SEED)
        found.conformalize(x, y)
        _, sets = found.predict_set(new, conformity_score_params={"include_last_label": last})
        function = found._mapie_classifier.conformity_score_function_
        result.setdefault("regularized", []).append(dict(
            last=str(last), penalty=float(np.ravel(function.lambda_star)[0]),
            freeRanks=int(np.ravel(function.k_star)[0]),
            threshold=float(np.ravel(function.quantiles_)[0]),
            chosenOn=[int(np.flatnonzero((x == row).all(axis=1))[0]) for row in function.X_raps],
            scores=np.ravel(found._mapie_classifier.conformity_scores_).tolist(),
            inside=sets[:, :, 0].ravel().astype(int).tolist()))
    return result


def cross_classes_case(seed, count, classes):
    random = np.random.default_rng(seed)
    folds = np.arange(count) % FOLDS
    new_rows = 40

    def draw(rows):
        logits = random.normal(size=(rows, classes)) * 1.5
        powers = np.exp(logits)
        truth = powers / powers.sum(axis=1, keepdims=True)
        labels = (truth.cumsum(axis=1) < random.uniform(size=(rows, 1))).sum(axis=1)
        blocks = []
        for _ in range(FOLDS):
            noisy = np.exp(logits + 0.3 * random.normal(size=logits.shape))
            blocks.append(noisy / noisy.sum(axis=1, keepdims=True))
        return np.hstack(blocks), labels

    x, y = draw(count)
    for fold in range(FOLDS):
        y[[fold + FOLDS * label for label in range(classes)]] = np.arange(classes)
    new, _ = draw(new_rows)
    result = dict(classes=classes, folds=folds.tolist(), labels=y.tolist(),
                  probabilities=[x[i, folds[i] * classes:(folds[i] + 1) * classes].tolist()
                                 for i in range(count)],
                  new=new.tolist(), sets=[])
    for score in ["lac"]:
        found = CrossConformalClassifier(
            Folded(classes), confidence_level=COVERAGES, conformity_score=score,
            cv=PredefinedSplit(folds), random_state=SEED)
        found.fit_conformalize(np.column_stack([folds, x]), y)
        _, sets = found.predict_set(
            np.column_stack([np.zeros(new_rows), new]), agg_scores="crossval")
        for index, coverage in enumerate(COVERAGES):
            result["sets"].append(dict(
                score=score, coverage=coverage,
                inside=sets[:, :, index].ravel().astype(int).tolist()))
    return result


def numbers_case(seed, count):
    random = np.random.default_rng(seed)
    new_rows = 50

    def draw(rows):
        center = random.normal(size=rows)
        spread = np.exp(0.5 * random.normal(size=rows))
        y = center + spread * random.normal(size=rows)
        return np.column_stack([center, center - spread, center + 0.8 * spread, spread]), y

    x, y = draw(count)
    new, _ = draw(new_rows)
    result = dict(
        targets=y.tolist(), predictions=x[:, 0].tolist(), lower=x[:, 1].tolist(),
        upper=x[:, 2].tolist(), spreads=x[:, 3].tolist(), new=new[:, 0].tolist(),
        newLower=new[:, 1].tolist(), newUpper=new[:, 2].tolist(),
        newSpreads=new[:, 3].tolist(), intervals=[])

    def add(score, coverage, bounds):
        result["intervals"].append(dict(
            score=score, coverage=coverage, lower=bounds[:, 0].tolist(),
            upper=bounds[:, 1].tolist()))

    for coverage in COVERAGES:
        found = SplitConformalRegressor(
            Numbers().fit(x, y), confidence_level=coverage, prefit=True)
        found.conformalize(x, y)
        add("absolute", coverage, found.predict_interval(new)[1][:, :, 0])
        quantiles = ConformalizedQuantileRegressor(
            [Numbers(1).fit(x, y), Numbers(2).fit(x, y), Numbers(0).fit(x, y)],
            confidence_level=coverage, prefit=True)
        quantiles.conformalize(x, y)
        add("quantile", coverage,
            quantiles.predict_interval(new, symmetric_correction=True)[1][:, :, 0])
        scores = np.sort(np.abs(y - x[:, 0]) / x[:, 3])
        # MAPIE's normalised score fits its own spread; here the definition, with its quantile.
        reach = scores[int(np.ceil((count + 1) * coverage)) - 1] * new[:, 3]
        add("normalized", coverage, np.column_stack([new[:, 0] - reach, new[:, 0] + reach]))
    folds = np.arange(count) % FOLDS
    fold_x = np.column_stack([x[:, [0]] + 0.2 * random.normal(size=(count, 1))
                              for _ in range(FOLDS)])
    fold_new = np.column_stack([new[:, [0]] + 0.2 * random.normal(size=(new_rows, 1))
                                for _ in range(FOLDS)])
    result["folds"] = folds.tolist()
    result["foldPredictions"] = fold_x[np.arange(count), folds].tolist()
    result["newFoldPredictions"] = fold_new.tolist()
    for coverage in COVERAGES:
        found = CrossConformalRegressor(
            FoldedNumbers(), confidence_level=coverage, method="plus", cv=PredefinedSplit(folds))
        found.fit_conformalize(np.column_stack([folds, fold_x]), y)
        add("cross", coverage, found.predict_interval(
            np.column_stack([np.zeros(new_rows), fold_new]))[1][:, :, 0])
    return result


def main():
    stored = dict(
        versions=dict(python=sys.version.split()[0], mapie=mapie.__version__,
                      numpy=np.__version__, sklearn=sklearn.__version__),
        classes=[classes_case("four classes", 1, 203, 4, 1.5),
                 classes_case("three classes", 2, 150, 3, 1.5),
                 classes_case("twelve classes", 3, 400, 12, 1.0)],
        crossClasses=cross_classes_case(4, 200, 4), numbers=numbers_case(6, 157))
    path = pathlib.Path(__file__).with_name("conformal.json")
    path.write_text(json.dumps(stored, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
