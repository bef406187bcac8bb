"""Run with `python -m unittest` in this folder."""

import math
import unittest

import numpy
from scipy import stats

import comparison
import report
import vouch


class CorrectedResampledT(unittest.TestCase):
    differences = [0.3, -0.1, 0.4, 0.2, 0.5, 0.1, 0.0, 0.3, 0.2, 0.6]

    def test_is_the_paired_t_test_where_no_rows_are_shared(self):
        mean, low, high, p = comparison.corrected_resampled_t(self.differences, 0)
        paired = stats.ttest_1samp(self.differences, 0)
        interval = paired.confidence_interval(0.95)
        self.assertAlmostEqual(p, paired.pvalue, places=12)
        self.assertAlmostEqual(low, interval.low, places=12)
        self.assertAlmostEqual(high, interval.high, places=12)

    def test_shared_rows_shrink_t_by_the_square_root_of_eleven(self):
        # Variance factor 1/10 + 1 instead of 1/10.
        plain = stats.ttest_1samp(self.differences, 0).statistic
        expected = 2 * stats.t.sf(plain / math.sqrt(11), 9)
        self.assertAlmostEqual(comparison.corrected_resampled_t(self.differences)[3], expected)

    def test_equal_results_are_no_difference(self):
        self.assertEqual(comparison.corrected_resampled_t([0.0] * 10)[3], 1)


class Verdicts(unittest.TestCase):
    theirs = [1.0, 1.1, 0.9, 1.0, 1.05, 0.95, 1.0, 1.1, 0.9, 1.0]

    def verdict(self, shifts):
        return report.compare(numpy.add(self.theirs, shifts), self.theirs)[0]

    def test_directions(self):
        steady = numpy.linspace(0.1, 0.12, 10)
        self.assertEqual(self.verdict(-steady), "better")
        self.assertEqual(self.verdict(steady), "worse")
        self.assertEqual(self.verdict(numpy.linspace(-0.1, 0.12, 10)), "cannot tell")

    def test_a_failure_is_worse(self):
        losses = [math.inf] + [0.5] * 9
        self.assertEqual(report.compare(losses, self.theirs)[:2], ("worse", ["failed", "", "", ""]))

    def test_a_failure_of_the_reference_is_no_victory(self):
        losses = [math.inf] + [0.5] * 9
        self.assertEqual(report.compare(self.theirs, losses)[0], "cannot tell")


class Ranks(unittest.TestCase):
    def test_ties_share_their_rank(self):
        self.assertEqual(
            comparison.mean_ranks([[1, 2, 2], [3, 1, math.inf]]).tolist(), [1.5, 1.75, 2.75])


class ValidationLoss(unittest.TestCase):
    def test_is_the_best_of_each_training(self):
        epochs = [(1, 0.9), (2, 0.5), (3, 0.6), (1, 0.8), (2, 0.7)]
        events = [{"event": "stage"}] + [
            {"event": "epoch", "epoch": {"epoch": epoch, "validationLoss": loss}}
            for epoch, loss in epochs
        ]
        self.assertAlmostEqual(vouch.best_validation_loss(events), 0.6)


if __name__ == "__main__":
    unittest.main()
