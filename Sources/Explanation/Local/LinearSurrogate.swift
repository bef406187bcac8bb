import Models
import Prediction
import RealModule
import Statistics
package import Tables
import TensorCore

/// Contributions as the coefficients of a linear model of the output, over rows that keep some of the row's cells and
/// have the others from background rows.
///
/// With `z_j = 1` where column j is kept, `Σ π(z) (v(z) − β₀ − Σ β_j z_j)²` is least for β, where v is the output and π
/// the kernel. Sets of columns are drawn in pairs, each with its complement, and each is evaluated with several background rows.
///
/// - Source: LIME: Ribeiro et al. 2016, arXiv:1602.04938, with the columns' own cells as the interpretable form; Kernel
///   SHAP: Lundberg & Lee 2017, arXiv:1705.07874; pairs: Covert & Lee 2021, arXiv:2012.01536.
package struct LinearSurrogate: RowAttribution {
    package enum Kernel: Sendable, Hashable {
        /// `exp(−(share of columns replaced)² / width²)`; LIME's width of tables is 0.75 of the largest distance.
        case lime(width: Double)
        /// Sets as likely as the Shapley kernel weighs them, and β sums to `v(all) − v(none)`.
        case shapley
    }

    package var kernel: Kernel
    /// Sets of columns, half of them complements of the others.
    package var sets: Int

    /// - Parameter sets: Twice the columns or more give an answer; `nil` for 16 a column, 256 or more.
    package init(_ kernel: Kernel, sets: Int? = nil) {
        self.kernel = kernel
        self.sets = sets ?? 0
    }

    package var name: String {
        switch kernel {
        case .lime: "LIME"
        case .shapley: "Kernel SHAP"
        }
    }

    /// Independent parts, whose spread is the error.
    private static let parts = 8

    package func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution] {
        let base = try model.values(of: model.background)
        let mean = base.reduce(0, +) / Double(base.count)
        let values = try model.values(of: rows)
        return try values.indices.map { row in
            try attribution(row, of: rows, in: model, value: values[row], base: mean, seed: seed)
        }
    }

    private func attribution(
        _ row: Int, of rows: Table, in model: AttributedModel, value: Double, base: Double,
        seed: UInt64
    ) throws -> Attribution {
        let width = model.columns.count
        let random = CounterRandom(seed: seed, name: "surrogate \(row)")
        let wanted = sets > 0 ? sets : max(256, 16 * width)
        let pairs = max(1, (wanted + 1) / 2)
        var kept: [[Bool]] = []
        for pair in 0..<pairs {
            let first = drawn(width, random, step: UInt32(pair))
            kept += [first, first.map { !$0 }]
        }
        let joined = try model.background.appending(
            rows.selecting(rows: [row]), columns: model.columns)
        let own = model.background.rowCount
        // Each set with a background row of its own; over many sets all rows take part.
        let sources = (0..<width).map { column in
            kept.indices.map { kept[$0][column] ? own : random.row($0, of: own) }
        }
        let predictions = try model.predictor.predictions(mixing: joined, sources: sources)
        let outputs = kept.indices.map { model.output(predictions, $0) }
        let found = coefficients(kept, outputs, value: value, base: base)
        var errors = [Double](repeating: 0, count: width)
        if pairs >= 4 * Self.parts * width / 2 {
            let each = (0..<Self.parts).map { part -> [Double] in
                let chosen = kept.indices.filter { $0 / 2 % Self.parts == part }
                return coefficients(
                    chosen.map { kept[$0] }, chosen.map { outputs[$0] }, value: value, base: base)
            }
            for column in 0..<width {
                let mean = each.reduce(0) { $0 + $1[column] } / Double(Self.parts)
                let squares = each.reduce(0) {
                    $0 + ($1[column] - mean) * ($1[column] - mean)
                }
                errors[column] =
                    (squares / Double(Self.parts * (Self.parts - 1))).squareRoot()
            }
        }
        return Attribution(
            base: base, value: value,
            contributions: model.columns.enumerated().map {
                .init(column: $1, value: found[$0], standardError: errors[$0])
            }, resolved: 0, evaluations: kept.count + 1)
    }

    /// Which columns are kept.
    private func drawn(_ width: Int, _ random: CounterRandom, step: UInt32) -> [Bool] {
        switch kernel {
        case .lime:
            return (0..<width).map { random.uniform(step: step, index: UInt64($0)) < 0.5 }
        case .shapley:
            guard width > 1 else { return [true] }
            // The size k has the weight (n − 1)/(k (n − k)); all sets of a size are alike.
            let weights = (1..<width).map { 1 / Double($0 * (width - $0)) }
            var left = random.uniform(step: step, index: UInt64(width)) * weights.reduce(0, +)
            var size = 1
            for weight in weights {
                if left < weight { break }
                left -= weight
                size = min(size + 1, width - 1)
            }
            let chosen = Set(random.permutation(of: width, step: step).prefix(size))
            return (0..<width).map { chosen.contains($0) }
        }
    }

    private func coefficients(
        _ kept: [[Bool]], _ outputs: [Double], value: Double, base: Double
    ) -> [Double] {
        let width = kept[0].count
        switch kernel {
        case .shapley:
            // β_n = v(all) − v(none) − Σ others; so that the last column's z is taken from the others'.
            guard width > 1 else { return [value - base] }
            let total = value - base
            let design = kept.map { set in
                (0..<(width - 1)).map { column in
                    (set[column] ? 1.0 : 0) - (set[width - 1] ? 1.0 : 0)
                }
            }
            let answers = zip(kept, outputs).map { set, output in
                output - base - (set[width - 1] ? total : 0)
            }
            let found = leastSquares(
                design, answers, weights: Array(repeating: 1, count: kept.count))
            return found + [total - found.reduce(0, +)]
        case .lime(let reach):
            let design = kept.map { set in [1.0] + set.map { $0 ? 1.0 : 0 } }
            let weights = kept.map { set in
                let share = Double(set.count { !$0 }) / Double(width)
                return Double.exp(-share * share / (reach * reach))
            }
            return Array(leastSquares(design, outputs, weights: weights).dropFirst())
        }
    }
}

/// β of least `Σ w (y − xβ)² + ridge · ‖β‖²`, by Cholesky's decomposition; the ridge is 1e-9 of the largest diagonal.
private func leastSquares(
    _ design: [[Double]], _ answers: [Double], weights: [Double]
) -> [Double] {
    let width = design[0].count
    var matrix = [Double](repeating: 0, count: width * width)
    var right = [Double](repeating: 0, count: width)
    for (row, x) in design.enumerated() {
        for i in 0..<width where x[i] != 0 {
            right[i] += weights[row] * x[i] * answers[row]
            for j in 0...i { matrix[i * width + j] += weights[row] * x[i] * x[j] }
        }
    }
    let largest = (0..<width).reduce(0) { max($0, matrix[$1 * width + $1]) }
    for i in 0..<width { matrix[i * width + i] += 1e-9 * max(largest, 1e-12) }
    for i in 0..<width {
        for j in 0...i {
            var sum = matrix[i * width + j]
            for k in 0..<j { sum -= matrix[i * width + k] * matrix[j * width + k] }
            matrix[i * width + j] =
                i == j ? max(sum, 1e-300).squareRoot() : sum / matrix[j * width + j]
        }
    }
    for i in 0..<width {
        for k in 0..<i { right[i] -= matrix[i * width + k] * right[k] }
        right[i] /= matrix[i * width + i]
    }
    for i in (0..<width).reversed() {
        for k in (i + 1)..<max(width, i + 1) { right[i] -= matrix[k * width + i] * right[k] }
        right[i] /= matrix[i * width + i]
    }
    return right
}

extension CounterRandom {
    /// One of so many rows for a set.
    fileprivate func row(_ set: Int, of count: Int) -> Int {
        min(Int(uniform(step: .max, index: UInt64(set)) * Double(count)), count - 1)
    }
}
