import RealModule

/// What trainings on parts of some rows came to: an error at each of several numbers of rows.
///
/// An error is above 0 and falls as a model learns: a loss, or `1 − metric` of a metric whose best value is 1.
package struct CurvePoints: Sendable, Hashable {
    /// Ascending by rows.
    package let sizes: [Size]
    /// The standard error of the error's logarithm over the rows it was measured on, which all sizes share; 0 where the
    /// same rows judge what is foretold.
    package let rowError: Double

    package struct Size: Sendable, Hashable {
        package var rows: Int
        /// One a training: other rows, another seed.
        package var errors: [Double]

        package init(rows: Int, errors: [Double]) {
            self.rows = rows
            self.errors = errors
        }

        /// Their geometric mean.
        package var typical: Double { Double.exp(logMean) }

        /// The mean of the errors' logarithms.
        var logMean: Double {
            errors.reduce(0) { $0 + Double.log($1) } / Double(errors.count)
        }
    }

    /// An error of 0 has no logarithm, and stands for one below what the rows can show.
    static let leastError = 1e-6

    /// - Parameters:
    ///   - trainings: In any order; those of equal rows belong together. Errors are finite and ≥ 0.
    ///   - rowError: ≥ 0.
    package init(_ trainings: [(rows: Int, error: Double)], rowError: Double = 0) {
        var errors: [Int: [Double]] = [:]
        for training in trainings {
            errors[training.rows, default: []].append(max(training.error, Self.leastError))
        }
        sizes = errors.keys.sorted().map { Size(rows: $0, errors: errors[$0] ?? []) }
        self.rowError = rowError
    }

    /// Those of all rows that there are.
    package var rows: Int { sizes.last?.rows ?? 0 }

    package var trainings: Int { sizes.reduce(0) { $0 + $1.errors.count } }

    /// The fewest sizes, and the least quotient of the largest and the smallest, that a form with an asymptote can be
    /// told by.
    package static let leastSizes = 4
    package static let leastSpan = 4.0

    /// Why no curve is fitted; `nil` where one can be.
    package var shortage: String? {
        guard sizes.count >= Self.leastSizes, let first = sizes.first else {
            return "\(sizes.count) sizes were learned, and a curve needs \(Self.leastSizes)"
        }
        let span = Double(rows) / Double(first.rows)
        // Shares of rows are rounded to whole ones.
        return span >= 0.95 * Self.leastSpan
            ? nil
            : "the smallest size is more than a quarter of the largest, and a curve needs a wider span"
    }

    /// Without the sizes below one.
    func from(rows: Int) -> CurvePoints {
        CurvePoints(
            sizes.filter { $0.rows >= rows }.flatMap { size in
                size.errors.map { (size.rows, $0) }
            }, rowError: rowError)
    }
}

/// How far trainings of equal size differ, as a variance of the error's logarithm.
///
/// A training on s of n rows varies by `σ²·n/s`, where σ² is that of a training on other n rows: fewer rows vary more. Parts of
/// the same n rows overlap, so that their spread shows `1 − s/n` of it, and the mean of k of them varies by
/// `σ²·(1 + (n/s − 1)/k)`: all share the luck of the n rows.
///
/// Of few repeats σ² is drawn towards 0.02², as if two more had said so.
struct CurveNoise: Sendable, Hashable {
    /// σ², of a training on all rows.
    let variance: Double
    /// Of the variance.
    let degrees: Double
    private let rows: Double

    private static let priorVariance = 0.0004
    private static let priorDegrees = 2.0

    init(_ points: CurvePoints) {
        rows = Double(points.rows)
        var sum = Self.priorVariance * Self.priorDegrees
        var degrees = Self.priorDegrees
        for size in points.sizes where size.errors.count > 1 {
            let share = Double(size.rows) / rows
            let mean = size.logMean
            let squares = size.errors.reduce(0) { sum, error in
                let residual = Double.log(error) - mean
                return sum + residual * residual
            }
            // What is nearly all rows overlaps nearly wholly: its spread is that of seeds.
            sum += squares * share / max(0.5, 1 - share)
            degrees += Double(size.errors.count - 1)
        }
        variance = sum / degrees
        self.degrees = degrees
    }

    /// Of the mean of so many trainings on a part of the rows.
    func ofMean(_ size: CurvePoints.Size) -> Double {
        variance * (1 + (rows / Double(size.rows) - 1) / Double(size.errors.count))
    }

    /// Of one training on more rows.
    func ofTraining(ratio: Double) -> Double { variance / ratio }
}
