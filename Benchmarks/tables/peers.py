"""The peers with their defaults, prepared as their users prepare tables.

Boosted trees get text columns as categories. The linear models and the MLP get standardised
numbers and one-hot texts; the MLP's regression target is standardised too, without which its
defaults do not learn targets of a large scale.
"""

import importlib
import importlib.metadata

import pandas
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

PACKAGES = {
    "LightGBM": "lightgbm",
    "XGBoost": "xgboost",
    "linear": "scikit-learn",
    "MLP": "scikit-learn",
    "RealMLP-TD": "pytabkit",
    "TabM": "pytabkit",
}
MODULES = {
    "LightGBM": "lightgbm", "XGBoost": "xgboost", "RealMLP-TD": "pytabkit", "TabM": "pytabkit",
}
USUAL = ["LightGBM", "XGBoost", "linear", "MLP"]
SLOW = ["RealMLP-TD", "TabM"]


def version(name):
    """The package's name and version; imports it, so that no fit's time holds its import."""
    try:
        importlib.import_module(MODULES.get(name, "sklearn"))
        return f"{PACKAGES[name]} {importlib.metadata.version(PACKAGES[name])}"
    except ModuleNotFoundError:
        requirements = "requirements-slow.txt" if name in SLOW else "requirements.txt"
        raise SystemExit(f"{PACKAGES[name]} is absent: pip install -r {requirements}") from None


class Categories:
    """Text columns as pandas categories of the training rows; other values become missing."""

    def __init__(self, frame):
        texts = frame.select_dtypes(exclude="number").columns
        self.kinds = {
            name: pandas.CategoricalDtype(sorted(frame[name].dropna().unique())) for name in texts
        }

    def __call__(self, frame):
        return frame.assign(
            **{
                name: pandas.Categorical(frame[name], dtype=kind)
                for name, kind in self.kinds.items()
            }
        )


def scaled_one_hot():
    is_number = make_column_selector(dtype_include="number")
    is_text = make_column_selector(dtype_exclude="number")
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), is_number),
            ("texts", OneHotEncoder(handle_unknown="ignore"), is_text),
        ]
    )


class Peer:
    """One fitted model. `seed` is of peers that are random by default."""

    def __init__(self, name, is_regression, features, answers, *, seed, threads):
        self.is_regression = is_regression
        self.prepare = (lambda frame: frame) if name in ["linear", "MLP"] else Categories(features)
        self.model = make(name, is_regression, seed=seed, threads=threads)
        self.model.fit(self.prepare(features), answers)

    def predict(self, features):
        features = self.prepare(features)
        if self.is_regression:
            return self.model.predict(features)
        return self.model.predict_proba(features)


def make(name, is_regression, *, seed, threads):
    if name == "LightGBM":
        import lightgbm

        kind = lightgbm.LGBMRegressor if is_regression else lightgbm.LGBMClassifier
        return kind(n_jobs=threads, verbose=-1)
    if name == "XGBoost":
        import xgboost

        kind = xgboost.XGBRegressor if is_regression else xgboost.XGBClassifier
        return kind(n_jobs=threads, enable_categorical=True)
    if name == "linear":
        return make_pipeline(scaled_one_hot(), Ridge() if is_regression else LogisticRegression())
    if name == "MLP":
        if not is_regression:
            return make_pipeline(scaled_one_hot(), MLPClassifier(random_state=seed))
        return TransformedTargetRegressor(
            make_pipeline(scaled_one_hot(), MLPRegressor(random_state=seed)),
            transformer=StandardScaler(),
        )
    import pytabkit

    family = {"RealMLP-TD": "RealMLP_TD", "TabM": "TabM_D"}[name]
    kind = getattr(pytabkit, family + ("_Regressor" if is_regression else "_Classifier"))
    return kind(random_state=seed, n_threads=threads, device="cpu")
