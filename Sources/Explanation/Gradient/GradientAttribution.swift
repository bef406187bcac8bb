package import Autodiff
import CPURuntime
import GraphIR
import Kernels
package import Models
package import Tables

/// Contributions of raw columns by gradients of the encoded row, as a method among others.
///
/// Numbers are differentiated as the network gets them: scaled, and as a position among their bins. An index
/// has no gradient: what is looked up for it takes its place (see `PredictionPoints`), and between a
/// background row and the row lies the straight line between the two vectors. All that encodes a raw column is summed
/// into it. The background rows are the baselines, each with the same weight.
package struct GradientAttribution: RowAttribution {
    package var method: GradientMethod
    /// Bytes for what is computed at once.
    package var memoryLimit: Int
    /// For SmoothGrad and VarGrad: the noise's standard deviation as a share of each number's range
    /// over the background.
    package var noise: Double
    /// In place of the derivatives of operations, to plant methods that are known to mislead.
    package var rule: GradientRule?

    package init(
        _ method: GradientMethod, memoryLimit: Int = GradientExplainer.defaultMemoryLimit,
        noise: Double = 0.1, rule: GradientRule? = nil
    ) {
        self.method = method
        self.memoryLimit = memoryLimit
        self.noise = noise
        self.rule = rule
    }

    package var name: String { method.name }
    package var needs: Set<ModelAbility> { [.gradients] }

    /// Whether what is divided is the score before the last non-linearity, and not the explained number.
    package var explainsScore: Bool {
        if case .relevancePropagation = method { true } else { false }
    }

    package func attributions(
        of rows: Table, in model: AttributedModel, seed: UInt64
    ) throws -> [Attribution] {
        let encoded = try model.gradients(for: "explaining by \(name)")
        let parts = try encoded.weights.map { weights in
            try Part(self, encoded, weights, model)
        }
        var attributions: [Attribution] = []
        attributions.reserveCapacity(rows.rowCount)
        let block = parts.map(\.explainer.rowsTogether).min() ?? 1
        for begin in stride(from: 0, to: rows.rowCount, by: block) {
            let chosen = Array(begin..<min(begin + block, rows.rowCount))
            let features = try encoded.encode(rows.selecting(rows: chosen))
            let found = try parts.map { try $0.results(features, seed: seed, first: begin) }
            for row in chosen.indices {
                attributions.append(
                    Self.attribution(found.map { $0[row] }, columns: model.columns))
            }
        }
        return attributions
    }

    /// The mean over models, of each draw too.
    private static func attribution(
        _ results: [GradientExplainer.Result], columns: [String]
    ) -> Attribution {
        let share = 1 / Double(results.count)
        var samples = [Double](repeating: 0, count: results[0].samples.count)
        for result in results {
            for index in samples.indices { samples[index] += share * result.samples[index] }
        }
        let found = SampledContributions(
            samples: samples, count: results[0].count, areSquares: results[0].areSquares)
        return Attribution(
            base: results.reduce(0) { $0 + share * $1.base },
            value: results.reduce(0) { $0 + share * $1.value },
            contributions: found.contributions(of: columns), resolved: found.resolved,
            evaluations: results.reduce(0) { $0 + $1.evaluations })
    }
}

/// One of the models that are averaged.
private struct Part {
    let explainer: GradientExplainer
    private let points: PredictionPoints
    private let lookup: PointLookup
    private let baselines: [Float]
    private let noise: [Float]

    init(
        _ attribution: GradientAttribution, _ encoded: EncodedModel, _ weights: Buffer,
        _ model: AttributedModel
    ) throws {
        let selection = attribution.explainsScore ? encoded.score : encoded.explained
        let inner = attribution.explainsScore ? encoded.numberVectors.map { [$0] } ?? [] : []
        points = try PredictionPoints(encoded.graph, output: selection.output, inner: inner)
        let places = Dictionary(uniqueKeysWithValues: zip(model.columns, 0...))
        let groups = points.origins.map { origin in
            guard let place = places[encoded.column(of: origin)] else {
                preconditionFailure("\(origin) is of no column of the model")
            }
            return place
        }
        explainer = try GradientExplainer(
            points, selection, parameters: weights, groups: groups,
            groupCount: model.columns.count, method: attribution.method, threads: encoded.threads,
            memoryLimit: attribution.memoryLimit, rule: attribution.rule)
        lookup = PointLookup(
            points, weights, threads: encoded.threads)
        baselines = lookup.points(of: try encoded.encode(model.background))
        noise = Self.ranges(of: baselines, width: points.width)
            .map { Float(attribution.noise) * $0 }
    }

    private static func ranges(of rows: [Float], width: Int) -> [Float] {
        (0..<width).map { place in
            var (low, high) = (Float.infinity, -Float.infinity)
            for index in stride(from: place, to: rows.count, by: width) {
                low = min(low, rows[index])
                high = max(high, rows[index])
            }
            return high - low
        }
    }

    func results(
        _ features: EncodedFeatures, seed: UInt64, first: Int
    ) throws -> [GradientExplainer.Result] {
        try explainer.contributions(
            of: lookup.points(of: features), baselines: baselines, noise: noise, seed: seed,
            first: first)
    }
}

/// Turns encoded rows into points.
struct PointLookup: Sendable {
    private let inference: BatchInference
    private let weights: Buffer
    private let width: Int

    init(_ points: PredictionPoints, _ weights: Buffer, threads: Int) {
        inference = BatchInference(
            points.lookup, outputs: [.points], layout: ParameterLayout(points.lookup),
            pool: WorkerPool(threads: threads))
        self.weights = weights
        width = points.width
    }

    /// `[rows, width]`.
    func points(of features: EncodedFeatures) -> [Float] {
        let result = Buffer(count: features.rows * width)
        inference.run(
            rows: features.rows, parameters: weights,
            fill: { range, executor in
                if let input = executor.plan.inputs[.numeric] {
                    let each = features.numericWidth
                    executor.arena.copy(
                        from: features.numeric.span.extracting(
                            range.lowerBound * each..<range.upperBound * each), to: input.offset)
                }
                if let input = executor.plan.inputs[.categories] {
                    let each = features.categoryWidth
                    executor.arena.copy(
                        features.categories, range.lowerBound * each..<range.upperBound * each,
                        to: input.offset)
                }
                for block in features.blocks {
                    guard let input = executor.plan.inputs[InputPort(block.name)] else { continue }
                    let own = range.lowerBound * block.width..<range.upperBound * block.width
                    switch block.values {
                    case .numbers(let all):
                        executor.arena.copy(from: all.span.extracting(own), to: input.offset)
                    case .indices(let all):
                        executor.arena.copy(all, own, to: input.offset)
                    case .bytes(let all):
                        let numbers = all.numbers
                        let target = input.offset..<input.offset + own.count
                        executor.arena.withMutableFloats(target) { floats in
                            for (slot, row) in range.enumerated() {
                                all.write(
                                    row, numbers.span, into: &floats, at: slot * block.width)
                            }
                        }
                    }
                }
            },
            collect: { [width] range, executor in
                guard let region = executor.plan.outputs[.points] else { return }
                result.copy(
                    from: executor.arena, at: region.offset, to: range.lowerBound * width,
                    count: range.count * width)
            })
        return result.floats(0..<result.count)
    }
}

extension Buffer {
    /// Writes some of the indices.
    fileprivate func copy(_ indices: [Int32], _ range: Range<Int>, to start: Int) {
        withMutableIndices(start..<start + range.count) { span in
            for place in 0..<span.count { span[place] = indices[range.lowerBound + place] }
        }
    }
}
