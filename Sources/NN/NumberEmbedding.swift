package import GraphIR
import TensorCore

/// How a table's numbers become vectors: a line, a piecewise-linear curve or waves, and a vector of
/// its own for each value that many rows share.
///
/// `e = x·a + c + Σ_b clip(position − b, 0, 1)·W_b + Σ_f cos(2π(x·w_f + s_f))·U_f + trust(v)·V_v`
///
/// The curve, the waves' share and the values' vectors start at 0, so that training begins with lines and bends them
/// where the loss asks for it. A value's trust is fixed; it keeps rare values from being learned by
/// heart.
///
/// - Source: piecewise-linear embeddings: Gorishniy et al. 2022, arXiv:2203.05556, in the form
///   that TabM uses (arXiv:2410.24210). Periodic ones: the same, in the form of RealMLP
///   (arXiv:2407.04491), where a phase takes the sine's place and the line stays.
package struct NumberEmbedding: Hashable, Sendable, Codable {
    /// Columns of numbers.
    package var numbers: Int
    /// The most bins of a column; 0 for no curve.
    package var bins: Int
    /// Waves of a column; 0 for none.
    package var frequencies: Int
    /// The width of a number's vector.
    package var width: Int
    /// The trust in each value with a vector of its own, over all columns.
    package var trusts: [Float]

    /// The standard deviation of the frequencies at the start, in waves per unit of a scaled number.
    package static let frequencyDeviation: Float = 0.5

    package init(numbers: Int, bins: Int, frequencies: Int = 0, width: Int, trusts: [Float]) {
        self.numbers = numbers
        self.bins = bins
        self.frequencies = frequencies
        self.width = width
        self.trusts = trusts
    }
}

extension GraphBuilder {
    /// - Parameters:
    ///   - numbers: `[rows, numbers]`, scaled; rows may have parts.
    ///   - positions: `[rows, numbers]`, each from 0 to the number of bins.
    ///   - atoms: `[rows, numbers]` int32: which value of `trusts`, from 1; 0 for none.
    /// - Returns: `[rows, numbers · width]`, rows of as many parts.
    package mutating func embedded(
        numbers: Value, positions: Value, atoms: Value, _ embedding: NumberEmbedding
    ) -> Value {
        let rows = shape(numbers)[0]
        let count = Extent.fixed(embedding.numbers)
        let width = Extent.fixed(embedding.width)
        let bound = 1 / Float(embedding.width).squareRoot()
        let slope = parameter(
            "slope", [count, width], role: .embedding, initializer: .uniform(bound: bound))
        let shift = parameter(
            "shift", [count, width], role: .bias, initializer: .uniform(bound: bound))
        var result = add(multiply(reshape(numbers, [rows, count, 1]), slope), shift)
        if embedding.bins > 0 {
            let starts = parameter(
                "binStarts", [.fixed(embedding.bins)], role: .state,
                initializer: .values((0..<embedding.bins).map(Float.init)))
            let curve = parameter(
                "curve", [count, .fixed(embedding.bins), width], role: .embedding,
                initializer: .constant(0))
            let across = reshape(apply(.transpose([1, 0]), [positions]), [count, rows, 1])
            let passed = subtract(across, starts)
            let code = binary(.minimum, binary(.maximum, passed, constant(0)), constant(1))
            result = add(result, apply(.transpose([1, 0, 2]), [matmul(code, curve)]))
        }
        if embedding.frequencies > 0 {
            let frequencies = Extent.fixed(embedding.frequencies)
            let frequency = parameter(
                "frequencies", [count, 1, frequencies], role: .embedding,
                initializer: .normal(standardDeviation: NumberEmbedding.frequencyDeviation))
            let phase = parameter(
                "phases", [count, 1, frequencies], role: .embedding,
                initializer: .uniform(bound: 0.5))
            let share = parameter(
                "waves", [count, frequencies, width], role: .embedding, initializer: .constant(0))
            let across = reshape(apply(.transpose([1, 0]), [numbers]), [count, rows, 1])
            let turns = add(multiply(across, frequency), phase)
            let waves = unary(.cos, scale(turns, by: 2 * .pi))
            result = add(result, apply(.transpose([1, 0, 2]), [matmul(waves, share)]))
        }
        if !embedding.trusts.isEmpty {
            let values = embedding.trusts.count + 1
            let trusts = parameter(
                "trusts", [.fixed(values), 1], role: .state,
                initializer: .values([0] + embedding.trusts))
            let own = self.embedding(
                "values", atoms, values: values, width: embedding.width,
                initializer: .constant(0))
            result = add(result, multiply(own, apply(.gather, [trusts, atoms])))
        }
        return reshape(result, [rows, .fixed(embedding.numbers * embedding.width)])
    }
}

extension TabularNetwork {
    /// The vectors of embedded numbers, `[rows, numbers · width]`, in a graph of this network; `nil` without.
    package func numberVectors(in graph: Graph) -> Value? {
        guard let embedding = input.embedding else { return nil }
        let shape: Shape = [.rows, .fixed(embedding.numbers * embedding.width)]
        let last = graph.nodes.lastIndex { $0.label == "numbers" && $0.shape == shape }
        return last.map { Value($0) }
    }
}
