import Autodiff
import CPURuntime
import GraphIR
import Kernels
import TensorCore
import Testing

/// A graph with numbers, and the values of it that are looked at.
struct Experiment {
    var graph: Graph
    var rows: Int
    /// Values of inputs and parameters by label.
    var given: [String: Tensor]
    var random = RandomPosition(seed: 77, step: 5, shard: 0)
    /// Wanted as outputs of the plan, which leaves them in its arena.
    var outputs: [OutputPort] = []
    /// Wanted as results, which have a place of their own, as gradients do.
    var results: [Value] = []

    /// A graph with its gradients for every parameter and every value asked for.
    static func differentiating(
        _ graph: Graph, output: OutputPort, rows: Int, given: [String: Tensor],
        withRespectTo values: [Value] = []
    ) throws -> Experiment {
        let d = try graph.differentiated(output: output, withRespectTo: values)
        var results = [d.loss]
        for name in d.gradients.keys.sorted() {
            switch d.gradients[name] {
            case .dense(let value): results.append(value)
            case .rows(let lookups): results += lookups.flatMap { [$0.indices, $0.rows] }
            case nil: break
            }
        }
        results += values.compactMap { d.inputGradients[$0] }
        results += graph.updates.sorted { $0.key < $1.key }.map(\.value)
        return Experiment(
            graph: d.graph, rows: rows, given: given, outputs: graph.outputs.keys.sorted(),
            results: results)
    }

    var watched: [Value] { outputs.compactMap { graph.outputs[$0] } + results }

    // MARK: The runtime

    /// The plan, and where it leaves each result.
    func plan() -> (plan: Plan, layout: ParameterLayout, regions: [Region]) {
        let layout = ParameterLayout(graph)
        var offset = 0
        let regions = results.map { value in
            let count = graph[value].shape.count(rows: rows)
            defer { offset += (count + 15) / 16 * 16 }
            return Region(space: .results, offset: offset, count: count)
        }
        let plan = Plan(
            graph, outputs: outputs, rows: rows, parameters: layout,
            results: zip(results, regions).map { (value: $0, region: $1) })
        return (plan, layout, regions)
    }

    func parameters(_ layout: ParameterLayout) -> Buffer {
        let buffer = Buffer(count: layout.count)
        for entry in layout.entries {
            guard let tensor = given[entry.spec.name] else {
                preconditionFailure("no value for \(entry.spec.name)")
            }
            write(tensor, graph[entry.spec.value].dtype, to: buffer, entry.range)
        }
        return buffer
    }

    func fill(_ executor: Executor) {
        for (port, region) in executor.plan.inputs {
            guard let tensor = given[port.rawValue], let value = graph.inputs[port] else {
                preconditionFailure("no value for \(port)")
            }
            write(tensor, graph[value].dtype, to: executor.arena, region.range)
        }
    }

    private func write(_ tensor: Tensor, _ type: DType, to buffer: Buffer, _ range: Range<Int>) {
        precondition(type.words(of: tensor.values.count) == range.count)
        if type == .int8 {
            buffer.copy(int8s: tensor.values.map { Int8($0) }, to: range.lowerBound)
        } else if type == .int32 {
            buffer.withMutableIndices(range) { words in
                for index in words.indices { words[index] = Int32(tensor.values[index]) }
            }
        } else {
            buffer.withMutableFloats(range) { words in
                for index in words.indices { words[index] = Float(tensor.values[index]) }
            }
        }
    }

    /// Every watched value as the runtime computes it; run twice on one arena, which must not show.
    func runtimeValues() -> [Tensor] {
        let (plan, layout, regions) = plan()
        let executor = Executor(plan)
        let parameters = parameters(layout)
        let results = Buffer(count: regions.map(\.range.upperBound).max() ?? 0)
        let workspace = Workspace(arena: executor.arena, parameters: parameters, results: results)
        var runs: [[[Float]]] = []
        for _ in 0..<2 {
            fill(executor)
            executor.run(parameters: parameters, results: results, random: random)
            let places = outputs.compactMap { plan.outputs[$0] } + regions
            runs.append(places.map { workspace[$0.space].floats($0.range) })
        }
        #expect(bits(runs[0]) == bits(runs[1]), "a second run on the same arena differs")
        return tensors(runs[0])
    }

    /// Every watched value in the runtime, where what nothing will read is NaN: memory that no step
    /// has written yet, and after each step the values whose last reader it was.
    func poisonedRuntimeValues() -> [Tensor] {
        let (plan, layout, regions) = plan()
        let executor = Executor(plan)
        let parameters = parameters(layout)
        let results = Buffer(count: regions.map(\.range.upperBound).max() ?? 0)
        let workspace = Workspace(arena: executor.arena, parameters: parameters, results: results)
        for buffer in [executor.arena, results] { buffer.fill(0..<buffer.count, with: .nan) }
        fill(executor)
        let freed = plan.freed()
        executor.run(parameters: parameters, results: results, random: random) { step in
            for region in freed[step] { workspace[region.space].fill(region.range, with: .nan) }
        }
        return tensors(
            (outputs.compactMap { plan.outputs[$0] } + regions)
                .map { workspace[$0.space].floats($0.range) })
    }

    private func tensors(_ values: [[Float]]) -> [Tensor] {
        zip(watched, values).map { value, floats in
            Tensor(
                graph[value].shape.bound(rows: rows),
                graph[value].dtype == .int32
                    ? floats.map { Double(Int32(bitPattern: $0.bitPattern)) }
                    : floats.map(Double.init))
        }
    }

    private func bits(_ values: [[Float]]) -> [[UInt32]] { values.map { $0.map(\.bitPattern) } }

    // MARK: The slow twin

    /// The value of every node.
    func exactValues(noise: (size: Double, seed: UInt64)? = nil) -> [Tensor] {
        ReferenceInterpreter(graph: graph, rows: rows, given: given, random: random, noise: noise)
            .run()
    }

    func referenceValues(noise: (size: Double, seed: UInt64)? = nil) -> [Tensor] {
        let values = exactValues(noise: noise)
        return watched.map { values[$0.index] }
    }

    /// How far relative noise of 2⁻²² on every intermediate number moves each watched value at most,
    /// over several runs with noise.
    func spreads(around exact: [Tensor], runs: Range<UInt64>) -> [Double] {
        runs.reduce([Double](repeating: 0, count: exact.count)) { spreads, seed in
            zip(spreads, zip(referenceValues(noise: (0x1p-22, seed)), exact)).map { spread, pair in
                zip(pair.0.values, pair.1.values).reduce(spread) { max($0, abs($1.0 - $1.1)) }
            }
        }
    }

    /// Compares every element of every watched value.
    ///
    /// The tolerance is ten times the value's spread: a graph that amplifies rounding may show it,
    /// and no other may. Two runs with noise tell nearly always; six more decide where a number that
    /// everything hangs on drew little noise in both, which of thousands of random graphs one or two
    /// do.
    func expectAgreement(_ name: String = "") {
        let exact = referenceValues()
        let computed = runtimeValues()
        var spreads = spreads(around: exact, runs: 0..<2)
        let suspect = exact.indices.contains {
            wrong(computed[$0], exact[$0], spread: spreads[$0]) != nil
        }
        if suspect {
            spreads = zip(spreads, self.spreads(around: exact, runs: 2..<8)).map { max($0, $1) }
        }
        for (position, value) in watched.enumerated() {
            let (found, expected) = (computed[position], exact[position])
            let bad = wrong(found, expected, spread: spreads[position])
            #expect(found.shape == expected.shape)
            #expect(
                bad == nil,
                """
                \(name) rows \(rows) %\(value.index) \(graph[value].op) \(graph[value].shape): \
                element \(bad?.element ?? 0) is \(found.values[bad?.element ?? 0]), \
                should be \(expected.values[bad?.element ?? 0]) ± \(bad?.tolerance ?? 0)
                """)
        }
    }

    /// The first element that is further from the truth than the noisy runs explain.
    private func wrong(
        _ computed: Tensor, _ expected: Tensor, spread: Double
    ) -> (element: Int, tolerance: Double)? {
        let scale = expected.values.reduce(0) { max($0, abs($1)) }
        let tolerance = 10 * spread + 4e-7 * scale + 1e-12
        let bad = zip(computed.values, expected.values).enumerated().first { _, pair in
            !(pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN)
                || abs(pair.0 - pair.1) <= tolerance)
        }
        return bad.map { ($0.offset, tolerance) }
    }
}

extension Plan {
    /// For every step the regions of the arena that no later step reads, though they have been read
    /// or written up to it, and that nobody wants.
    ///
    /// A region holds a value from its first write (several steps may write parts of it before the
    /// first read) until the last step that touches it as this very region; a write after a read
    /// begins another value.
    func freed() -> [[Region]] {
        struct Stay {
            var region: Region
            var lastStep: Int
            var wasRead = false
        }
        var stays: [Stay] = []
        var holder: [Int?] = Array(repeating: nil, count: arenaWords)
        for (index, step) in steps.enumerated() {
            for region in reads(of: step) where region.space == .arena && region.count > 0 {
                guard let stay = holder[region.offset] else { continue }  // an input
                stays[stay].lastStep = index
                stays[stay].wasRead = true
            }
            for region in writes(of: step) where region.space == .arena && region.count > 0 {
                if let stay = holder[region.offset], stays[stay].region == region,
                    !stays[stay].wasRead
                {
                    stays[stay].lastStep = index
                } else {
                    for word in region.range { holder[word] = stays.count }
                    stays.append(Stay(region: region, lastStep: index))
                }
            }
        }
        let wanted = Set(Array(inputs.values) + Array(outputs.values))
        var freed = [[Region]](repeating: [], count: steps.count)
        for (index, stay) in stays.enumerated() {
            let isLast = holder[stay.region.offset] == index
            if !(isLast && wanted.contains(stay.region)) {
                freed[stay.lastStep].append(stay.region)
            }
        }
        return freed
    }
}
