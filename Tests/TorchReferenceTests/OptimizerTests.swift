import Autodiff
import CPURuntime
import GraphIR
import Kernels
import Optim
import TensorCore
import Testing

/// Optimizers and schedules against `torch.optim`, step by step with given gradients.
@Suite struct OptimizerTests {
    static let references = (try? ReferenceFile.optimizers.get())?.cases ?? []
    static let schedules = (try? ReferenceFile.optimizers.get())?.schedules ?? []

    /// When the averages of looked-up rows are brought to the present.
    enum Averaging: CaseIterable { case everyStep, atTheEnd }

    @Test(arguments: schedules)
    func schedulesAreThoseOfPyTorch(_ reference: ScheduleReference) throws {
        let shape = try #require(Schedule.Shape(rawValue: reference.shape))
        let schedule = Schedule(
            shape: shape, warmupSteps: reference.warmupSteps, floor: reference.floor)
        let factors = (0..<reference.totalSteps).map {
            schedule.factor(step: $0, total: reference.totalSteps)
        }
        expectEqual(factors, reference.factors, units: 4, "the rates")
        // The rate stays where it ended.
        #expect(
            schedule.factor(step: reference.totalSteps + 3, total: reference.totalSteps)
                == factors[reference.totalSteps - 1])
    }

    @Test(arguments: references, Averaging.allCases)
    func stepsAreThoseOfPyTorch(_ reference: OptimizerReference, _ averaging: Averaging) throws {
        let pool = WorkerPool(threads: 2)
        let layout = ParameterLayout(try Self.graph(reference, lookups: 1).graph)
        let parameters = Buffer(count: layout.count)
        for entry in layout.entries {
            let tensor = try #require(reference.parameters[entry.spec.name])
            parameters.write(tensor.floats, at: entry.range)
        }
        let optimizer = Optimizer(
            try Self.settings(reference), layout: layout, parameters: parameters, pool: pool)
        for (number, step) in reference.steps.enumerated() {
            let batch = try Self.batch(reference, step, layout, parameters, pool)
            let norm = optimizer.apply(batch, totalSteps: reference.steps.count)
            expectEqual([Float(norm)], [step.norm], units: 8, "the norm at step \(number)")
            let synchronizes = averaging == .everyStep || number == reference.steps.count - 1
            if synchronizes { optimizer.synchronizeAverage() }
            try Self.compare(optimizer, layout, step, averages: synchronizes, number)
        }
        #expect(optimizer.step == reference.steps.count)
    }

    private static func compare(
        _ optimizer: Optimizer, _ layout: ParameterLayout, _ step: OptimizerReference.Step,
        averages: Bool, _ number: Int
    ) throws {
        func check(_ buffer: Buffer, _ expected: [String: [Double]], _ what: String) throws {
            for (name, values) in expected {
                let entry = try #require(layout.entry(named: name))
                expectEqual(
                    buffer.floats(entry.range), values, units: units,
                    "\(what) of \(name) at step \(number)")
            }
        }
        try check(optimizer.parameters, step.parameters ?? [:], "the values")
        try check(optimizer.first, step.first ?? [:], "the first moments")
        switch optimizer.settings.rule {
        case .adamW: try check(optimizer.second, step.second ?? [:], "the second moments")
        case .sgd: #expect(optimizer.second.count == 0)
        }
        if averages, let expected = step.averages {
            try check(#require(optimizer.average), expected, "the averages")
        }
    }

    /// About one rounding a step, and those within a step.
    static let units = 16.0

    private static func settings(_ reference: OptimizerReference) throws -> OptimizerSettings {
        let shape = try #require(Schedule.Shape(rawValue: reference.schedule.shape))
        return OptimizerSettings(
            rule: reference.rule == "adamW"
                ? .adamW(beta1: 0.9, beta2: 0.999, epsilon: reference.epsilon)
                : .sgd(momentum: reference.momentum, nesterov: reference.nesterov),
            learningRate: reference.learningRate,
            schedule: Schedule(
                shape: shape, warmupSteps: reference.schedule.warmup,
                floor: reference.schedule.floor),
            weightDecay: reference.weightDecay, decaysEverything: reference.decaysEverything,
            clipNorm: reference.clipNorm, averageDecay: reference.averageDecay)
    }

    /// `Σ parameter · given`, whose gradient is what is given; of `table`, `lookups` rows.
    private static func graph(
        _ reference: OptimizerReference, lookups: Int
    ) throws -> DifferentiatedGraph {
        var b = GraphBuilder()
        var total = b.constant(0)
        for (name, tensor) in reference.parameters.sorted(by: { $0.key < $1.key }) {
            let isTable = name == "table"
            let role = isTable ? .embedding : try #require(ParameterRole(rawValue: name))
            var value = b.parameter(
                name, tensor.declared, role: role, initializer: .constant(0),
                hasSparseGradient: isTable)
            if isTable {
                let indices = b.input("indices", [.fixed(lookups)], dtype: .int32)
                value = b.apply(.gather, [value, indices])
            }
            let given = b.input("given \(name)", b.shape(value))
            total = b.add(total, b.total(b.multiply(value, given)))
        }
        b.output("loss", total)
        return try b.build().differentiated(output: "loss")
    }

    /// The step's gradients `g` as two shards, `2g` and `−g`, whose sum is exact.
    private static func batch(
        _ reference: OptimizerReference, _ step: OptimizerReference.Step,
        _ layout: ParameterLayout, _ parameters: Buffer, _ pool: WorkerPool
    ) throws -> ShardedStep {
        let differentiated = try graph(reference, lookups: step.rows?.indices.count ?? 1)
        let sharded = ShardedStep(
            differentiated, layout: layout, shardRows: 1, shardCount: 2, pool: pool)
        _ = sharded.run(parameters: parameters, seed: 0, step: 0) { shard, executor in
            for (name, region) in executor.plan.inputs {
                if name == "indices" {
                    executor.arena.withMutableIndices(region.range) { words in
                        for (position, index) in (step.rows?.indices ?? []).enumerated() {
                            words[position] = index
                        }
                    }
                    continue
                }
                let parameter = String(name.rawValue.dropFirst("given ".count))
                let given = step.gradients[parameter] ?? step.rows?.values ?? []
                executor.arena.write(given.map { shard == 0 ? 2 * $0 : -$0 }, at: region.range)
            }
        }
        return sharded
    }
}

extension OptimizerReference: CustomTestStringConvertible {
    var testDescription: String { name }
}

extension ScheduleReference: CustomTestStringConvertible {
    var testDescription: String {
        "\(shape), \(totalSteps) steps, \(warmupSteps) of them warm-up, floor \(floor)"
    }
}
