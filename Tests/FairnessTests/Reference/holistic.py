#!/usr/bin/env python3
"""Gaps by holisticai on predictions.csv and compas_predictions.csv, which gaps.py wrote: writes holistic.json
and compas_holistic.json beside them.

    python3 holistic.py

Needs holisticai 1.0.14, scikit-learn and pandas; versions stand in holistic.json.
"""

import importlib.metadata
import json
import pathlib

import pandas as pd
from holisticai.bias import metrics

HERE = pathlib.Path(__file__).resolve().parent
PRIVILEGED = {"": {"sex": "Male", "race": "White"}, "compas_": {"sex": "Female", "race": "Caucasian"}}


def gaps(rows, column, reference):
    truth, score = rows["y"].to_numpy(), rows["p"].to_numpy()
    calls = (score >= 0.5).astype(int)
    privileged = (rows[column] == reference).to_numpy()
    groups = (~privileged, privileged)
    return {
        "statisticalParityDifference": metrics.statistical_parity(*groups, calls),
        "disparateImpact": metrics.disparate_impact(*groups, calls),
        "equalOpportunityDifference": metrics.equal_opportunity_diff(*groups, calls, truth),
        "averageOddsDifference": metrics.average_odds_diff(*groups, calls, truth),
        "accuracyDifference": metrics.accuracy_diff(*groups, calls, truth),
    }


for prefix, privileged in PRIVILEGED.items():
    rows = pd.read_csv(HERE / f"{prefix}predictions.csv")
    (HERE / f"{prefix}holistic.json").write_text(json.dumps({
        "versions": {"holisticai": importlib.metadata.version("holisticai")},
        "gaps": {
            column: {name: float(value) for name, value in gaps(rows, column, reference).items()}
            for column, reference in privileged.items()},
    }, indent=1) + "\n")
