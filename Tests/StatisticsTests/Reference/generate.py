"""Writes reference.json: what scikit-learn and SciPy say of fixed samples.

    python generate.py

Every number of a sample is stored as the shortest text that gives the same double, so both sides
compute from the same bits. Metrics that scikit-learn lacks (expected calibration error, sandwich
variances) are written out here from their definitions.
"""

import json
import pathlib
import sys

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

EPS = np.finfo(np.float64).eps


def weighted_mean(values, weights):
    return float(np.average(values, weights=weights))


def degrees(moves):
    """Satterthwaite's, from the kurtosis of the moves about 0."""
    count = len(moves)
    kurtosis = np.mean(moves**4) / np.mean(moves**2) ** 2
    found = 2 * count / (kurtosis - (count - 3) / (count - 1))
    return count - 1 if found < 0 else min(found, count - 1)


def jackknife_interval(values, scale, inverse):
    """Student's interval of the mean of simple rows, each left out in turn, on a scale."""
    count = len(values)
    mean = np.mean(values)
    moves = scale(mean) - scale((np.sum(values) - values) / (count - 1))
    reach = stats.t.ppf(0.975, degrees(moves)) * np.sqrt(
        (count - 1) / count * np.sum(moves**2))
    return [float(inverse(scale(mean) - reach)), float(inverse(scale(mean) + reach))]


def share_interval(hits, rows):
    exact = min(hits, rows - hits) < 50
    found = stats.binomtest(int(hits), int(rows)).proportion_ci(0.95, "exact" if exact else "wilson")
    return found.low, found.high


def recovered(coefficients, indicators, transform=lambda share: share):
    """The sum of shares of simple rows by Zou and Donner. An indicator is NaN outside its rows."""
    values, lower, upper, influence = [], [], [], []
    for c, x in zip(coefficients, indicators):
        inside = ~np.isnan(x)
        hits, rows = np.nansum(x), inside.sum()
        low, high = share_interval(hits, rows)
        values.append(c * transform(hits / rows))
        lower.append(c * transform(low))
        upper.append(c * transform(high))
        influence.append(np.where(inside, x - hits / rows, 0))
    correlation = np.array([[
        np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b)) for b in influence] for a in influence])
    values, lower, upper = map(np.array, (values, lower, upper))
    below, above = values - lower, upper - values
    return [
        float(values.sum() - np.sqrt(below @ correlation @ below)),
        float(values.sum() + np.sqrt(above @ correlation @ above))]


def proportion_intervals(hits, rows):
    test = stats.binomtest(int(hits), int(rows))
    wilson = test.proportion_ci(0.95, "wilson")
    exact = test.proportion_ci(0.95, "exact")
    return {"wilson": [wilson.low, wilson.high], "exact": [exact.low, exact.high]}


def equal_mass_bins(said, weights, wanted):
    """Rows in order of `said`; a bin ends where the weight so far reaches its share of the total,
    and never between equal values."""
    order = [i for i in np.argsort(said, kind="stable") if weights[i] > 0]
    total = float(np.sum(weights))
    bins, current, before = [], [], 0.0
    for position, row in enumerate(order):
        tied = position > 0 and said[order[position - 1]] == said[row]
        edge = total * (len(bins) + 1) / wanted
        if current and not tied and before >= edge * (1 - 1e-12):
            bins.append(current)
            current = []
        current.append(row)
        before += weights[row]
    if current:
        bins.append(current)
    return bins


def calibration_error(said, was_so, weights, wanted=15):
    total = float(np.sum(weights))
    return float(sum(
        abs(np.sum(weights[b] * (said[b] - was_so[b]))) for b in
        map(np.array, equal_mass_bins(said, weights, wanted))) / total)


def check_calibration_error():
    """Where quantile bins hold equally many rows, the error is that of scikit-learn's reliability curve."""
    random = np.random.default_rng(11)
    for rows in (150, 1500):
        said = random.uniform(size=rows)
        was_so = (random.uniform(size=rows) < said**1.5).astype(float)
        observed, predicted = calibration_curve(was_so, said, n_bins=15, strategy="quantile")
        of_curve = float(np.mean(np.abs(observed - predicted)))
        assert abs(calibration_error(said, was_so, np.ones(rows)) - of_curve) < 1e-9


def recalibration(labels, scores, weights, clusters):
    """Slope and intercept with their intervals: the sandwich, from clusters left out."""
    logits = special.logit(np.clip(scores, 1e-12, 1 - 1e-12))

    def fit(design, offset):
        def score(beta):
            return design.T @ (weights * (labels - special.expit(design @ beta + offset)))

        def slope(beta):
            p = special.expit(design @ beta + offset)
            return -(design * (weights * p * (1 - p))[:, None]).T @ design

        start = np.zeros(design.shape[1])
        if design.shape[1] == 2:
            start[1] = 1
        beta = optimize.root(score, start, jac=slope, tol=1e-15).x
        for _ in range(3):  # the last digits
            beta = beta - np.linalg.solve(slope(beta), score(beta))
        bread = np.linalg.inv(-slope(beta))
        rows = design * (weights * (labels - special.expit(design @ beta + offset)))[:, None]
        names = np.unique(clusters)
        moves = np.array([
            bread @ rows[clusters == c].sum(axis=0)
            / (1 - weights[clusters == c].sum() / weights.sum()) for c in names])
        error = np.sqrt((len(names) - 1) / len(names) * (moves**2).sum(axis=0))
        reach = [stats.t.ppf(0.975, degrees(m)) * e for m, e in zip(moves.T, error)]
        return [
            {"value": float(b), "lower": float(b - r), "upper": float(b + r)}
            for b, r in zip(beta, reach)]

    ones = np.ones((len(labels), 1))
    return {
        "slope": fit(np.column_stack([ones, logits]), 0)[1], "intercept": fit(ones, logits)[0]}


def binary(name, labels, scores, threshold, weights=None, clusters=None):
    labels = np.asarray(labels)
    scores = np.asarray(scores, dtype=float)
    probabilities = np.column_stack([1 - scores, scores])
    w = np.ones(len(labels)) if weights is None else np.asarray(weights, dtype=float)
    calls = (scores >= threshold).astype(int)
    losses = -np.log(np.clip(np.where(labels == 1, scores, 1 - scores), EPS, 1 - EPS))
    costs = np.where(calls == labels, 0.0, np.where(calls == 1, 1.5, 4.0))
    options = {"sample_weight": w}
    values = {
        "rocAUC": metrics.roc_auc_score(labels, scores, **options),
        "averagePrecision": metrics.average_precision_score(labels, scores, **options),
        "accuracy": metrics.accuracy_score(labels, calls, **options),
        "sensitivity": metrics.recall_score(labels, calls, **options),
        "specificity": metrics.recall_score(labels, calls, pos_label=0, **options),
        "falsePositiveRate": 1 - metrics.recall_score(labels, calls, pos_label=0, **options),
        "positivePredictiveValue": metrics.precision_score(labels, calls, **options),
        "selectionRate": weighted_mean(calls, w),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, calls, **options),
        "macroF1": metrics.f1_score(labels, calls, average="macro", **options),
        "logLoss": metrics.log_loss(labels, probabilities, **options),
        "brierScore": metrics.brier_score_loss(labels, scores, **options),
        "expectedCost": weighted_mean(costs, w),
        "meanScore": weighted_mean(scores, w),
        "expectedCalibrationError": calibration_error(scores, labels, w),
    }
    case = {
        "name": name, "labels": labels.tolist(), "scores": scores.tolist(),
        "threshold": threshold, "values": {k: float(v) for k, v in values.items()}}
    groups = np.arange(len(labels)) if clusters is None else np.asarray(clusters)
    seen = w > 0
    case["calibration"] = recalibration(labels[seen], scores[seen], w[seen], groups[seen])
    if weights is not None:
        case["weights"] = w.tolist()
    if clusters is not None:
        case["clusters"] = groups.tolist()
    if weights is None and clusters is None:
        right = (calls == labels).astype(float)

        def among(chosen, hits):
            return np.where(chosen, hits.astype(float), np.nan)

        case["intervals"] = {
            "logLoss": jackknife_interval(losses, np.log, np.exp),
            "brierScore": jackknife_interval((scores - labels) ** 2, np.log, np.exp),
            "meanScore": jackknife_interval(scores, special.logit, special.expit),
            "expectedCost": recovered(
                [1.5, 4.0], [(calls > labels).astype(float), (calls < labels).astype(float)]),
            "balancedAccuracy": recovered(
                [0.5, 0.5], [among(labels == k, right) for k in (0, 1)]),
            "macroF1": recovered(
                [0.5, 0.5], [among((labels == k) | (calls == k), right) for k in (0, 1)],
                lambda share: 2 * share / (1 + share))}
        for metric, x in {
                "accuracy": right, "selectionRate": calls,
                "sensitivity": calls[labels == 1], "specificity": 1 - calls[labels == 0],
                "falsePositiveRate": calls[labels == 0],
                "positivePredictiveValue": labels[calls == 1]}.items():
            case["intervals"][metric] = list(map(float, share_interval(np.sum(x), len(x))))
        fpr, tpr, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
        case["curve"] = {
            "falsePositiveRate": fpr.tolist(), "truePositiveRate": tpr.tolist(),
            "threshold": thresholds[1:].tolist()}
    return case


def multiclass(name, labels, probabilities, weights=None):
    labels = np.asarray(labels)
    classes = probabilities.shape[1]
    w = np.ones(len(labels)) if weights is None else np.asarray(weights, dtype=float)
    calls = probabilities.argmax(axis=1)
    options = {"sample_weight": w}
    outcome = np.eye(classes)[labels]
    said = probabilities[np.arange(len(labels)), calls]
    values = {
        "accuracy": metrics.accuracy_score(labels, calls, **options),
        "macroF1": metrics.f1_score(labels, calls, average="macro", **options),
        "balancedAccuracy": metrics.balanced_accuracy_score(labels, calls, **options),
        "macroAUC": np.mean([
            metrics.roc_auc_score(outcome[:, c], probabilities[:, c], **options)
            for c in range(classes) if 0 < outcome[:, c].sum() < len(labels)]),
        "logLoss": metrics.log_loss(labels, probabilities, labels=range(classes), **options),
        "brierScore": weighted_mean(((probabilities - outcome) ** 2).sum(axis=1), w),
        "expectedCalibrationError": calibration_error(said, calls == labels, w),
    }
    case = {
        "name": name, "classes": classes, "labels": labels.tolist(),
        "probabilities": probabilities.ravel().tolist(), "calls": calls.tolist(),
        "values": {k: float(v) for k, v in values.items()}}
    if weights is not None:
        case["weights"] = w.tolist()
    return case


def regression(name, targets, predictions, weights=None):
    options = {} if weights is None else {"sample_weight": weights}
    case = {
        "name": name, "targets": targets.tolist(), "predictions": predictions.tolist(),
        "values": {
            "rootMeanSquaredError":
                float(metrics.root_mean_squared_error(targets, predictions, **options)),
            "meanAbsoluteError": float(metrics.mean_absolute_error(targets, predictions, **options)),
            "rSquared": float(metrics.r2_score(targets, predictions, **options))}}
    if weights is None:
        case["intervals"] = {
            "meanAbsoluteError": jackknife_interval(np.abs(predictions - targets), np.log, np.exp),
            "rootMeanSquaredError": list(map(float, np.sqrt(
                jackknife_interval((predictions - targets) ** 2, np.log, np.exp))))}
    else:
        case["weights"] = weights.tolist()
    return case


def special_functions():
    tails = [1e-300, 1e-100, 1e-20, 1e-9, 0.001, 0.02, 0.02425, 0.025, 0.1, 0.3, 0.4999, 0.5]
    tails += [0.6, 0.9, 0.975, 0.999, 1 - 1e-9]
    shapes = [0.5, 1.0, 2.5, 7.0, 40.0, 300.0, 5000.0]
    points = [1e-10, 0.001, 0.1, 0.35, 0.5, 0.8, 0.99, 0.9999]
    degrees = [1.0, 2.0, 3.0, 4.5, 10.0, 29.0, 120.0, 1500.0, 16000.0, 1e6]
    return {
        "normalQuantile": [[p, float(special.ndtri(p))] for p in tails],
        "normalCDF": [
            [x, float(special.ndtr(x))]
            for x in [-37.0, -20.0, -8.0, -3.0, -1.96, -0.5, 0.0, 0.3, 1.0, 2.5, 6.0]],
        "incompleteBeta": [
            [x, a, b, float(special.betainc(a, b, x))]
            for a in shapes for b in shapes for x in points],
        "betaQuantile": [
            [p, a, b, float(special.betaincinv(a, b, p))]
            for a in shapes for b in shapes for p in [1e-6, 0.025, 0.5, 0.975]],
        "studentQuantile": [
            [p, nu, float(stats.t.ppf(p, nu))]
            for nu in degrees for p in [0.01, 0.025, 0.3, 0.5, 0.75, 0.95, 0.975, 0.995]],
    }


def samples():
    random = np.random.default_rng(20261124)

    def rows(count, shift, spread):
        x = random.normal(size=count)
        labels = (random.random(count) < special.expit(shift + spread * x)).astype(int)
        return labels, special.expit(0.8 * (shift + spread * x) + 0.3 * random.normal(size=count))

    cases = []
    y, s = rows(300, -0.5, 1.5)
    cases.append(binary("plain", y, s, 0.5))
    y, s = rows(257, -1.0, 1.0)
    tied = np.round(s * 12) / 12
    cases.append(binary("many ties, scores of 0 and 1", y, np.clip(tied * 1.3 - 0.1, 0, 1), 0.5))
    y, s = rows(280, 0.3, 1.2)
    cases.append(binary("weighted", y, s, 0.4, weights=random.lognormal(0, 1, len(y))))
    y, s = rows(240, -0.3, 1.0)
    w = random.integers(0, 4, len(y)) * 0.5
    cases.append(binary("weighted, ties and weights of 0", y, np.round(s, 1), 0.4, weights=w))
    y, s = rows(500, -3.5, 1.0)
    cases.append(binary("few positives", y, s, 0.05))
    y, s = rows(260, 0.0, 1.0)
    cases.append(binary("clusters", y, s, 0.5, clusters=np.arange(len(y)) // 5))
    y, s = rows(310, 0.2, 1.0)
    cases.append(binary(
        "weights and clusters", y, s, 0.6, weights=random.gamma(2, 1, len(y)),
        clusters=random.integers(0, 45, len(y))))

    def simplex(count, classes, sharpness):
        scores = random.normal(size=(count, classes)) * sharpness
        probabilities = special.softmax(scores, axis=1)
        labels = np.array([
            random.choice(classes, p=p) for p in special.softmax(scores * 0.7, axis=1)])
        return labels, probabilities

    many = []
    y, p = simplex(300, 3, 1.5)
    many.append(multiclass("three classes", y, p))
    y, p = simplex(333, 5, 2.0)
    many.append(multiclass("five classes, weighted", y, p, random.lognormal(0, 0.8, len(y))))
    y, p = simplex(250, 4, 1.0)
    p = np.round(p * 8) / 8
    p[:, 0] += 1 - p.sum(axis=1)
    p = np.clip(p, 0, None)
    p = p / p.sum(axis=1, keepdims=True)
    many.append(multiclass("ties within and between rows", y, p))
    y, p = simplex(200, 4, 1.5)
    y[y == 3] = 1
    many.append(multiclass("a class that never occurs", y, p))

    numbers = []
    x = random.normal(size=300) * 3 + 1e3
    numbers.append(regression("far from zero", x, x + random.normal(size=300)))
    x = random.gamma(2, 2, 222)
    numbers.append(regression(
        "weighted", x, x * 0.8 + random.normal(size=222), random.lognormal(0, 1, 222)))
    x = random.normal(size=50)
    numbers.append(regression("worse than the mean", x, random.normal(size=50) * 2))
    return cases, many, numbers


def main():
    check_calibration_error()
    cases, many, numbers = samples()
    document = {
        "versions": {
            "python": sys.version.split()[0], "numpy": np.__version__,
            "scipy": scipy.__version__, "scikit-learn": sklearn.__version__},
        "binary": cases, "multiclass": many, "regression": numbers,
        "special": special_functions(),
        "proportions": [
            {"hits": k, "rows": n, **proportion_intervals(k, n)}
            for n in [1, 2, 10, 47, 400, 16000]
            for k in sorted({0, 1, n // 10, n // 3, n - 1, n})],
    }
    path = pathlib.Path(__file__).with_name("reference.json")
    path.write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
