"""Writes calibration.json: what scikit-learn, SciPy and venn-abers make of fixed probabilities.

    python calibration.py

Isotonic is scikit-learn's IsotonicRegression(out_of_bounds="clip"), one class against the rest and
renormalised as CalibratedClassifierCV does; vector scaling is the minimum that SciPy finds; the
Venn-Abers pairs are those of the package venn-abers, one class against the rest.

"""

import importlib.metadata
import json
import pathlib
import sys

import numpy as np
import scipy
import sklearn
from scipy.optimize import minimize
from sklearn.isotonic import IsotonicRegression
from venn_abers import VennAbers


def draw(random, rows, classes):
    logits = 1.5 * random.normal(size=(rows, classes))
    powers = np.exp(logits)
    truth = powers / powers.sum(axis=1, keepdims=True)
    labels = (truth.cumsum(axis=1) < random.uniform(size=(rows, 1))).sum(axis=1)
    bold = np.exp(1.7 * logits + 0.2 * np.arange(classes))
    # Rounded, so that some probabilities are equal.
    said = np.round(bold / bold.sum(axis=1, keepdims=True), 2) + 0.01
    # scikit-learn takes places within 1e-15 for one, ours only equal ones.
    return np.round(said / said.sum(axis=1, keepdims=True), 9), labels


def isotonic(p, y, new):
    classes = p.shape[1]
    columns = []
    for k in [1] if classes == 2 else range(classes):
        fit = IsotonicRegression(out_of_bounds="clip").fit(p[:, k], (y == k).astype(float))
        columns.append(fit.predict(new[:, k]))
    if classes == 2:
        return np.column_stack([1 - columns[0], columns[0]])
    found = np.column_stack(columns)
    sums = found.sum(axis=1, keepdims=True)
    return np.where(sums > 0, found / np.where(sums > 0, sums, 1), 1 / classes)


def vector(p, y, new):
    classes = p.shape[1]
    z = np.log(p)
    start = np.concatenate([np.ones(classes), np.zeros(classes)])

    def scores(point, z):
        logits = point[:classes] * z + point[classes:]
        logits = logits - logits.max(axis=1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    def loss(point):
        return -scores(point, z)[np.arange(len(y)), y].mean() + 1e-6 * np.sum((point - start) ** 2)

    found = minimize(loss, start, method="BFGS", options=dict(gtol=1e-9, maxiter=5000))
    return np.exp(scores(found.x, np.log(new))), loss(found.x)


def pairs(p, y, new):
    classes = p.shape[1]
    result = []
    for k in [1] if classes == 2 else range(classes):
        fit = VennAbers()
        fit.fit(np.column_stack([1 - p[:, k], p[:, k]]), (y == k).astype(int))
        _, both = fit.predict_proba(np.column_stack([1 - new[:, k], new[:, k]]))
        result.append(both)
    return np.stack(result, axis=1).reshape(-1, 2)


def case(seed, rows, classes):
    random = np.random.default_rng(seed)
    p, y = draw(random, rows, classes)
    new, _ = draw(random, 80, classes)
    scaled, loss = vector(p, y, new)
    return dict(
        classes=classes, probabilities=p.ravel().tolist(), labels=y.tolist(),
        new=new.ravel().tolist(), isotonic=isotonic(p, y, new).ravel().tolist(),
        vector=scaled.ravel().tolist(), vectorLoss=loss, pairs=pairs(p, y, new).tolist())


def main():
    stored = dict(
        versions=dict(python=sys.version.split()[0], numpy=np.__version__, scipy=scipy.__version__,
                      sklearn=sklearn.__version__,
                      vennAbers=importlib.metadata.version("venn-abers")),
        cases=[case(1, 300, 2), case(2, 400, 4)])
    path = pathlib.Path(__file__).with_name("calibration.json")
    path.write_text(json.dumps(stored, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
