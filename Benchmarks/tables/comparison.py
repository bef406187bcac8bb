"""Statistics of repeated splits and of ranks."""

import math

import numpy
from scipy import stats


def corrected_resampled_t(differences, test_to_training=1.0, level=0.95):
    """The mean of differences over resampled splits, with its interval and two-sided p-value.

    `t = mean(d) / sqrt((1/k + n_test/n_training) · var(d))` with `k − 1` degrees of freedom, which
    allows for the overlap of the splits' training rows. Five repetitions of two halves: `k` = 10,
    ratio 1, 9 degrees of freedom.

    Source: Nadeau & Bengio 2003, "Inference for the Generalization Error", Machine Learning 52,
    doi:10.1023/A:1024068626366.
    """
    differences = numpy.asarray(differences, dtype=float)
    k = len(differences)
    mean = float(differences.mean())
    if k < 2:
        return mean, -math.inf, math.inf, 1.0
    error = math.sqrt((1 / k + test_to_training) * differences.var(ddof=1))
    if error == 0:
        return mean, mean, mean, 1.0 if mean == 0 else 0.0
    half = stats.t.ppf((1 + level) / 2, k - 1) * error
    return mean, mean - half, mean + half, float(2 * stats.t.sf(abs(mean) / error, k - 1))


def mean_with_interval(values, level=0.95):
    """The mean of independent values and half the width of its t-interval."""
    values = numpy.asarray(values, dtype=float)
    if len(values) < 2:
        return float(values.mean()), math.inf
    half = stats.t.ppf((1 + level) / 2, len(values) - 1) * stats.sem(values)
    return float(values.mean()), float(half)


def mean_ranks(losses):
    """Mean rank of each column, 1 for the smallest loss of a row; ties share their mean rank."""
    return stats.rankdata(numpy.asarray(losses, dtype=float), axis=1).mean(axis=0)
