package import Prediction
import Statistics
package import Tables

/// Compares new rows with those that a model learned from, column by column, and what it predicts.
///
/// - Numbers and dates: the distance of the two distribution functions (Kolmogorov and Smirnov).
/// - Categories: the total variation; texts that only one side has count too.
/// - Missing cells: the difference of their shares, where either side has any.
/// - Predictions: of two classes the score, of more the predicted class, of a regression the number.
///
/// All tests of one call are one family, whose false discoveries are controlled together.
package struct DriftComparison: Sendable {
    package var limits: DriftLimits

    package init(limits: DriftLimits = DriftLimits()) { self.limits = limits }

    /// - Parameters:
    ///   - features: The columns that the model looks at.
    ///   - reference: Rows that it learned from.
    ///   - referencePredictions: Of rows that it did *not* learn from: on those it did, it is surer than
    ///     on any others. `nil` where there are none.
    package func findings(
        features: [String], reference: Table, new: Table, referencePredictions: Predictions?,
        newPredictions: Predictions?
    ) -> [DriftFinding] {
        var results: [(DriftFinding.Subject, TwoSampleResult)] = []
        for name in features {
            guard let old = reference.column(named: name), let column = new.column(named: name)
            else { continue }
            results += compare(name, old, column, reference, new)
        }
        if let referencePredictions, let newPredictions,
            let result = compare(referencePredictions, newPredictions)
        {
            results.append(result)
        }
        let adjusted = benjaminiHochberg(results.map(\.1.pValue))
        return zip(results, adjusted).map { result, pValue in
            DriftFinding(
                subject: result.0, effect: result.1.effect, adjustedPValue: pValue,
                verdict: limits.verdict(result.1.effect, adjustedPValue: pValue))
        }
    }

    private func compare(
        _ name: String, _ old: Column, _ new: Column, _ reference: Table, _ rows: Table
    ) -> [(DriftFinding.Subject, TwoSampleResult)] {
        var results: [(DriftFinding.Subject, TwoSampleResult)] = []
        let gaps = [old, new].map { column in (0..<column.count).count { column.isMissing($0) } }
        if gaps[0] < old.count, gaps[1] < new.count,
            let result = compareValues(name, old, new, reference, rows)
        {
            results.append((.values(column: name), result))
        }
        if gaps[0] + gaps[1] > 0 {
            results.append(
                (
                    .missing(column: name),
                    compareShares(gaps[0], of: old.count, gaps[1], of: new.count)
                ))
        }
        return results
    }

    private func compareValues(
        _ name: String, _ old: Column, _ new: Column, _ reference: Table, _ rows: Table
    ) -> TwoSampleResult? {
        guard old.kind == new.kind else { return nil }
        if let a = old.measures, let b = new.measures {
            return compareNumbers(a.filter { !$0.isNaN }, b.filter { !$0.isNaN })
        }
        let both = reference.joining(rows, columns: [name])
        guard let joined = both.columns.first?.categories else { return nil }
        var counts = [[Int]](repeating: [Int](repeating: 0, count: joined.values.count), count: 2)
        for (row, code) in joined.codes.enumerated() where code >= 0 {
            counts[row < reference.rowCount ? 0 : 1][Int(code)] += 1
        }
        return compareCategories(counts[0], counts[1])
    }

    private func compare(
        _ old: Predictions, _ new: Predictions
    ) -> (DriftFinding.Subject, TwoSampleResult)? {
        guard old.rows > 0, new.rows > 0, old.classes == new.classes else { return nil }
        func column(_ predictions: Predictions, _ index: Int) -> [Double] {
            (0..<predictions.rows).map { predictions.values[$0 * predictions.width + index] }
        }
        switch old.classes.count {
        case 0: return (.predictions("predicted numbers"), compareNumbers(old.values, new.values))
        case 2:
            return (
                .predictions("scores of \(old.classes[1])"),
                compareNumbers(column(old, 1), column(new, 1))
            )
        default:
            func counts(_ predictions: Predictions) -> [Int] {
                var counts = [Int](repeating: 0, count: predictions.width)
                for label in predictions.decisions(threshold: 0.5).classes { counts[label] += 1 }
                return counts
            }
            return (.predictions("predicted classes"), compareCategories(counts(old), counts(new)))
        }
    }
}
