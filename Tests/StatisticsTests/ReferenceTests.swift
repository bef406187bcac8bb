import Statistics
import Testing

/// Values of scikit-learn and SciPy, element by element.
///
/// The tolerance 1e-12 is relative: sums of a few hundred terms in another order differ by some
/// 1e-15, and the quotients of such sums by little more.
@Suite struct ReferenceTests {
    @Test(arguments: Reference.stored.binary)
    func metricsOfTwoClasses(_ reference: Reference.Binary) throws {
        let sample = try reference.sample()
        let found = binaryMetrics(threshold: reference.threshold).mapValues { $0(sample) }
        #expect(Set(found.keys) == Set(reference.values.keys))
        for (metric, wanted) in reference.values {
            #expect(
                agree(found[metric]?.value, wanted, 1e-12),
                "\(metric): \(String(describing: found[metric]?.value)), not \(wanted)")
        }
    }

    @Test(arguments: Reference.stored.multiclass)
    func metricsOfMoreClasses(_ reference: Reference.Multiclass) throws {
        let sample = try reference.sample()
        #expect(sample.calls() == reference.calls)
        let found = multiclassMetrics.mapValues { $0(sample) }
        #expect(Set(found.keys) == Set(reference.values.keys))
        for (metric, wanted) in reference.values {
            #expect(
                agree(found[metric]?.value, wanted, 1e-12),
                "\(metric): \(String(describing: found[metric]?.value)), not \(wanted)")
        }
    }

    @Test(arguments: Reference.stored.regression)
    func metricsOfNumbers(_ reference: Reference.Regression) throws {
        let sample = try RegressionSample(
            targets: reference.targets, predictions: reference.predictions,
            weights: reference.weights)
        let found = regressionMetrics.mapValues { $0(sample) }
        #expect(Set(found.keys) == Set(reference.values.keys))
        for (metric, wanted) in reference.values {
            #expect(
                agree(found[metric]?.value, wanted, 1e-12),
                "\(metric): \(String(describing: found[metric]?.value)), not \(wanted)")
        }
        for (metric, wanted) in reference.intervals ?? [:] {
            #expect(agree(found[metric]?.lower, wanted[0], 1e-12), "\(metric), lower")
            #expect(agree(found[metric]?.upper, wanted[1], 1e-12), "\(metric), upper")
        }
    }

    /// Intervals of simple rows: shares by SciPy's, the rest from the definitions in NumPy. Ends of
    /// proportions are roots that SciPy finds to about 1e-12.
    @Test(arguments: Reference.stored.binary.filter { $0.intervals != nil })
    func intervals(_ reference: Reference.Binary) throws {
        let sample = try reference.sample()
        let found = binaryMetrics(threshold: reference.threshold).mapValues { $0(sample) }
        for (metric, wanted) in reference.intervals ?? [:] {
            #expect(agree(found[metric]?.lower, wanted[0], 1e-11), "\(metric), lower")
            #expect(agree(found[metric]?.upper, wanted[1], 1e-11), "\(metric), upper")
        }
    }

    /// Both sides solve for a root; a score equation summed in another order moves it by some 1e-14.
    @Test(arguments: Reference.stored.binary)
    func recalibration(_ reference: Reference.Binary) throws {
        let found = try reference.sample().calibration()
        for (estimate, wanted) in [
            (found.slope, reference.calibration.slope),
            (found.intercept, reference.calibration.intercept),
        ] {
            #expect(agree(estimate.value, wanted.value, 1e-11))
            #expect(agree(estimate.lower, wanted.lower, 1e-11))
            #expect(agree(estimate.upper, wanted.upper, 1e-11))
        }
    }

    @Test(arguments: Reference.stored.binary.filter { $0.curve != nil })
    func curve(_ reference: Reference.Binary) throws {
        let curve = try #require(reference.curve)
        let points = try reference.sample().rocCurve(limit: .max)
        // Thresholds are scores, taken as they are; the first is scikit-learn's infinity.
        #expect(points.dropFirst().map(\.threshold) == curve.threshold)
        #expect(points.count == curve.falsePositiveRate.count)
        for (point, (x, y)) in zip(points, zip(curve.falsePositiveRate, curve.truePositiveRate)) {
            #expect(agree(point.falsePositiveRate, x, 1e-12))
            #expect(agree(point.truePositiveRate, y, 1e-12))
        }
    }
}

@Suite struct SpecialFunctionTests {
    @Test func normalQuantile() {
        for pair in Reference.stored.special.normalQuantile {
            // Next to ½ the quantile is a difference from ½: absolute there.
            let found = SpecialFunctions.normalQuantile(pair[0])
            #expect(abs(found - pair[1]) <= 1e-14 * max(0.1, abs(pair[1])), "p = \(pair[0])")
        }
    }

    /// SciPy's own far tail is right to about 1e-13: `exp(−x²/2)` magnifies the rounding of `x²`.
    @Test func normalCDF() {
        for pair in Reference.stored.special.normalCDF {
            #expect(agree(SpecialFunctions.normalCDF(pair[0]), pair[1], 1e-12), "x = \(pair[0])")
        }
    }

    /// `exp` of logarithms of the smaller shape's size loses as many digits as that has.
    @Test func incompleteBeta() {
        for row in Reference.stored.special.incompleteBeta where row[3] > 1e-290 {
            let tolerance = 1e-13 * max(1, min(row[1], row[2]))
            #expect(
                agree(
                    SpecialFunctions.incompleteBeta(row[0], a: row[1], b: row[2]), row[3],
                    tolerance),
                "I(\(row[0]); \(row[1]), \(row[2]))")
        }
    }

    /// The root is as exact as the function, over the density's relative slope.
    @Test func betaQuantile() {
        for row in Reference.stored.special.betaQuantile {
            #expect(
                agree(SpecialFunctions.betaQuantile(row[0], a: row[1], b: row[2]), row[3], 1e-12),
                "p = \(row[0]), (\(row[1]), \(row[2]))")
        }
    }

    /// From some 1e5 degrees on, terms near 1 in the continued fraction nearly cancel.
    @Test func studentQuantile() {
        for row in Reference.stored.special.studentQuantile {
            let tolerance = 1e-12 * max(1, row[1] / 1e5)
            #expect(
                agree(
                    SpecialFunctions.studentQuantile(row[0], degrees: row[1]), row[2], tolerance),
                "p = \(row[0]), \(row[1]) degrees")
        }
    }

    @Test func intervalsOfAProportion() {
        let z = SpecialFunctions.normalQuantile(0.975)
        for row in Reference.stored.proportions {
            let found = wilson(
                share: Double(row.hits) / Double(row.rows), rows: Double(row.rows), z: z)
            // Next to 0 or 1 Wilson's formula subtracts equal numbers: absolute there.
            #expect(abs(found.lower - row.wilson[0]) <= 1e-15, "\(row.hits)/\(row.rows)")
            #expect(abs(found.upper - row.wilson[1]) <= 1e-15, "\(row.hits)/\(row.rows)")
            let exact = clopperPearson(
                share: Double(row.hits) / Double(row.rows), rows: Double(row.rows))
            #expect(abs(exact.lower - row.exact[0]) <= 1e-12, "\(row.hits)/\(row.rows)")
            #expect(abs(exact.upper - row.exact[1]) <= 1e-12, "\(row.hits)/\(row.rows)")
        }
    }
}
