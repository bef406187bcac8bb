#!/usr/bin/env python3
"""Gaps by Fairlearn and AIF360 on predictions of Adult: writes predictions.csv and gaps.json beside it.

    python3 gaps.py

Needs fairlearn 0.15.0, aif360 0.6.1, scikit-learn 1.9.1 and pandas; versions stand in gaps.json.
"""

import json
import pathlib
import warnings

import aif360
import fairlearn
import pandas as pd
import sklearn
from aif360.sklearn import metrics as aif
from fairlearn import metrics as fair
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
ADULT = HERE.parents[2] / "Examples" / "adult"
PRIVILEGED = {"sex": "Male", "race": "White"}


def predictions():
    train = pd.read_csv(ADULT / "adult_train.csv").fillna("missing")
    test = pd.read_csv(ADULT / "adult_test.csv").fillna("missing")
    texts = [name for name in train if not pd.api.types.is_numeric_dtype(train[name]) and name != "class"]
    numbers = [name for name in train if name not in texts and name != "class"]
    model = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), texts), (StandardScaler(), numbers)),
        LogisticRegression(max_iter=500))
    model.fit(train[texts + numbers], train["class"])
    rows = test.sample(2000, random_state=0)
    return pd.DataFrame({
        "y": (rows["class"] == ">50K").astype(int),
        "p": model.predict_proba(rows[texts + numbers])[:, 1].round(6),
        "sex": rows["sex"], "race": rows["race"],
    })


def gaps(rows, column):
    truth, calls = rows["y"], (rows["p"] >= 0.5).astype(int)
    groups = {"sensitive_features": rows[column]}

    def spread(metric):
        frame = fair.MetricFrame(metrics=metric, y_true=truth, y_pred=calls, **groups)
        return float(frame.difference())

    found = {
        "selectionRateGap": fair.demographic_parity_difference(truth, calls, **groups),
        "selectionRateRatio": fair.demographic_parity_ratio(truth, calls, **groups),
        "truePositiveRateGap": fair.equal_opportunity_difference(truth, calls, **groups),
        "falsePositiveRateGap": spread(fair.false_positive_rate),
        "equalizedOddsGap": fair.equalized_odds_difference(truth, calls, **groups),
        "precisionGap": spread(precision_score),
        "accuracyGap": spread(accuracy_score),
    }
    # AIF360 keeps protected attributes in the index.
    index = pd.Index(rows[column], name=column)
    y, z = truth.set_axis(index), calls.set_axis(index)
    privileged = {"prot_attr": column, "priv_group": PRIVILEGED[column]}
    found |= {
        "statisticalParityDifference": aif.statistical_parity_difference(y, z, **privileged),
        "disparateImpact": aif.disparate_impact_ratio(y, z, **privileged),
        "equalOpportunityDifference": aif.equal_opportunity_difference(y, z, **privileged),
        "averageOddsDifference": aif.average_odds_difference(y, z, **privileged),
        "averageAbsoluteOddsDifference": aif.average_odds_error(y, z, **privileged),
    }
    return {name: float(value) for name, value in found.items()}


def main():
    warnings.simplefilter("ignore")
    rows = predictions()
    rows.to_csv(HERE / "predictions.csv", index=False)
    result = {
        "versions": {
            "fairlearn": fairlearn.__version__, "aif360": aif360.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "privileged": PRIVILEGED,
        "gaps": {column: gaps(rows, column) for column in PRIVILEGED},
    }
    (HERE / "gaps.json").write_text(json.dumps(result, indent=1) + "\n")


main()
