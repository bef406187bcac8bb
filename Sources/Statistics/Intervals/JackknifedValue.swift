/// A value computed from a sample, and how far it moves when each independent piece is left out.
///
/// Such values of the same rows add, subtract and average piece by piece: the difference of two is
/// paired by construction, and so is its variance. Pieces that play no part in a metric, such as
/// negatives in a precision, count as moves of 0, so that all values of a design have equal pieces.
package struct JackknifedValue: Sendable {
    package var value: Double
    /// `nil` where fewer than two pieces play a part, or a part is too small to tell its spread.
    var deletions: Deletions?
    /// Why there are no deletions, where more is known than that pieces are too few.
    var shortage: String?

    /// The jackknife's, over the rows; `nil` where there are no deletions.
    package var standardError: Double? { deletions.map { $0.variance.squareRoot() } }

    init(_ value: Double, _ deletions: Deletions?, shortage: String? = nil) {
        self.value = value
        self.deletions = deletions
        self.shortage = shortage
    }

    /// Any metric, from influence values; without deletions where rows are fewer than `SamplePart.linear`.
    ///
    /// - Parameters:
    ///   - influence: `ψᵢ = wᵢ ∂θ/∂wᵢ`, one a row.
    ///   - mass: For `θ = Σ aᵢ / Σ bᵢ` the `bᵢ`, with which the deletions are exact; the weights else.
    package init(
        _ value: Double, influence: [Double], mass: [Double]? = nil, design: SamplingDesign
    ) {
        self.init(
            value, influence: influence, mass: mass, design: design,
            parts: [design.whole(least: SamplePart.linear)])
    }

    /// - Parameter parts: The parts of the sample whose spread the value's rests on.
    init(
        _ value: Double, influence: [Double], mass: [Double]? = nil, design: SamplingDesign,
        parts: [SamplePart]
    ) {
        precondition(influence.count == design.rows, "one influence value a row")
        if let shortage = design.shortage(in: parts) {
            self.init(value, nil, shortage: shortage)
            return
        }
        var found = design.deletions(influence, mass: mass ?? design.weights)
        found?.count = design.units
        self.init(value, found)
    }

    /// The weighted mean of a number a row; its deletions are exact. Of few rows it has none, as a mean's interval.
    package init(meanOf values: [Double], design: SamplingDesign) {
        self.init(
            meanOf: values, design: design, parts: [design.whole(least: SamplePart.linear)])
    }

    init(meanOf values: [Double], design: SamplingDesign, parts: [SamplePart]) {
        precondition(values.count == design.rows, "one value a row")
        let total = design.weights.reduce(0, +)
        let mean = zip(design.weights, values).reduce(0) { $0 + $1.0 * $1.1 } / total
        let influence = zip(design.weights, values).map { $0 * ($1 - mean) / total }
        self.init(mean, influence: influence, design: design, parts: parts)
    }

    /// `√θ`, with the deletions of θ taken through the root.
    func squareRoot() -> JackknifedValue {
        let root = value.squareRoot()
        guard var found = deletions else {
            return JackknifedValue(root, nil, shortage: shortage)
        }
        found.moves = found.moves.map { root - max(0, value - $0).squareRoot() }
        return JackknifedValue(root, found)
    }

    package static func - (left: JackknifedValue, right: JackknifedValue) -> JackknifedValue {
        weighted([(1, left), (-1, right)])
    }

    /// The mean of values of the same rows.
    static func mean(of values: [JackknifedValue]) -> JackknifedValue {
        weighted(values.map { (1 / Double(values.count), $0) })
    }

    /// `Σ cₖ θₖ` of values of the same rows.
    static func weighted(_ parts: [(coefficient: Double, value: JackknifedValue)]) -> Self {
        var value = 0.0
        var moves: [Double] = []
        var count = 0
        for (coefficient, part) in parts {
            value += coefficient * part.value
            guard let deletions = part.deletions else { continue }
            if moves.isEmpty { moves = [Double](repeating: 0, count: deletions.moves.count) }
            for (piece, move) in deletions.moves.enumerated() {
                moves[piece] += coefficient * move
            }
            count = max(count, deletions.count)
        }
        let isComplete = parts.allSatisfy { $0.value.deletions != nil }
        return JackknifedValue(
            value, isComplete ? Deletions(moves: moves, count: count) : nil,
            shortage: parts.lazy.compactMap(\.value.shortage).first)
    }
}
