#!/usr/bin/env python3
"""Gaps by holisticai on predictions.csv, which gaps.py wrote: writes holistic.json beside it.

    python3 holistic.py

Needs holisticai 1.0.14, scikit-learn and pandas; versions stand in holistic.json.
"""

import importlib.metadata
import json
import pathlib

import pandas as pd
from holisticai.bias import metrics

HERE = pathlib.Path(__file__).resolve().parent
PRIVILEGED = {"sex": "Male", "race": "White"}


def gaps(rows, column):
    truth, score = rows["y"].to_numpy(), rows["p"].to_numpy()
    calls = (score >= 0.5).astype(int)
    privileged = (rows[column] == PRIVILEGED[column]).to_numpy()
    groups = (~privileged, privileged)
    return {
        "statisticalParityDifference": metrics.statistical_parity(*groups, calls),
        "disparateImpact": metrics.disparate_impact(*groups, calls),
        "equalOpportunityDifference": metrics.equal_opportunity_diff(*groups, calls, truth),
        "averageOddsDifference": metrics.average_odds_diff(*groups, calls, truth),
        "accuracyDifference": metrics.accuracy_diff(*groups, calls, truth),
    }


rows = pd.read_csv(HERE / "predictions.csv")
target = HERE / "holistic.json"
target.write_text(json.dumps({
    "versions": {"holisticai": importlib.metadata.version("holisticai")},
    "gaps": {
        column: {name: float(value) for name, value in gaps(rows, column).items()}
        for column in PRIVILEGED},
}, indent=1) + "\n")
