#!/usr/bin/env python3
"""What Fairlearn's ThresholdOptimizer reaches on the scores of predictions.csv: writes thresholds.json beside it.

    python3 thresholds.py

The expected accuracy of its randomised rules on the rows that they were fitted on, from their probabilities.
Needs fairlearn 0.15.0, numpy, pandas and scikit-learn; versions stand in thresholds.json.
"""

import json
import pathlib

import fairlearn
import numpy as np
import pandas as pd
import sklearn
from fairlearn.postprocessing import ThresholdOptimizer
from sklearn.base import BaseEstimator, ClassifierMixin

HERE = pathlib.Path(__file__).resolve().parent
NAMES = {
    "demographic-parity": "demographic_parity",
    "equal-opportunity": "true_positive_rate_parity",
    "equalized-odds": "equalized_odds",
}


class Scores(ClassifierMixin, BaseEstimator):
    """The scores themselves as a model."""

    def fit(self, X, y):
        self.classes_ = np.array([0, 1])
        return self

    def predict_proba(self, X):
        score = np.asarray(X, dtype=float).reshape(-1)
        return np.stack([1 - score, score], axis=1)


rows = pd.read_csv(HERE / "predictions.csv")
X, y = rows[["p"]], rows["y"]
cases = []
for name, theirs in NAMES.items():
    for column in ["sex", "race"]:
        optimizer = ThresholdOptimizer(
            estimator=Scores().fit(X, y), constraints=theirs, objective="accuracy_score",
            grid_size=1000, prefit=True, predict_method="predict_proba")
        optimizer.fit(X, y, sensitive_features=rows[column])
        chance = optimizer._pmf_predict(X, sensitive_features=rows[column])[:, 1]
        cases.append({
            "constraint": name, "column": column,
            "accuracy": float(np.mean(np.where(y == 1, chance, 1 - chance)))})
versions = {"fairlearn": fairlearn.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__}
with open(HERE / "thresholds.json", "w") as file:
    json.dump({"versions": versions, "rows": len(rows), "cases": cases}, file, indent=1)
    file.write("\n")
