import CPURuntime
import Foundation
import GraphIR
import Kernels
import TensorCore
import Testing

/// Random graphs and their gradients in the runtime, and what their plans promise.
@Suite struct RandomGraphTests {
    /// Many more in `make verify`.
    static let seeds = Array(
        1...UInt64(ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == nil ? 300 : 4000))

    private func experiment(seed: UInt64) throws -> Experiment {
        let (graph, inputs, rows) = try RandomGraph.make(seed: seed, chains: seed % 3 == 0)
        return try Experiment.differentiating(
            graph, output: "loss", rows: rows,
            given: graph.sampleValues(rows: rows, seed: seed, indicesBelow: 4),
            withRespectTo: inputs)
    }

    @Test(arguments: seeds) func agreesWithTheInterpreter(seed: UInt64) throws {
        try experiment(seed: seed).expectAgreement("seed \(seed)")
    }

    /// Together the graphs hold every operation, so that the tests above mean what they say.
    @Test func everyOperationOccurs() throws {
        var seen: Set<OpKind> = []
        var partsSeen = false
        for seed in Self.seeds {
            let graph = try experiment(seed: seed).graph
            seen.formUnion(graph.nodes.map { OpKind($0.op) })
            partsSeen =
                partsSeen || graph.nodes.contains { $0.shape.extents.contains(.rowParts(3)) }
        }
        #expect(Set(OpKind.all).subtracting(seen).isEmpty)
        #expect(partsSeen)
    }

    /// Follows a plan word by word: every word that a step reads was last written as part of the very
    /// region that the step reads, by a step or by whoever fills the inputs; and nothing that is
    /// wanted is written over.
    @Test(arguments: seeds) func noLiveValuesOverlap(seed: UInt64) throws {
        let (plan, layout, regions) = try experiment(seed: seed).plan()
        var owner: [Space: [Region?]] = [
            .arena: Array(repeating: nil, count: plan.arenaWords),
            .parameters: Array(repeating: nil, count: layout.count),
            .results: Array(
                repeating: nil, count: regions.map(\.range.upperBound).max() ?? 0),
        ]
        func own(_ region: Region) {
            for word in region.range { owner[region.space]?[word] = region }
        }
        func owns(_ region: Region) -> Bool {
            region.range.allSatisfy { owner[region.space]?[$0] == region }
        }
        for entry in layout.entries {
            own(Region(space: .parameters, offset: entry.offset, count: entry.count))
        }
        for (name, region) in plan.inputs {
            #expect(region.range.allSatisfy { owner[region.space]?[$0] == nil }, "\(name) overlaps")
            own(region)
        }
        for (index, step) in plan.steps.enumerated() {
            let (reads, writes) = (plan.reads(of: step), plan.writes(of: step))
            for region in reads { #expect(owns(region), "step \(index) reads what is gone") }
            for region in writes {
                #expect(region.space != .parameters)
                for other in reads where other.space == region.space {
                    #expect(
                        !other.range.overlaps(region.range), "step \(index) writes what it reads")
                }
            }
            var places: [Space: Set<Int>] = [:]
            for region in writes { places[region.space, default: []].formUnion(region.range) }
            let (different, all) = (places.values.map(\.count), writes.map(\.count))
            #expect(
                different.reduce(0, +) == all.reduce(0, +), "the results of step \(index) overlap")
            for region in writes { own(region) }
        }
        for region in Array(plan.inputs.values) + Array(plan.outputs.values) + regions {
            #expect(owns(region), "a wanted value was written over")
        }
    }

    /// The plan as it runs: with NaN in all memory whose value is not needed any more, or not yet, the
    /// results are the same to the bit.
    @Test(arguments: seeds) func freedMemoryIsNotRead(seed: UInt64) throws {
        let experiment = try experiment(seed: seed)
        let (clean, poisoned) = (experiment.runtimeValues(), experiment.poisonedRuntimeValues())
        for (position, value) in experiment.watched.enumerated() {
            #expect(
                clean[position].values.map(\.bitPattern)
                    == poisoned[position].values.map(\.bitPattern),
                "seed \(seed) %\(value.index) \(experiment.graph[value].op) changed")
        }
    }

    /// Most intermediate values are freed before the end, so that the test above poisons them.
    @Test func mostMemoryIsPoisoned() throws {
        let graph = try TrainingGraphs.deep(batchNorm: false)
        let (plan, _, _) = try Experiment.differentiating(
            graph, output: "loss", rows: 64, given: [:]
        ).plan()
        let freed = plan.freed().dropLast(plan.steps.count / 4).joined().reduce(0) { $0 + $1.count }
        #expect(freed * 2 > plan.arenaWords)
    }

    /// The plan does reuse memory: without that the test above would be empty.
    @Test func memoryIsReused() throws {
        let graph = try TrainingGraphs.deep(batchNorm: false)
        let (plan, _, _) = try Experiment.differentiating(
            graph, output: "loss", rows: 64, given: [:]
        ).plan()
        var written = 0
        for region in plan.steps.flatMap({ plan.writes(of: $0) }) where region.space == .arena {
            written += region.count
        }
        #expect(plan.arenaWords * 3 < written * 2)
    }
}
