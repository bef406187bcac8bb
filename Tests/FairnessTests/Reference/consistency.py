#!/usr/bin/env python3
"""AIF360's consistency of decisions on random rows: writes consistency.json beside it.

    python3 consistency.py

Needs aif360 0.6.1, scikit-learn 1.9.1 and numpy; versions stand in consistency.json.
"""

import json
import pathlib

import aif360
import numpy as np
import sklearn
from aif360.sklearn.metrics import consistency_score

random = np.random.default_rng(0)
X = random.normal(size=(150, 3)).round(4)
y = (X[:, 0] + random.normal(size=150) > 0).astype(int)
target = pathlib.Path(__file__).resolve().parent / "consistency.json"
target.write_text(json.dumps({
    "versions": {"aif360": aif360.__version__, "scikit-learn": sklearn.__version__, "numpy": np.__version__},
    "features": X.ravel().tolist(), "decisions": y.tolist(),
    "scores": {str(k): float(consistency_score(X, y, n_neighbors=k)) for k in (2, 5, 20)},
}) + "\n")
