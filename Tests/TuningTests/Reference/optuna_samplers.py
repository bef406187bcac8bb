"""Optuna's samplers on the functions of MadeFunctions.swift: regret of the best seen of 60 trials, 20 seeds.

Run with: python3 optuna_samplers.py > optuna_samplers.json
Written with optuna 5.0.0, numpy 2.4.6, Python 3.11. TPE is Optuna's default sampler (multivariate since 5), with its
default ten random trials; trials follow one another, so that it sees each before the next.
"""

import json
import math
import platform
import sys

import numpy
import optuna

SEEDS, TRIALS = 20, 60
A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]


def branin(trial):
    x, y = trial.suggest_float("x0", -5, 10), trial.suggest_float("x1", 0, 15)
    bend = y - 5.1 / (4 * math.pi**2) * x * x + 5 / math.pi * x - 6
    return bend * bend + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann(trial):
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    return -sum(
        alpha * math.exp(-sum(a * (v - p * 1e-4) ** 2 for a, v, p in zip(A[i], x, P[i])))
        for i, alpha in enumerate([1.0, 1.2, 3.0, 3.2])
    )


def rosenbrock(trial):
    x = [trial.suggest_float(f"x{i}", -2, 2) for i in range(4)]
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(3))


def words(trial):
    form = "pqrs".index(trial.suggest_categorical("form", list("pqrs")))
    wide = 1.0 if trial.suggest_categorical("is", ["true", "false"]) == "true" else 2.0
    trial.suggest_categorical("idle", ["a", "b", "c"])
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(4)]
    base, center = [0.3, 0, 0.15, 0.4][form], [0.2, 0.7, 0.4, 0.9][form]
    return base + 0.1 * (wide - 1) + sum(wide * (v - center) ** 2 for v in x[:3])


def training(trial):
    rate = trial.suggest_float("rate", 1e-4, 0.1, log=True)
    size = math.log2(trial.suggest_int("width", 16, 512, log=True) / 128)
    depth = trial.suggest_int("depth", 1, 5) - 2
    drop = trial.suggest_float("dropout", 0, 0.5) - 0.1 - 0.05 * max(size, 0)
    trial.suggest_float("decay", 1e-6, 0.1, log=True)
    form = {"plain": 0.05, "piecewise": 0.0, "periodic": 0.01}[
        trial.suggest_categorical("numbers", ["plain", "piecewise", "periodic"])
    ]
    off = math.log10(rate) + 2.5 + 0.15 * size
    cliff = 1.0 if off > 1 else 0
    return 0.3 + 0.06 * off**2 + 0.004 * size**2 + 0.01 * depth**2 + 0.3 * drop**2 + form + cliff


FUNCTIONS = {
    "branin": (branin, 0.397887, 0),
    "hartmann6": (hartmann, -3.32237, 0),
    "rosenbrock4": (rosenbrock, 0, 0),
    "words": (words, 0, 0),
    "training with noise": (training, 0.3, 0.01),
    "hartmann6 with noise": (hartmann, -3.32237, 0.2),
}


def regrets(name, seed):
    function, least, noise = FUNCTIONS[name]
    random = numpy.random.default_rng(seed)
    truth = []

    def objective(trial):
        truth.append(function(trial))
        return truth[-1] + noise * random.standard_normal()

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(objective, n_trials=TRIALS)
    seen = [trial.value for trial in study.trials]
    return [truth[min(range(n), key=seen.__getitem__)] - least for n in (20, 40, 60)]


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    found = {}
    for name in FUNCTIONS:
        rows = [regrets(name, seed) for seed in range(1, SEEDS + 1)]
        found[name] = {
            f"after {n}": [round(row[place], 6) for row in rows] for place, n in enumerate((20, 40, 60))
        }
        print(name, [float(numpy.median([r[p] for r in rows])) for p in range(3)], file=sys.stderr)
    versions = {"optuna": optuna.__version__, "numpy": numpy.__version__, "python": platform.python_version()}
    json.dump({"versions": versions, "sampler": "TPESampler(seed=seed)", "regrets": found}, sys.stdout, indent=1)
    print()
