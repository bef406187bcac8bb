"""Writes out_of_distribution.json: distances and energies by a transcription of the papers' code.

    python out_of_distribution.py

Sun et al. 2022 normalise features and take the distance to the k-th nearest; Liu et al. 2020 take
minus the log-sum-exp of the logits. All in double precision, one query at a time.
"""

import json
import pathlib
import sys

import numpy as np
import scipy
from scipy.special import logsumexp


def normalized(x):
    return x / (np.linalg.norm(x, axis=-1, keepdims=True) + 1e-10)


def distances(reference, queries, k):
    reference, queries = normalized(reference), normalized(queries)
    return [float(np.sort(np.linalg.norm(reference - q, axis=1))[k - 1]) for q in queries]


def rounded(x):
    """What a Float holds, so that both sides start from the same numbers."""
    return x.astype(np.float32).astype(np.float64)


def main():
    random = np.random.default_rng(17)
    cases = []
    for rows, count, width, k in [(300, 70, 24, 10), (40, 3, 5, 1), (7, 9, 3, 7)]:
        # After a ReLU: many zeros; one row of zeros alone; queries that are reference rows.
        reference = rounded(np.maximum(random.normal(size=(rows, width)), 0))
        queries = rounded(np.maximum(random.normal(size=(count, width)) + 0.2, 0))
        queries[0] = 0
        queries[1] = reference[3]
        reference[4:6] = reference[3]
        cases.append({
            "width": width, "neighbor": k, "reference": reference.ravel().tolist(),
            "queries": queries.ravel().tolist(), "distances": distances(reference, queries, k),
        })
    several = rounded(5 * random.normal(size=(40, 3, 4)))
    single = rounded(30 * random.normal(size=(20, 2, 1)))
    both = np.concatenate([-single / 2, single / 2], axis=2)
    energies = [
        {"members": 3, "logits": several.ravel().tolist(),
         "energies": (-logsumexp(several, axis=2).mean(axis=1)).tolist()},
        {"members": 2, "logits": single.ravel().tolist(),
         "energies": (-logsumexp(both, axis=2).mean(axis=1)).tolist()},
    ]
    versions = {
        "python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__}
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(json.dumps(
        {"versions": versions, "neighbors": cases, "energies": energies}) + "\n")


if __name__ == "__main__":
    main()
