import CPURuntime
package import GraphIR
package import Kernels
package import Tables
import TensorCore

/// A hidden layer of a network.
package struct HiddenLayer: Sendable, Hashable {
    /// As it is asked for: `1` for the first.
    package var name: String
    /// What it puts out in the prediction graph; all that is explained passes through it.
    package var value: Value

    package init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

/// What a hidden layer puts out for rows, and how the explained number changes with that.
///
/// The graph is cut behind the layer (`PredictionPoints`): before the cut it gives activations, behind it the explained
/// number as a function of them, with its gradient. The members of an ensemble stand side by side in one vector, and
/// so do several models whose predictions are averaged: together they are what the prediction is made from.
package struct HiddenReading: Sendable {
    /// Numbers that the layer puts out for a row, of all models and members.
    package let width: Int
    private let parts: [Part]

    /// One of the models that are averaged.
    private struct Part: Sendable {
        let lookup: PointLookup
        let engine: GradientEngine
        let width: Int
    }

    /// - Parameters:
    ///   - value: What the layer puts out.
    ///   - weights: Of one model or more.
    ///   - explained: The number whose gradient is taken.
    /// - Throws: where what is explained does not pass through the layer alone.
    package init(
        _ graph: Graph, at value: Value, weights: [Buffer],
        explained: PredictionPoints.Selection, threads: Int,
        memoryLimit: Int = GradientExplainer.defaultMemoryLimit
    ) throws(AttributionError) {
        let count = graph[value].shape.count(rows: 1)
        let origins = (0..<count).map { InputOrigin(input: .hidden, place: $0) }
        let points = try PredictionPoints(
            graph, output: explained.output, inner: [(value, origins)])
        guard points.origins == origins else {
            throw AttributionError(
                "reading \(graph.title(of: value))",
                "the prediction also depends on values that do not pass through this layer",
                "Choose a layer that all of it passes through")
        }
        let function = try points.function(of: explained)
        let gradient = try function.differentiated()
        var parts: [Part] = []
        for own in weights {
            parts.append(
                Part(
                    lookup: PointLookup(points, own, threads: threads),
                    engine: try GradientEngine(
                        gradient, layout: ParameterLayout(function.graph), parameters: own,
                        threads: threads, memoryLimit: memoryLimit), width: count))
        }
        self.parts = parts
        width = count * weights.count
    }

    /// `[rows, width]`.
    package func activations(of features: EncodedFeatures) -> [Float] {
        sideBySide(parts.map { $0.lookup.points(of: features) }, rows: features.rows)
    }

    /// The derivatives of the explained number, `[rows, width]`.
    package func gradients(at activations: [Float]) -> [Float] {
        let rows = activations.count / width
        let share = 1 / Double(parts.count)
        var begin = 0
        var found: [[Float]] = []
        for part in parts {
            let own = part.width
            let sums = part.engine.sums(
                units: rows, points: 1, slots: own,
                fill: { [width, begin] row, _, into in
                    for place in 0..<own { into[place] = activations[row * width + begin + place] }
                },
                collect: { _, gradient, sums, start in
                    for place in 0..<own { sums[start + place] = Double(gradient[place]) }
                })
            found.append(sums.map { Float($0 * share) })
            begin += own
        }
        return sideBySide(found, rows: rows)
    }

    private func sideBySide(_ found: [[Float]], rows: Int) -> [Float] {
        guard found.count > 1 else { return found[0] }
        var result: [Float] = []
        result.reserveCapacity(rows * width)
        for row in 0..<rows {
            for (part, numbers) in zip(parts, found) {
                result += numbers[row * part.width..<(row + 1) * part.width]
            }
        }
        return result
    }
}
