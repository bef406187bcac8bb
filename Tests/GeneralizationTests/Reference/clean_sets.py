"""Which PMLB sets a single column nearly solves, before any leakage check has looked at them.

A set is left out of the clean ones if a tree on one column alone reaches at least 90 % of the skill of
gradient boosting on all columns: on the table alone such a column cannot be told from a leak. Skill is
(balanced accuracy - 1/K) / (1 - 1/K) for K classes and R² for numbers, both by 5-fold cross-validation on
at most 4,000 rows. The clean sets are the first ten others, in alphabetical order.

    python clean_sets.py FOLDER_OF_PMLB_CSV > ../Verified/clean_sets.csv

Made with the versions that the first line of Verified/clean_sets.csv states.
"""
import csv
import pathlib
import sys

import lightgbm
import numpy as np
import sklearn
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.metrics import balanced_accuracy_score, r2_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

REGRESSIONS = {"225_puma8NH", "564_fried", "573_cpu_act", "574_house_16H"}


def skill(model, features, target, regression):
    folds = (KFold if regression else StratifiedKFold)(5, shuffle=True, random_state=0)
    predicted = cross_val_predict(model, features, target, cv=folds)
    if regression:
        return r2_score(target, predicted)
    chance = 1 / len(np.unique(target))
    return (balanced_accuracy_score(target, predicted) - chance) / (1 - chance)


def main():
    print(f"# lightgbm {lightgbm.__version__}, scikit-learn {sklearn.__version__}, numpy {np.__version__}")
    print("set,best column,skill of it,skill of all,clean")
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.csv")):
        with open(path) as file:
            header = next(csv.reader(file))
        data = np.genfromtxt(path, delimiter=",", skip_header=1)
        rows = np.random.default_rng(0).permutation(len(data))[:4000]
        data = data[rows]
        features, target = data[:, :-1], data[:, -1]
        regression = path.stem in REGRESSIONS
        if not regression:
            # Classes that five folds cannot hold are left out.
            values, counts = np.unique(target, return_counts=True)
            kept = np.isin(target, values[counts >= 5])
            features, target = features[kept], target[kept].astype(int)
        boosting = (lightgbm.LGBMRegressor if regression else lightgbm.LGBMClassifier)(
            n_estimators=60, num_leaves=15, verbose=-1, n_jobs=1, random_state=0)
        tree = (DecisionTreeRegressor if regression else DecisionTreeClassifier)(
            max_leaf_nodes=32, min_samples_leaf=3, random_state=0,
            **({} if regression else {"class_weight": "balanced"}))
        whole = skill(boosting, features, target, regression)
        alone = [skill(tree, features[:, [j]], target, regression) for j in range(features.shape[1])]
        best = int(np.argmax(alone))
        clean = alone[best] < 0.9 * whole
        print(f"{path.stem},{header[best]},{alone[best]:.3f},{whole:.3f},{'yes' if clean else 'no'}", flush=True)


main()
