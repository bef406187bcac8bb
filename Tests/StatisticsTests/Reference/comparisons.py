"""Writes comparisons.json: what SciPy, statsmodels and scikit-learn say of pairs of models.

    python comparisons.py

Jackknives leave out each row, or each cluster, and compute the metric again with scikit-learn or
NumPy. DeLong's covariance is written out from the definition, one loop over all pairs. Mean squares
of crossed comparisons are those of statsmodels' analysis of variance.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
import pandas as pd
import scipy
import sklearn
import statsmodels
from scipy import special, stats
from sklearn import metrics
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.contingency_tables import mcnemar

from generate import EPS, degrees, share_interval

warnings.filterwarnings("ignore", category=FutureWarning)


def log_loss(y, p, w):
    return np.average(-np.log(np.clip(np.where(y == 1, p, 1 - p), EPS, 1 - EPS)), weights=w)


BINARY = {
    "logLoss": log_loss,
    "brierScore": lambda y, p, w: np.average((p - y) ** 2, weights=w),
    "positivePredictiveValue": lambda y, p, w: metrics.precision_score(
        y, p >= 0.5, sample_weight=w),
    "balancedAccuracy": lambda y, p, w: metrics.balanced_accuracy_score(
        y, p >= 0.5, sample_weight=w),
    "macroF1": lambda y, p, w: metrics.f1_score(y, p >= 0.5, average="macro", sample_weight=w),
}
VALUES = {
    "accuracy": lambda y, p, w: metrics.accuracy_score(y, p >= 0.5, sample_weight=w),
    "sensitivity": lambda y, p, w: metrics.recall_score(y, p >= 0.5, sample_weight=w),
    "rocAUC": lambda y, p, w: metrics.roc_auc_score(y, p, sample_weight=w),
    "averagePrecision": lambda y, p, w: metrics.average_precision_score(y, p, sample_weight=w),
}
NUMBERS = {
    "rootMeanSquaredError": lambda y, p, w: metrics.root_mean_squared_error(
        y, p, sample_weight=w),
    "meanAbsoluteError": lambda y, p, w: metrics.mean_absolute_error(y, p, sample_weight=w),
}


def student(value, variance, nu):
    error = np.sqrt(variance)
    reach = stats.t.ppf(0.975, nu) * error
    return {
        "value": float(value), "standardError": float(error), "degrees": float(nu),
        "pValue": float(2 * stats.t.sf(abs(value) / error, nu)),
        "lower": float(value - reach), "upper": float(value + reach)}


def jackknife(metric, y, a, b, w, groups):
    """The difference of a metric, its clusters left out in turn."""
    def difference(kept):
        return metric(y[kept], b[kept], w[kept]) - metric(y[kept], a[kept], w[kept])

    value = difference(np.full(len(y), True))
    moves = np.array([value - difference(groups != g) for g in np.unique(groups)])
    count = len(moves)
    return student(value, (count - 1) / count * np.sum(moves**2), degrees(moves))


def paired_delong(y, a, b):
    """DeLong et al. 1988, equations 3 to 7: S10/m + S01/n of two correlated areas."""
    v10, v01, areas = [], [], []
    for s in (a, b):
        positive, negative = s[y == 1], s[y == 0]
        kernel = np.array([
            [1.0 if x > z else 0.5 if x == z else 0.0 for z in negative] for x in positive])
        areas.append(kernel.mean())
        v10.append(kernel.mean(axis=1))
        v01.append(kernel.mean(axis=0))
    s10, s01 = np.cov(v10), np.cov(v01)
    contrast = np.array([-1, 1])
    variance = contrast @ (s10 / (y == 1).sum() + s01 / (y == 0).sum()) @ contrast
    return areas[1] - areas[0], variance


def discordant(first, second):
    """The difference of two shares of simple rows, from its discordant shares by Zou and Donner."""
    n = len(first)
    gained, lost = (second & ~first), (first & ~second)
    p, q = gained.mean(), lost.mean()
    (l1, u1), (l2, u2) = share_interval(gained.sum(), n), share_interval(lost.sum(), n)
    r = np.corrcoef(gained, lost)[0, 1]
    value = p - q
    below, above = p - l1, u2 - q
    lower = value - np.sqrt(below**2 + above**2 - 2 * r * below * above)
    below, above = q - l2, u1 - p
    upper = value + np.sqrt(below**2 + above**2 - 2 * r * below * above)
    return {"value": float(value), "lower": float(lower), "upper": float(upper)}


def binary(name, y, a, b, weights=None, clusters=None):
    w = np.ones(len(y)) if weights is None else weights
    groups = np.arange(len(y)) if clusters is None else clusters
    case = {
        "name": name, "labels": y.tolist(), "first": a.tolist(), "second": b.tolist(),
        "differences": {k: jackknife(f, y, a, b, w, groups) for k, f in BINARY.items()},
        "values": {k: float(f(y, b, w) - f(y, a, w)) for k, f in VALUES.items()}}
    if weights is not None:
        case["weights"] = w.tolist()
    if clusters is not None:
        case["clusters"] = clusters.tolist()
    if weights is None and clusters is None:
        area, variance = paired_delong(y, a, b)
        case["deLong"] = {"value": float(area), "standardError": float(np.sqrt(variance))}
        first, second = (a >= 0.5) == y, (b >= 0.5) == y
        only_first, only_second = int((first & ~second).sum()), int((second & ~first).sum())
        table = [[int((first & second).sum()), only_first],
                 [only_second, int((~first & ~second).sum())]]
        m, d = min(only_first, only_second), only_first + only_second
        case["mcNemar"] = {
            "onlyFirst": only_first, "onlySecond": only_second,
            "exact": float(mcnemar(table, exact=True).pvalue),
            "midP": float(min(1, 2 * stats.binom.cdf(m - 1, d, 0.5) + stats.binom.pmf(m, d, 0.5)))}
        case["accuracy"] = discordant(first, second)
        case["sensitivity"] = discordant((a >= 0.5)[y == 1], (b >= 0.5)[y == 1])
    return case


def regression(name, y, a, b, weights=None, clusters=None):
    w = np.ones(len(y)) if weights is None else weights
    groups = np.arange(len(y)) if clusters is None else clusters
    center = np.average(y, weights=w)
    found = {k: jackknife(f, y, a, b, w, groups) for k, f in NUMBERS.items()}
    # R² about the mean of all rows, as scikit-learn's of all rows.
    found["rSquared"] = jackknife(
        lambda t, p, v: 1 - np.sum(v * (t - p) ** 2) / np.sum(v * (t - center) ** 2),
        y, a, b, w, groups)
    whole = metrics.r2_score(y, b, sample_weight=w) - metrics.r2_score(y, a, sample_weight=w)
    assert abs(found["rSquared"]["value"] - whole) < 1e-12
    case = {
        "name": name, "targets": y.tolist(), "first": a.tolist(), "second": b.tolist(),
        "differences": found}
    if weights is not None:
        case["weights"] = w.tolist()
    if clusters is not None:
        case["clusters"] = clusters.tolist()
    return case


def crossed(name, before, after):
    d = after - before
    seeds, rows = d.shape
    long = pd.DataFrame({
        "d": d.ravel(), "seed": np.repeat(np.arange(seeds), rows),
        "row": np.tile(np.arange(rows), seeds)})
    table = anova_lm(ols("d ~ C(seed) + C(row)", data=long).fit())["mean_sq"]
    a, b, c = (float(table[k]) / (seeds * rows) for k in ("C(seed)", "C(row)", "Residual"))
    nu = degrees(d.mean(axis=0) - d.mean())
    parts = [(a, seeds - 1) if a >= c else (c, (seeds - 1) * nu), (max(0, b - c), nu)]
    reach = np.sqrt(sum(stats.t.ppf(0.975, f) ** 2 * v for v, f in parts))
    return {
        "name": name, "before": before.tolist(), "after": after.tolist(),
        "value": float(d.mean()), "standardError": float(np.sqrt(sum(v for v, _ in parts))),
        "lower": float(d.mean() - reach), "upper": float(d.mean() + reach)}


def main():
    random = np.random.default_rng(20261125)

    def rows(count, shift):
        x = random.normal(size=count)
        y = (random.random(count) < special.expit(shift + 1.4 * x)).astype(int)
        a = special.expit(0.6 * x + random.normal(size=count))
        b = special.expit(1.2 * x + 0.2 + 0.5 * random.normal(size=count))
        return y, a, b

    pairs = []
    pairs.append(binary("plain", *rows(240, -0.4)))
    y, a, b = rows(180, 0.3)
    pairs.append(binary("ties", y, np.round(a, 1), np.round(b, 1)))
    pairs.append(binary("weighted", *rows(160, 0.0), weights=random.lognormal(0, 1, 160)))
    pairs.append(binary(
        "weights and clusters", *rows(200, -0.2), weights=random.gamma(2, 1, 200),
        clusters=random.integers(0, 40, 200)))
    numbers = []
    for name, count, weights, clusters in [
            ("plain", 150, None, None), ("few", 20, None, None),
            ("weights and clusters", 160, random.gamma(2, 1, 160), random.integers(0, 30, 160))]:
        y = 5 + 2 * random.normal(size=count)
        numbers.append(regression(
            name, y, y + random.normal(size=count), y + 0.8 * random.normal(size=count), weights,
            clusters))
    crossings = []
    for name, seed, row, both in [
            ("all vary", 0.3, 1.0, 0.7), ("seeds vary most", 2.0, 0.2, 0.2),
            ("seeds hardly vary", 0.0, 1.0, 1.0), ("rows hardly vary", 0.2, 0.0, 1.0)]:
        k, n = 5, 30
        before = random.normal(size=(k, n))
        after = (before + 0.2 + seed * random.normal(size=(k, 1)) + row * random.normal(size=n)
                 + both * random.normal(size=(k, n)))
        crossings.append(crossed(name, before, after))
    # Two more where a mean square is the smaller one, whichever way the draws fall.
    before = random.normal(size=(6, 25))
    rest = random.normal(size=(6, 25))
    crossings.append(crossed(
        "equal seeds", before, before + rest - rest.mean(axis=1, keepdims=True)))
    crossings.append(crossed("equal rows", before, before + rest - rest.mean(axis=0)
                             + random.normal(size=(6, 1))))
    document = {
        "versions": {
            "python": sys.version.split()[0], "numpy": np.__version__,
            "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
            "statsmodels": statsmodels.__version__},
        "binary": pairs, "regression": numbers, "crossed": crossings}
    path = pathlib.Path(__file__).with_name("comparisons.json")
    path.write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
