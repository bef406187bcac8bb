import Foundation
import RealModule
import Statistics
import TensorCore
import Testing

private let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"

/// Repeated cross-validation of a classifier whose true error is known for any training set: the nearer of
/// two classes' means, of normal rows.
@Suite struct CrossValidationTests {
    private static let width = 4
    private static let distance = 1.2

    /// Labels in turn, and rows `N(±distance/2, 1)` in the first column, `N(0, 1)` in the others.
    private static func rows(_ count: Int, _ random: CounterRandom, step: UInt32) -> [[Double]] {
        (0..<count).map { row in
            (0..<width).map { column in
                let place =
                    random.uniform(step: step, index: UInt64(row * width + column)) + 0x1p-54
                let center = column == 0 ? (row % 2 == 0 ? -distance : distance) / 2 : 0
                return center + SpecialFunctions.normalQuantile(place)
            }
        }
    }

    /// The direction between the classes' means, and the middle along it.
    private static func fitted(
        _ rows: [[Double]], _ chosen: [Int]
    ) -> (direction: [Double], middle: Double) {
        var means = [[Double]](repeating: Array(repeating: 0, count: width), count: 2)
        for label in 0..<2 {
            let own = chosen.filter { $0 % 2 == label }
            for row in own {
                for column in 0..<width {
                    means[label][column] += rows[row][column] / Double(own.count)
                }
            }
        }
        let direction = zip(means[1], means[0]).map { $0 - $1 }
        var middle = 0.0
        for column in 0..<width {
            middle += direction[column] * (means[0][column] + means[1][column]) / 2
        }
        return (direction, middle)
    }

    private static func isPositive(
        _ row: [Double], _ model: (direction: [Double], middle: Double)
    ) -> Bool {
        zip(row, model.direction).reduce(0) { $0 + $1.0 * $1.1 } > model.middle
    }

    /// The error on new rows, exactly.
    private static func error(_ model: (direction: [Double], middle: Double)) -> Double {
        let length = model.direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let shift = distance / 2 * model.direction[0]
        return 0.5 * SpecialFunctions.normalCDF((model.middle - shift) / length)
            + 0.5 * SpecialFunctions.normalCDF((-shift - model.middle) / length)
    }

    private static func errors(
        _ rows: [[Double]], folds: Int, repetitions: Int, _ random: CounterRandom
    ) -> [Double] {
        (0..<repetitions).flatMap { repetition -> [Double] in
            let order = random.permutation(of: rows.count, step: UInt32(5000 + repetition))
            return (0..<folds).map { fold in
                let held = order.indices.filter { $0 % folds == fold }.map { order[$0] }
                let learned = order.indices.filter { $0 % folds != fold }.map { order[$0] }
                let model = fitted(rows, learned)
                let wrong = held.count { isPositive(rows[$0], model) != ($0 % 2 == 1) }
                return Double(wrong) / Double(held.count)
            }
        }
    }

    private func coverage(rows: Int, folds: Int, repetitions: Int, samples: Int) -> Double {
        let random = CounterRandom(seed: 12, name: "cross-validation")
        let learned = rows * (folds - 1) / folds
        let truth =
            (0..<2000).reduce(0.0) { sum, sample in
                let own = Self.rows(learned, random, step: UInt32(100_000 + sample))
                return sum + Self.error(Self.fitted(own, Array(own.indices)))
            } / 2000
        let covered = (0..<samples).count { sample in
            let own = Self.rows(rows, random, step: UInt32(sample))
            let estimate = crossValidated(
                Self.errors(
                    own, folds: folds, repetitions: repetitions,
                    CounterRandom(seed: UInt64(sample), name: "folds")), folds: folds, rows: rows)
            guard let lower = estimate.lower, let upper = estimate.upper else { return false }
            return lower <= truth && truth <= upper
        }
        return Double(covered) / Double(samples)
    }

    private func isEnough(_ share: Double, samples: Int, errors: Double) -> Bool {
        share >= 0.95 - errors * (0.05 * 0.95 / Double(samples)).squareRoot()
    }

    @Test(.enabled(if: !isLong))
    func theTruthIsCovered() {
        let share = coverage(rows: 100, folds: 5, repetitions: 2, samples: 200)
        #expect(isEnough(share, samples: 200, errors: 3), "\(share)")
    }

    /// Writes Verified/cross_validation.md.
    @Test(.enabled(if: isLong))
    func theTruthIsCoveredAtLength() throws {
        let samples = 1000
        var lines: [String] = []
        for (rows, folds, repetitions) in [
            (100, 5, 2), (100, 2, 5), (100, 10, 1), (100, 5, 10), (1000, 5, 2), (1000, 10, 3),
        ] {
            let share = coverage(
                rows: rows, folds: folds, repetitions: repetitions, samples: samples)
            #expect(isEnough(share, samples: samples, errors: 2), "\(rows), \(folds): \(share)")
            lines.append(
                "| \(rows) | \(folds) × \(repetitions) | "
                    + String(format: "%.1f %%", 100 * share) + " |")
        }
        let text = """
            # Repeated cross-validation

            Written by CrossValidationTests with VOUCH_VERIFY=1. How often the corrected resampled interval holds
            the mean error, over training sets, of a nearest-mean classifier of \(Self.width) columns;
            \(samples) samples a line; claimed: 95 % or more, less two Monte-Carlo errors.

            | Rows | Folds × repetitions | Covered |
            |---|---|---|
            \(lines.joined(separator: "\n"))

            """
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Verified/cross_validation.md")
        try Data(text.utf8).write(to: file)
    }

    /// By hand: mean 3, s² = 2.5, t₄ = 2.776, and of five folds once 1/5 + 1/4.
    @Test func theFormula() throws {
        let found = crossValidated([1, 2, 3, 4, 5], folds: 5, rows: 50)
        #expect(found.value == 3)
        let reach = 2.7764451051977987 * (0.45 * 2.5).squareRoot()
        #expect(abs(try #require(found.upper) - (3 + reach)) < 1e-12)
        #expect(crossValidated([1], folds: 2, rows: 5).lower == nil)
        #expect(crossValidated([], folds: 2, rows: 5).value == nil)
    }
}
