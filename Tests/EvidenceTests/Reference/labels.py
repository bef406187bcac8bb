"""Writes labels.json: what cleanlab, scikit-learn, statsmodels and krippendorff make of fixed labels.

    python labels.py

The joint is cleanlab's `estimate_joint`, the counts its `compute_confident_joint(calibrate=False)`, the scores its
`get_label_quality_scores`; the average precision is scikit-learn's. cleanlab rounds calibrated counts to whole rows, so that
the joint agrees to a row. Dawid and Skene is written out here after the paper (DOI 10.2307/2346806), row by row and in plain
loops, with 0.01 added to each count, since no package that does it could be pinned.

"""

import importlib.metadata
import json
import math
import pathlib
import sys

import krippendorff
import numpy as np
from cleanlab.count import compute_confident_joint, estimate_joint
from cleanlab.rank import get_label_quality_scores
from sklearn.metrics import average_precision_score, cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa


def noisy(seed, rows, classes, share):
    random = np.random.default_rng(seed)
    logits = 1.8 * random.normal(size=(rows, classes))
    said = np.exp(logits)
    said = np.round(said / said.sum(axis=1, keepdims=True), 4) + 1e-4
    said = np.round(said / said.sum(axis=1, keepdims=True), 9)
    truth = (said.cumsum(axis=1) < random.uniform(size=(rows, 1))).sum(axis=1)
    truth = np.minimum(truth, classes - 1)
    given = truth.copy()
    wrong = random.uniform(size=rows) < share
    given[wrong] = (truth[wrong] + random.integers(1, classes, wrong.sum())) % classes
    scores = get_label_quality_scores(given, said)
    return {
        "classes": classes,
        "labels": given.tolist(),
        "probabilities": said.ravel().tolist(),
        "wrong": (given != truth).tolist(),
        "counts": compute_confident_joint(given, said, calibrate=False).tolist(),
        "joint": estimate_joint(given, said).tolist(),
        "scores": scores.tolist(),
        "averagePrecision": float(average_precision_score(given != truth, 1 - scores)),
    }


def dawid_skene(labels, classes, smoothing=0.01, rounds=500, tolerance=1e-8):
    rows = len(labels[0])
    posteriors = []
    for row in range(rows):
        votes = [0.0] * classes
        for annotator in labels:
            if annotator[row] is not None:
                votes[annotator[row]] += 1
        posteriors.append([vote / sum(votes) for vote in votes])
    for _ in range(rounds):
        shares = [smoothing + sum(p[j] for p in posteriors) for j in range(classes)]
        shares = [share / sum(shares) for share in shares]
        confusions = []
        for annotator in labels:
            table = [[smoothing] * classes for _ in range(classes)]
            for row, label in enumerate(annotator):
                if label is not None:
                    for j in range(classes):
                        table[j][label] += posteriors[row][j]
            confusions.append([[cell / sum(line) for cell in line] for line in table])
        moved, following = 0.0, []
        for row in range(rows):
            logs = [math.log(share) for share in shares]
            for annotator, confusion in zip(labels, confusions):
                if annotator[row] is not None:
                    for j in range(classes):
                        logs[j] += math.log(confusion[j][annotator[row]])
            weights = [math.exp(log - max(logs)) for log in logs]
            following.append([weight / sum(weights) for weight in weights])
            moved = max(moved, *(abs(a - b) for a, b in zip(posteriors[row], following[-1])))
        posteriors = following
        if moved <= tolerance:
            break
    return posteriors, shares, confusions


def annotated(seed, rows, classes, missing):
    random = np.random.default_rng(seed)
    truth = random.integers(0, classes, rows)
    labels = []
    for right in (0.9, 0.8, 0.65):
        label = np.where(
            random.uniform(size=rows) < right, truth, random.integers(0, classes, rows))
        gone = random.uniform(size=rows) < missing
        labels.append([None if g else int(l) for l, g in zip(label, gone)])
    for row in range(rows):
        if all(annotator[row] is None for annotator in labels):
            labels[0][row] = int(truth[row])
    posteriors, shares, confusions = dawid_skene(labels, classes)
    both = [(a, b) for a, b in zip(labels[0], labels[1]) if a is not None and b is not None]
    whole = [row for row in zip(*labels) if None not in row]
    votes = np.array([[row.count(j) for j in range(classes)] for row in whole])
    data = np.array(
        [[np.nan if label is None else label for label in annotator] for annotator in labels])
    return {
        "classes": classes,
        "labels": labels,
        "cohen": float(cohen_kappa_score(*zip(*both))),
        "fleiss": float(fleiss_kappa(votes)),
        "krippendorff": float(
            krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")),
        "posteriors": posteriors,
        "shares": shares,
        "confusions": confusions,
    }


def main():
    packages = ["cleanlab", "krippendorff", "numpy", "scikit-learn", "statsmodels"]
    found = {
        "versions": {"python": sys.version.split()[0]}
        | {name: importlib.metadata.version(name) for name in packages},
        "noisy": [noisy(1, 200, 2, 0.1), noisy(2, 240, 4, 0.2), noisy(3, 120, 3, 0)],
        "annotated": [annotated(4, 80, 2, 0), annotated(5, 90, 3, 0.25)],
    }
    path = pathlib.Path(__file__).with_name("labels.json")
    path.write_text(json.dumps(found) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
