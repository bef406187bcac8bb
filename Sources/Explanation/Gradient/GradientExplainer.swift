package import Autodiff
import CPURuntime
import GraphIR
package import Kernels

/// Divides predictions among groups of a row's points by a `GradientMethod`.
///
/// A group is what is explained as one: a raw column with all that encodes it, or a single number.
package struct GradientExplainer: Sendable {
    package let method: GradientMethod
    let function: PredictionPoints.Function
    let engine: GradientEngine
    /// Numbers of a row.
    let width: Int
    /// The group of each number.
    let groups: [Int]
    let groupCount: Int
    let memoryLimit: Int

    /// Bytes for what is computed at once, unless said otherwise.
    package static let defaultMemoryLimit = 256 << 20

    /// - Parameters:
    ///   - parameters: Laid out as the graph's.
    ///   - groups: For each of the points' numbers, its group.
    ///   - groupCount: Groups in all; one may be without numbers.
    ///   - memoryLimit: Bytes for what is computed at once.
    ///   - rule: In place of the derivatives of operations, to plant methods that are known to mislead.
    /// - Throws: an error that names the operation for which the method has no rule.
    package init(
        _ points: PredictionPoints, _ selection: PredictionPoints.Selection,
        parameters: Buffer, groups: [Int], groupCount: Int, method: GradientMethod, threads: Int,
        memoryLimit: Int = defaultMemoryLimit, rule: GradientRule? = nil
    ) throws(AttributionError) {
        precondition(groups.count == points.width, "a group for each number")
        try Self.check(method)
        self.method = method
        self.groups = groups
        self.memoryLimit = memoryLimit
        width = points.width
        self.groupCount = groupCount
        function = try points.function(of: selection, twice: method == .deepLIFT)
        let graph = try Self.differentiated(function, method, rule)
        // A part of the limit is for the rows, their samples and sums.
        engine = try GradientEngine(
            graph, layout: ParameterLayout(function.graph), parameters: parameters,
            threads: threads,
            memoryLimit: memoryLimit - memoryLimit / 4)
    }

    private static func check(_ method: GradientMethod) throws(AttributionError) {
        func positive(_ count: Int, _ what: String) throws(AttributionError) {
            guard count > 1 else {
                throw AttributionError(
                    "explaining by \(method.name)", "\(what) is \(count)", "Give 2 or more")
            }
        }
        switch method {
        case .integratedGradients(.fixed(let steps)):
            guard steps > 0 else { return try positive(steps, "the number of steps") }
        case .integratedGradients(.adaptive(let tolerance)):
            guard tolerance > 0 else {
                throw AttributionError(
                    "explaining by \(method.name)", "the tolerance is \(tolerance)",
                    "Give a number above 0, such as 0.0001")
            }
        case .expectedGradients(let draws): try positive(draws, "the number of draws")
        case .smoothGrad(let samples), .varGrad(let samples):
            try positive(samples, "the number of samples")
        case .relevancePropagation(let epsilon):
            guard epsilon > 0, epsilon.isFinite else {
                throw AttributionError(
                    "explaining by \(method.name)", "epsilon is \(epsilon)",
                    "Give a number above 0")
            }
        default: break
        }
    }

    /// The function's graph with an output `gradient`, or what the method takes in its place.
    private static func differentiated(
        _ function: PredictionPoints.Function, _ method: GradientMethod, _ rule: GradientRule?
    ) throws(AttributionError) -> Graph {
        if method == .occlusion { return function.graph }
        let graph = function.graph
        let active = graph.activeNodes(from: [function.points])
        @Sendable func isActive(_ value: Value) -> Bool {
            active.indices.contains(value.index) && active[value.index]
        }
        func require(_ objection: (Node, (Value) -> Bool) -> String?) throws(AttributionError) {
            for (index, node) in graph.nodes.enumerated()
            where active[index] && !node.inputs.isEmpty {
                guard let problem = objection(node, isActive) else { continue }
                throw AttributionError(
                    "explaining by \(method.name)", "\(graph.title(of: Value(index))) \(problem)",
                    "Use a method that works with any layer, such as integrated gradients")
            }
        }
        var own = rule
        switch method {
        case .deepLIFT:
            try require(DifferenceRule.objection)
            let rules = DifferenceRule(reference: function.reference)
            own = { rules.multipliers($0, $1, $2, &$3, isActive) }
        case .relevancePropagation(let epsilon):
            try require(RelevanceRule.objection)
            let rules = RelevanceRule(epsilon: epsilon, graph, isActive)
            own = { node, value, adjoint, builder in
                rules.multipliers(node, value, adjoint, &builder) {
                    operandGradients(
                        of: $0, at: $1, adjoint: $2, in: &$3, wanted: isActive)
                }
            }
        default: break
        }
        return try function.differentiated(own)
    }

    /// The explained number of rows of points.
    package func values(of rows: [Float]) -> [Double] {
        let copies = engine.inputWidth / width
        return engine.sums(
            units: rows.count / width, points: 1, slots: 1,
            fill: { [width] unit, _, into in
                for place in 0..<copies * width { into[place] = rows[unit * width + place % width] }
            },
            collect: { given, _, sums, start in sums[start] = given.value })
    }

    /// The explained number's gradient at one row of points, a number each.
    func gradient(at row: [Float]) -> [Double] {
        engine.sums(
            units: 1, points: 1, slots: width,
            fill: { [width] _, _, into in
                for place in 0..<width { into[place] = row[place] }
            },
            collect: { [width] _, gradient, sums, start in
                for place in 0..<width { sums[start + place] = Double(gradient[place]) }
            })
    }

    /// What each group of a row's points contributed.
    package struct Result: Sendable {
        package var base: Double
        package var value: Double
        /// `[count, groups]`: what was found each time that something was drawn; `count` is 1 where nothing was.
        package var samples: [Double]
        package var count: Int
        package var evaluations: Int
        /// Whether the samples are squares; see `SampledContributions`.
        package var areSquares = false

        package var contributions: SampledContributions {
            SampledContributions(samples: samples, count: count, areSquares: areSquares)
        }
    }

    /// Rows to ask for in one call, so that their samples keep within the memory limit.
    package var rowsTogether: Int {
        let perRow = 8 * (2 * method.samples * groupCount + 4 * width)
        return max(1, min(4096, memoryLimit / 8 / perRow))
    }

    /// The groups' contributions for each row.
    ///
    /// - Parameters:
    ///   - rows: `[rows, width]` points.
    ///   - baselines: `[baselines, width]` points, one or more.
    ///   - noise: For SmoothGrad and VarGrad, the standard deviation of the noise at each number.
    ///   - first: The number of the first row, from which its random numbers follow.
    ///   - draws: In place of those that follow from the seed.
    /// - Throws: where a contribution is not finite.
    package func contributions(
        of rows: [Float], baselines: [Float], noise: [Float]? = nil, seed: UInt64, first: Int = 0,
        draws: GradientDraws? = nil
    ) throws(AttributionError) -> [Result] {
        precondition(!baselines.isEmpty && baselines.count % width == 0, "baselines are whole rows")
        precondition(rows.count % width == 0, "rows are whole")
        let results = contributions(
            of: PointRows(
                rows: rows, baselines: baselines, baseValues: values(of: baselines), noise: noise,
                draws: draws
                    ?? GradientDraws(seed: seed, baselines: baselines.count / width, width: width),
                first: first, width: width))
        for (row, result) in results.enumerated() {
            guard result.samples.allSatisfy(\.isFinite), result.value.isFinite else {
                throw AttributionError(
                    "explaining row \(first + row + 1) by \(method.name)",
                    "a contribution is not finite", "Look whether the row's prediction is")
            }
        }
        return results
    }

    private func contributions(of part: PointRows) -> [Result] {
        switch method {
        case .saliency, .inputTimesGradient, .relevancePropagation: return atRow(part)
        case .integratedGradients(.fixed(let steps)): return integrated(part, steps: steps)
        case .integratedGradients(.adaptive(let tolerance)):
            return integrated(part, tolerance: tolerance)
        case .expectedGradients(let draws): return expected(part, draws: draws)
        case .smoothGrad(let samples): return smoothed(part, samples: samples)
        case .varGrad(let samples): return varied(part, samples: samples)
        case .deepLIFT: return compared(part)
        case .occlusion: return occluded(part)
        }
    }
}

/// Rows that are explained together.
struct PointRows: Sendable {
    var rows: [Float]
    var baselines: [Float]
    /// The explained number of each baseline.
    var baseValues: [Double]
    var noise: [Float]?
    var draws: GradientDraws
    /// The number of the first row.
    var first: Int
    var width: Int

    var count: Int { rows.count / width }
    var baselineCount: Int { baselines.count / width }
    var base: Double { baseValues.reduce(0, +) / Double(baseValues.count) }

    func row(_ row: Int, _ place: Int) -> Float { rows[row * width + place] }
    func baseline(_ baseline: Int, _ place: Int) -> Float { baselines[baseline * width + place] }
}
