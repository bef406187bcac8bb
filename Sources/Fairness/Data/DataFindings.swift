import Figures
import RealModule
package import Statistics

/// A protected column of a data set: the group of every row.
package struct DataGroups: Sendable {
    package let column: String
    /// Sorted.
    package let names: [String]
    /// One a row, into `names`.
    package let codes: [Int]
    package let counts: [Int]

    package init(column: String, groups: [String]) {
        self.column = column
        let names = Set(groups).sorted()
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        self.names = names
        codes = groups.map { places[$0] ?? 0 }
        var counts = [Int](repeating: 0, count: names.count)
        for code in codes { counts[code] += 1 }
        self.counts = counts
    }

    package var rows: Int { codes.count }

    /// Each group's share against its share in a population.
    ///
    /// The interval is that of the share; the test is the score test of a binomial, and of fewer than five expected rows
    /// or others the exact one, doubled.
    ///
    /// - Parameter reference: Of each group of the population, in [0, 1]; those without rows are findings too.
    package func representation(against reference: [String: Double]) -> [DataFinding] {
        let known = Dictionary(uniqueKeysWithValues: zip(names, counts))
        return reference.keys.sorted().map { name in
            let (count, share) = (known[name] ?? 0, reference[name] ?? 0)
            var estimate = shareEstimate(count, of: rows)
            estimate.value = estimate.value.map { $0 - share }
            estimate.lower = estimate.lower.map { $0 - share }
            estimate.upper = estimate.upper.map { $0 - share }
            estimate.form = nil
            return DataFinding(
                .representation, column: column, group: name, estimate,
                pValue: Self.binomialTest(count, of: rows, share: share),
                note: "\(count) of \(rows) rows; in the population "
                    + "\(NumberText.fixed(100 * share, decimals: 1)) %")
        }
    }

    /// Two-sided.
    static func binomialTest(_ hits: Int, of rows: Int, share: Double) -> Double {
        guard rows > 0, share > 0, share < 1 else {
            // A population without the group has no row of it.
            return share <= 0 && hits > 0 || share >= 1 && hits < rows ? 0 : 1
        }
        let n = Double(rows)
        let expected = n * share
        if min(expected, n - expected) >= 5 {
            let z = abs(Double(hits) - expected) / (expected * (1 - share)).squareRoot()
            return min(1, 2 * (1 - SpecialFunctions.normalCDF(z)))
        }
        func log(_ k: Int) -> Double {
            let k = Double(k)
            return Double.logGamma(n + 1) - Double.logGamma(k + 1) - Double.logGamma(n - k + 1)
                + k * Double.log(share) + (n - k) * Double.log(1 - share)
        }
        let tail =
            Double(hits) < expected
            ? (0...hits).reduce(0) { $0 + Double.exp(log($1)) }
            : 1 - (0..<hits).reduce(0) { $0 + Double.exp(log($1)) }
        return min(1, max(0, 2 * tail))
    }

    /// The chance that two rows drawn at random are of different groups, `(1 − Σ p²) n / (n − 1)`.
    ///
    /// - Source: Simpson 1949, DOI 10.1038/163688a0; interval: one row moves it by at most 2/n, McDiarmid 1989,
    ///   DOI 10.1017/CBO9781107359949.008.
    package var diversity: Estimate {
        guard rows > 1 else {
            return Estimate(value: nil, method: "McDiarmid", count: rows, note: "one row")
        }
        let n = Double(rows)
        let same = counts.reduce(0) { $0 + Double($1) * Double($1 - 1) } / (n * (n - 1))
        let reach = (2 * Double.log(2 / 0.05) / n).squareRoot()
        return Estimate(
            value: 1 - same, lower: max(0, 1 - same - reach), upper: min(1, 1 - same + reach),
            method: "McDiarmid", count: rows)
    }

    /// In how many groups as large as one another the rows would be as diverse: `1 / Σ p²`.
    package var effectiveGroups: Double {
        let n = Double(max(rows, 1))
        return 1 / counts.reduce(0) { $0 + Double($1) * Double($1) / (n * n) }
    }

    /// How often something holds in each group, and the largest difference.
    ///
    /// - Parameter holds: One a row.
    package func rates(_ holds: [Bool]) -> (rates: [Estimate], gap: PairwiseGaps.Gap) {
        var hits = [Int](repeating: 0, count: names.count)
        for (row, holds) in holds.enumerated() where holds { hits[codes[row]] += 1 }
        let rates = names.indices.map { shareEstimate(hits[$0], of: counts[$0]) }
        return (rates, PairwiseGaps(rates: [rates]).gap(within: .range, across: .maximum))
    }

    /// The gap of a rate as a finding.
    package func gap(_ kind: DataFinding.Kind, of subject: String, _ holds: [Bool]) -> DataFinding {
        let (rates, gap) = rates(holds)
        let told = gap.widest.map { high, low in
            func text(_ place: Int) -> String {
                "\(names[place]) \(NumberText.fixed(100 * (rates[place].value ?? 0), decimals: 1)) %"
            }
            return "\(text(high)), \(text(low))"
        }
        return DataFinding(
            kind, column: column, subject: subject, gap.estimate, pValue: gap.pValue, note: told)
    }
}

extension DataGroups {
    /// Groups of fewer rows are not predicted.
    package static let fewestRows = 20

    /// How well the codes of a feature predict each group, in five-fold cross-validation: a row's score is the share of
    /// the group among rows of other folds with its code, drawn towards the group's share by one row.
    ///
    /// The area is no test: the folds share most of what they learn from, so that under chance they err to one side
    /// together. The test is χ² of codes and group on all rows.
    ///
    /// - Parameter features: Name, the code of each row, how many codes there are.
    package func proxies(
        _ features: [(name: String, codes: [Int], count: Int)], folds: Int = 5
    ) throws -> [DataFinding] {
        var found: [DataFinding] = []
        for group in predicted {
            for feature in features {
                let scores = outOfFold(feature.codes, count: feature.count, group: group, folds)
                var counts = [[Int]](
                    repeating: Array(repeating: 0, count: feature.count), count: 2)
                for (row, code) in feature.codes.enumerated() {
                    counts[codes[row] == group ? 1 : 0][code] += 1
                }
                found.append(
                    DataFinding(
                        .proxy, column: column, group: names[group], subject: feature.name,
                        try area(scores, group: group),
                        pValue: compareCategories(counts[0], counts[1]).pValue))
            }
        }
        return found
    }

    /// Of two groups the smaller alone, since the other is its mirror image.
    package var predicted: [Int] {
        let large = names.indices.filter {
            counts[$0] >= Self.fewestRows && rows - counts[$0] >= Self.fewestRows
        }
        guard names.count == 2, large.count == 2 else { return Array(large) }
        return [counts[0] <= counts[1] ? 0 : 1]
    }

    /// How well scores that a model of other folds gave each row tell a group from all others.
    ///
    /// Each fold's p-value is valid, that of Mann and Whitney's test, but they depend on one another: twice their mean holds
    /// whatever the dependence.
    ///
    /// - Parameter folds: The fold of each row.
    /// - Source: Vovk & Wang 2020, DOI 10.1093/biomet/asaa027.
    package func proxy(
        _ name: String, scores: [Double], folds: [Int], group: Int
    ) throws -> DataFinding {
        var pValues: [Double] = []
        for rows in Dictionary(grouping: codes.indices, by: { folds[$0] }).values {
            let positives = rows.count { codes[$0] == group }
            guard positives > 0, positives < rows.count else { continue }
            let part = try sample(scores, rows, group: group).rocAUC().value ?? 0.5
            let (m, n) = (Double(positives), Double(rows.count - positives))
            // Without ties the variance is the larger.
            let z = (part - 0.5) / ((m + n + 1) / (12 * m * n)).squareRoot()
            pValues.append(1 - SpecialFunctions.normalCDF(z))
        }
        let mean = pValues.reduce(0, +) / Double(max(pValues.count, 1))
        return DataFinding(
            .proxy, column: column, group: names[group], subject: name,
            try area(scores, group: group), pValue: pValues.isEmpty ? 1 : min(1, 2 * mean))
    }

    private func area(_ scores: [Double], group: Int) throws -> Estimate {
        try sample(scores, Array(codes.indices), group: group).rocAUC()
    }

    private func sample(
        _ scores: [Double], _ rows: [Int], group: Int
    ) throws -> ClassificationSample {
        try ClassificationSample(
            labels: rows.map { codes[$0] == group ? 1 : 0 },
            probabilities: rows.flatMap { [1 - scores[$0], scores[$0]] }, classes: 2)
    }

    private func outOfFold(_ values: [Int], count: Int, group: Int, _ folds: Int) -> [Double] {
        // Folds alternate within group and others, so that each holds its share of both.
        var seen = [0, 0]
        let fold = codes.map { code -> Int in
            let side = code == group ? 1 : 0
            seen[side] += 1
            return (seen[side] * 7919) % folds
        }
        var all = [Double](repeating: 0, count: folds * count)
        var own = all
        for row in codes.indices {
            let place = fold[row] * count + values[row]
            all[place] += 1
            if codes[row] == group { own[place] += 1 }
        }
        var (allOf, ownOf) = (
            [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
        )
        for place in all.indices {
            allOf[place % count] += all[place]
            ownOf[place % count] += own[place]
        }
        let share = Double(counts[group]) / Double(rows)
        return codes.indices.map { row in
            let (value, place) = (values[row], fold[row] * count + values[row])
            return (ownOf[value] - own[place] + share) / (allOf[value] - all[place] + 1)
        }
    }
}
