"""Writes attacks.json: what scikit-learn and SciPy say of scores of members and of others.

    python attacks.py

The true-positive rate at a false-positive rate is the highest of scikit-learn's ROC curve up to it; its
interval is written out from its definition with SciPy's binomial and beta quantiles.
"""

import json
import pathlib
import sys

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics

TAIL = 0.0125


def hits_of(is_called, labels):
    return int(is_called[labels == 1].sum()), int((labels == 1).sum())


def clopper_pearson(hits, rows):
    lower = stats.beta.ppf(TAIL, hits, rows - hits + 1) if hits > 0 else 0.0
    upper = stats.beta.ppf(1 - TAIL, hits + 1, rows - hits) if hits < rows else 1.0
    return float(lower), float(upper)


def rate_at(scores, labels, rate):
    false, true, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    value = float(true[false <= rate * (1 + 1e-12)].max())
    negatives = np.sort(scores[labels == 0])[::-1]
    count = len(negatives)
    # The largest k with P(K >= k) >= 1 - TAIL, and the smallest with P(K > k) <= TAIL.
    low = max((k for k in range(count + 1) if stats.binom.sf(k - 1, count, rate) >= 1 - TAIL))
    high = min((k for k in range(count + 1) if stats.binom.sf(k, count, rate) <= TAIL))
    # Thresholds with fewer than `low` negatives, and with at most `high`.
    above = {t: int((negatives >= t).sum()) for t in scores}
    lower = 0.0
    if low > 0:
        strict = min((t for t in scores if above[t] <= low - 1), default=np.inf)
        lower = clopper_pearson(*hits_of(scores >= strict, labels))[0]
    upper = 1.0
    if high + 1 <= count:
        loose = max(t for t in scores if above[t] > high)
        upper = clopper_pearson(*hits_of(scores > loose, labels))[1]
    return {"rate": rate, "value": value, "lower": lower, "upper": upper}


def case(name, random, members, others, shift, digits=None):
    scores = np.concatenate([random.normal(shift, 1, members), random.normal(0, 1, others)])
    if digits is not None:
        scores = np.round(scores, digits)
    labels = np.concatenate([np.ones(members, int), np.zeros(others, int)])
    order = random.permutation(len(labels))
    scores, labels = scores[order], labels[order]
    return {
        "name": name,
        "scores": scores.tolist(),
        "isPositive": (labels == 1).tolist(),
        "area": float(metrics.roc_auc_score(labels, scores)),
        "rates": [rate_at(scores, labels, rate) for rate in (0.01, 0.05)],
    }


def main():
    random = np.random.default_rng(0)
    cases = [
        case("plain", random, 40, 600, 1.0),
        case("nothing to tell", random, 60, 500, 0.0),
        case("few others", random, 30, 50, 2.0),
        case("ties", random, 60, 400, 1.0, digits=1),
    ]
    versions = {
        "python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
    }
    path = pathlib.Path(__file__).with_name("attacks.json")
    path.write_text(json.dumps({"versions": versions, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
