import Statistics
import Testing

/// Differences of two models, element by element.
///
/// A difference is smaller than the two numbers that it is of, and carries their rounding: tolerances
/// are absolute, for numbers of about 1. A sum of deletions squared is as exact as the deletions are,
/// about 1e-14 over 1e-2.
@Suite struct ComparisonReferenceTests {
    private func expect(
        _ found: Difference, _ wanted: ComparisonReference.Found, _ name: String
    ) {
        func isNear(_ a: Double?, _ b: Double?, _ tolerance: Double) -> Bool {
            guard let b else { return true }
            return a.map { abs($0 - b) <= tolerance } ?? false
        }
        #expect(isNear(found.estimate.value, wanted.value, 1e-12), "\(name)")
        #expect(isNear(found.standardError, wanted.standardError, 1e-11), "\(name)")
        #expect(isNear(found.estimate.lower, wanted.lower, 1e-10), "\(name)")
        #expect(isNear(found.estimate.upper, wanted.upper, 1e-10), "\(name)")
        #expect(isNear(found.degrees, wanted.degrees, 1e-6), "\(name)")
        #expect(isNear(found.pValue, wanted.pValue, 1e-9), "\(name)")
    }

    @Test(arguments: ComparisonReference.stored.binary)
    func deletionsOfTwoClasses(_ reference: ComparisonReference.Binary) throws {
        let comparison = try reference.comparison()
        for (name, wanted) in reference.differences {
            let metric = try #require(ClassificationMetric(rawValue: name))
            expect(comparison.difference(of: metric), wanted, name)
        }
        for (name, wanted) in reference.values {
            let metric = try #require(ClassificationMetric(rawValue: name))
            let value = try #require(comparison.difference(of: metric).estimate.value)
            #expect(abs(value - wanted) <= 1e-12, "\(name)")
        }
    }

    @Test(arguments: ComparisonReference.stored.binary.filter { $0.deLong != nil })
    func simpleRows(_ reference: ComparisonReference.Binary) throws {
        let comparison = try reference.comparison()
        let deLong = try #require(reference.deLong)
        expect(comparison.difference(of: .rocAUC), deLong, "rocAUC")
        // Ends of proportions are roots that SciPy finds to about 1e-12.
        expect(comparison.difference(of: .accuracy), try #require(reference.accuracy), "accuracy")
        expect(
            comparison.difference(of: .sensitivity), try #require(reference.sensitivity),
            "sensitivity")
        let wanted = try #require(reference.mcNemar)
        let found = try #require(comparison.mcNemar())
        #expect(found.onlyFirst == wanted.onlyFirst)
        #expect(found.onlySecond == wanted.onlySecond)
        #expect(agree(found.exactPValue, wanted.exact, 1e-12))
        #expect(agree(found.midPValue, wanted.midP, 1e-12))
    }

    @Test(arguments: ComparisonReference.stored.regression)
    func deletionsOfNumbers(_ reference: ComparisonReference.Regression) throws {
        let comparison = try PairedComparison(
            targets: reference.targets, first: reference.first, second: reference.second,
            weights: reference.weights, clusters: reference.clusters)
        #expect(Set(reference.differences.keys) == Set(RegressionMetric.allCases.map(\.rawValue)))
        for (name, wanted) in reference.differences {
            let metric = try #require(RegressionMetric(rawValue: name))
            expect(comparison.difference(of: metric), wanted, name)
        }
    }

    @Test(arguments: ComparisonReference.stored.crossed)
    func meanSquares(_ reference: ComparisonReference.Crossed) throws {
        let found = try crossedMeanDifference(before: reference.before, after: reference.after)
        expect(
            found,
            ComparisonReference.Found(
                value: reference.value, standardError: reference.standardError,
                lower: reference.lower, upper: reference.upper), reference.name)
    }
}
