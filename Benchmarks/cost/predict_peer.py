"""LightGBM on Adult: learns once, then reads a CSV, predicts it and writes a CSV.

    predict_peer.py fit TRAIN MODEL
    predict_peer.py predict ROWS MODEL OUT
"""

import json
import sys

import lightgbm
import pandas


def features(path, categories=None):
    """The columns without the target; texts as categories, those of the training rows where they are given."""
    frame = pandas.read_csv(path)
    frame = frame.drop(columns=["class"], errors="ignore")
    for name in frame.columns:
        if not pandas.api.types.is_numeric_dtype(frame[name]):
            known = categories[name] if categories else sorted(frame[name].dropna().unique())
            frame[name] = pandas.Categorical(frame[name], categories=known)
    return frame


if sys.argv[1] == "fit":
    _, _, path, model = sys.argv
    frame = features(path)
    answers = (pandas.read_csv(path, usecols=["class"])["class"] == ">50K").astype(int)
    booster = lightgbm.LGBMClassifier(verbose=-1).fit(frame, answers).booster_
    booster.save_model(model)
    kinds = {name: list(column.cat.categories) for name, column in frame.items()
             if isinstance(column.dtype, pandas.CategoricalDtype)}
    with open(model + ".json", "w") as out:
        json.dump(kinds, out)
else:
    _, _, path, model, out = sys.argv
    with open(model + ".json") as file:
        kinds = json.load(file)
    frame = features(path, kinds)
    positive = lightgbm.Booster(model_file=model).predict(frame)
    pandas.DataFrame({
        "probability[<=50K]": 1 - positive, "probability[>50K]": positive,
        "decision": pandas.Categorical.from_codes((positive >= 0.5).astype(int), ["<=50K", ">50K"]),
    }).to_csv(out, index=False)
    print(json.dumps({"lightgbm": lightgbm.__version__}))
