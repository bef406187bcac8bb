#!/usr/bin/env python3
"""Gaps by Fairlearn and AIF360 on predictions of Adult, or of COMPAS: writes predictions.csv and gaps.json beside it, or
compas_predictions.csv and compas_gaps.json.

    python3 gaps.py [compas-scores-two-years.csv]

The file is ProPublica's; its filter is applied, the model sees what was known at screening.

Needs fairlearn 0.15.0, aif360 0.6.1, scikit-learn 1.9.1 and pandas; versions stand in gaps.json.
"""

import json
import pathlib
import sys
import warnings

import aif360
import fairlearn
import numpy as np
import pandas as pd
import sklearn
from aif360.sklearn import metrics as aif
from fairlearn import metrics as fair
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, precision_score, roc_auc_score, roc_curve
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
ADULT = HERE.parents[2] / "Examples" / "adult"
PRIVILEGED = {"sex": "Male", "race": "White"}
COMPAS_PRIVILEGED = {"sex": "Female", "race": "Caucasian"}


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


def compas_predictions(path):
    rows = pd.read_csv(path)
    rows = rows[
        (rows["days_b_screening_arrest"].abs() <= 30) & (rows["is_recid"] != -1)
        & (rows["c_charge_degree"] != "O") & rows["score_text"].notna()]
    numbers = ["age", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count"]
    texts = ["c_charge_degree"]
    rows = rows.sample(frac=1, random_state=0)
    test, train = rows[:1800], rows[1800:]
    model = make_pipeline(
        make_column_transformer((OneHotEncoder(), texts), (StandardScaler(), numbers)),
        LogisticRegression(max_iter=500))
    model.fit(train[texts + numbers], train["two_year_recid"])
    return pd.DataFrame({
        "y": test["two_year_recid"], "p": model.predict_proba(test[texts + numbers])[:, 1].round(6),
        "sex": test["sex"], "race": test["race"],
    })


def area_between(first, second):
    """The area between two ROC curves of (truth, score), piece by piece."""
    curves = [roc_curve(*group, drop_intermediate=False)[:2] for group in (first, second)]
    knots = np.unique(np.concatenate([curve[0] for curve in curves]))
    width = np.diff(knots)
    quarter, rest = (
        np.interp(knots[:-1] + share * width, *curves[0]) - np.interp(knots[:-1] + share * width, *curves[1])
        for share in (0.25, 0.75))
    # A line's ends from its quarters, where the curves may jump.
    a, b = 1.5 * quarter - 0.5 * rest, 1.5 * rest - 0.5 * quarter
    size = np.abs(a) + np.abs(b)
    crossed = (a**2 + b**2) / (2 * np.where(size > 0, size, 1))
    return float(np.sum(width * np.where(a * b >= 0, np.abs(a + b) / 2, crossed)))


def abroca(rows, column):
    groups = [(group["y"].to_numpy(), group["p"].to_numpy()) for _, group in rows.groupby(column)]
    return max(area_between(a, b) for i, a in enumerate(groups) for b in groups[i + 1:])


def gaps(rows, column, reference):
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
    by_score = fair.MetricFrame(
        metrics={"auc": roc_auc_score, "error": lambda y, p: np.mean(p) - np.mean(y)},
        y_true=truth, y_pred=rows["p"], **groups).difference()
    found |= {
        "rocAUCGap": by_score["auc"], "calibrationGap": by_score["error"],
        "abroca": abroca(rows, column),
    }
    # AIF360 keeps protected attributes in the index.
    index = pd.Index(rows[column], name=column)
    y, z = truth.set_axis(index), calls.set_axis(index)
    privileged = {"prot_attr": column, "priv_group": reference}
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
    is_compas = len(sys.argv) > 1
    rows = compas_predictions(sys.argv[1]) if is_compas else predictions()
    prefix = "compas_" if is_compas else ""
    privileged = COMPAS_PRIVILEGED if is_compas else PRIVILEGED
    rows.to_csv(HERE / f"{prefix}predictions.csv", index=False)
    result = {
        "versions": {
            "fairlearn": fairlearn.__version__, "aif360": aif360.__version__,
            "scikit-learn": sklearn.__version__,
        },
        "privileged": privileged,
        "generalizedEntropyIndex": float(aif.generalized_entropy_error(
            rows["y"].to_numpy(), (rows["p"] >= 0.5).astype(int).to_numpy(), alpha=2)),
        "gaps": {column: gaps(rows, column, privileged[column]) for column in privileged},
    }
    (HERE / f"{prefix}gaps.json").write_text(json.dumps(result, indent=1) + "\n")


main()
