"""Two-sample distances, χ² tests and adjusted p-values from SciPy.

    python two_samples.py > two_samples.json
"""
import json

import numpy as np
import scipy
from scipy import stats

draws = np.random.default_rng(3)
cases = []
for rows, other in [(5, 7), (40, 25), (300, 300)]:
    a = np.round(draws.normal(size=rows), 1)
    b = np.round(draws.normal(0.4, 1.3, size=other), 1)
    cases.append({"a": a.tolist(), "b": b.tolist(), "distance": stats.ks_2samp(a, b).statistic})
tables = []
for a, b in [([30, 20, 50], [40, 25, 10]), ([10, 90], [30, 170]), ([12, 7, 33, 48], [20, 30, 25, 25])]:
    tables.append({"a": a, "b": b, "p": stats.chi2_contingency([a, b], correction=False).pvalue})
p = draws.uniform(size=12) ** 3
print(json.dumps({
    "versions": {"scipy": scipy.__version__, "numpy": np.__version__},
    "distances": cases, "tables": tables,
    "p": p.tolist(), "adjusted": stats.false_discovery_control(p).tolist(),
}, indent=1))
