"""Fairlearn's MetricFrame on a file of predictions: the same count metrics, resampled; prints JSON.

    python peer.py FILE RESAMPLES
"""

import json
import sys
import time

import fairlearn
import pandas as pd
from fairlearn.metrics import (
    MetricFrame, count, false_negative_rate, false_positive_rate, selection_rate, true_positive_rate)
from sklearn.metrics import accuracy_score, precision_score

path, resamples = sys.argv[1], int(sys.argv[2])
METRICS = {
    "selectionRate": selection_rate, "sensitivity": true_positive_rate,
    "falsePositiveRate": false_positive_rate, "positivePredictiveValue": precision_score,
    "accuracy": accuracy_score,
}
began = time.perf_counter()
rows = pd.read_csv(path)
read = time.perf_counter() - began
calls = (rows["p"] >= 0.5).astype(int)
extra = {"n_boot": resamples, "ci_quantiles": [0.025, 0.975], "random_state": 1} if resamples else {}
frame = MetricFrame(
    metrics=METRICS, y_true=rows["y"], y_pred=calls, sensitive_features=rows["group"], **extra)
values = frame.by_group
found = {metric: {group: float(values.loc[group, metric]) for group in values.index} for metric in METRICS}
if resamples:
    low, high = frame.by_group_ci
    ends = {
        metric: {group: [float(low.loc[group, metric]), float(high.loc[group, metric])] for group in values.index}
        for metric in METRICS}
else:
    ends = {}
print(json.dumps({
    "seconds": time.perf_counter() - began, "read": read, "values": found, "ends": ends,
    "fairlearn": fairlearn.__version__}))
