import Autodiff
import CPURuntime
import Foundation
import GraphIR
import Kernels
import NN
import Optim
import TensorCore
import Testing
import Training

/// Learning against an adversary that guesses groups from scores.
@Suite struct AdversaryTests {
    /// Two groups and a third of few rows, some rows of none; of two kinds each row is of one.
    private static func cells(kinds: Int, rows: Int = 60) -> GroupCells {
        let random = CounterRandom(seed: 8, name: "adversary")
        var codes: [Int32] = []
        var weights: [Float] = []
        for row in 0..<rows {
            let group = Int32(row % 11 == 0 ? -1 : row % 7 == 0 ? 2 : row % 2)
            for kind in 0..<kinds { codes.append(kinds == 1 || row / 3 % 2 == kind ? group : -1) }
            weights.append(Float(0.5 + random.uniform(index: UInt64(row))))
        }
        return GroupCells(kinds: kinds, groups: 3, codes: codes, weights: weights)
    }

    /// With the loss's weights every group's shares sum to a third, whatever its rows; rows of no group have none.
    @Test(arguments: [1, 2]) func groupsCountTheSame(_ kinds: Int) {
        let cells = Self.cells(kinds: kinds)
        let penalty = AdversaryPenalty(strength: 2, training: cells, validation: nil)
        #expect(penalty.term.width == kinds * 3 && !penalty.followsScores)
        let random = CounterRandom(seed: 9, name: "loss")
        let loss = (0..<cells.rows).map { Float(random.uniform(index: UInt64($0))) }
        let shares = penalty.rowNumbers(cells, logits: [], lossWeights: Buffer(loss))
        let total = loss.reduce(0.0) { $0 + Double($1) }
        var sums = [Double](repeating: 0, count: kinds * 3)
        for row in 0..<cells.rows {
            for place in 0..<kinds * 3 {
                let share = Double(shares[row * kinds * 3 + place])
                sums[place] += share * Double(loss[row]) / total
                let isOwn = cells.codes[row * kinds + place / 3] == Int32(place % 3)
                #expect((share > 0) == isOwn, "row \(row)")
            }
        }
        for sum in sums { #expect(abs(sum - 1 / 3) < 1e-5) }
    }

    /// The model descends the number that the graph puts out, `loss + strength · gain`; the adversary climbs the gain,
    /// whatever the strength. Against differences of the number itself.
    @Test(arguments: [(1, Float(0.5)), (1, 3), (3, 2)])
    func theTwoLearnAgainstOneAnother(_ members: Int, _ strength: Float) throws {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: 2, cardinalities: []), task: .binary, hidden: [3],
            members: members, activation: .tanh)
        let adversary = ScoreAdversary(kinds: 2, groups: 3, strength: strength, hidden: 5)
        let training = try network.trainingGraph(scoreTerm: .adversary(adversary))
        let inference = try network.inferenceGraph()
        let own = Set(inference.parameters.map(\.name))
        // The adversary's parameters come last, so that the others are laid out as without it.
        #expect(
            training.parameters.prefix(own.count).map(\.name) == inference.parameters.map(\.name))
        let count = 6
        let random = CounterRandom(seed: 3, name: "game")
        func numbers(_ count: Int, _ stream: UInt32) -> [Float] {
            (0..<count).map { Float(random.uniform(step: stream, index: UInt64($0))) }
        }
        let inputs: [InputPort: [Float]] = [
            .numeric: numbers(2 * count, 0).map { 4 * $0 - 2 }, .label: [0, 1, 1, 0, 1, 0],
            .weight: [Float](repeating: 1 / 6, count: count), .penalty: numbers(6 * count, 1),
        ]
        let layout = ParameterLayout(training)
        let start = initialParameters(layout, seed: 5).floats(0..<layout.count)
        let differentiated = try training.differentiated(output: "loss")
        var builder = GraphBuilder(extending: differentiated.graph)
        for (name, gradient) in differentiated.gradients {
            guard case .dense(let value) = gradient else { continue }
            builder.output(OutputPort("gradient/" + name), value)
        }
        let graph = try builder.build()
        func run(_ output: OutputPort, _ parameters: [Float]) -> [Float] {
            let plan = Plan(graph, outputs: [output], rows: count, parameters: layout)
            let executor = Executor(plan)
            for (port, values) in inputs {
                guard let region = plan.inputs[port] else { continue }
                for (place, value) in values.enumerated() {
                    executor.arena[region.offset + place] = value
                }
            }
            executor.run(parameters: Buffer(parameters), results: Buffer(count: 0))
            return plan.outputs[output].map { executor.arena.floats($0.range) } ?? []
        }
        var (ofModel, ofAdversary) = (0.0, 0.0)
        for entry in layout.entries {
            let found = run(OutputPort("gradient/" + entry.spec.name), start)
            for place in 0..<entry.count {
                func loss(_ step: Float) throws -> Double {
                    var moved = start
                    moved[entry.offset + place] += step
                    return Double(try #require(run("loss", moved).first))
                }
                let numeric = try (loss(0.01) - loss(-0.01)) / 0.02
                let isOwn = own.contains(entry.spec.name)
                let expected = isOwn ? numeric : -numeric / Double(strength)
                #expect(
                    abs(Double(found[place]) - expected) < 2e-3, "\(entry.spec.name) \(place)")
                if isOwn {
                    ofModel = max(ofModel, abs(numeric))
                } else {
                    ofAdversary = max(ofAdversary, abs(numeric))
                }
            }
        }
        #expect(ofModel > 0.05 && ofAdversary > 0.02)
    }

    /// What is added to the validation loss: the divergence of two normal distributions, against the integral; none where the
    /// groups are one, however few their rows, and however they stand in the data.
    @Test func theValueIsTheDivergence() {
        func value(_ rows: Int, shift: Double, seed: UInt64, smallGroup: Int = 2) -> Double {
            let random = CounterRandom(seed: seed, name: "scores")
            let codes = (0..<rows).map { Int32($0 % smallGroup == 0 ? 1 : 0) }
            let logits = (0..<rows).map { row in
                let u = max(random.uniform(index: UInt64(row)), 1e-12)
                let v = random.uniform(step: 1, index: UInt64(row))
                return Float(
                    (-2 * log(u)).squareRoot() * cos(2 * .pi * v) + (codes[row] == 1 ? shift : 0))
            }
            let cells = GroupCells(
                kinds: 1, groups: 2, codes: codes, weights: Array(repeating: 1, count: rows))
            return AdversaryPenalty(strength: 3, training: cells, validation: nil)
                .value(cells, logits: logits)
        }
        func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * .pi).squareRoot() }
        var divergence = 0.0
        for x in stride(from: -8.0, through: 9, by: 0.01) {
            let (p, q) = (density(x), density(x - 1))
            divergence += 0.01 * (p * log(2 * p / (p + q)) + q * log(2 * q / (p + q))) / 2
        }
        // Ten bins lose some of it.
        let found = value(20_000, shift: 1, seed: 1)
        #expect(found < 3 * divergence && found > 0.93 * 3 * divergence)
        // Without the correction the means are .0049 and .023 times 3.
        for (rows, smallGroup, most) in [(1000, 2, 0.0025), (600, 10, 0.018)] {
            let all = (0..<40).map {
                value(rows, shift: 0, seed: 10 + UInt64($0), smallGroup: smallGroup)
            }
            #expect(all.reduce(0, +) / 40 < 3 * most, "\(all.reduce(0, +) / 120)")
        }
        let sorted = GroupCells(
            kinds: 1, groups: 2, codes: [0, 0, 0, 0, 1, 1, 1, 1],
            weights: Array(repeating: 1, count: 8))
        let penalty = AdversaryPenalty(strength: 1, training: sorted, validation: nil)
        #expect(penalty.value(sorted, logits: Array(repeating: 0.5, count: 8)) == 0)
        // What separates the groups is worth a whole guess, less the correction for so few rows.
        let apart: [Float] = [0, 1, 2, 3, 10, 11, 12, 13]
        let most = penalty.value(sorted, logits: apart)
        #expect(most > 0 && most < log(2))
    }

    // MARK: - Trainings

    /// Two numbers: one is the reason of the label, the other tells the group, which the label follows too. A column of many
    /// categories says nothing; its table lies behind the adversary's weights in a training.
    private static func rows(_ count: Int, seed: UInt64) -> (data: EncodedData, cells: GroupCells) {
        let random = CounterRandom(seed: seed, name: "planted")
        var (numeric, labels, codes) = ([Float](), [Float](), [Int32]())
        for row in 0..<count {
            let group = row % 2
            let reason = 4 * random.uniform(index: UInt64(row)) - 2
            let trace =
                Double(2 * group - 1) + 2 * random.uniform(step: 1, index: UInt64(row)) - 1
            numeric += [Float(reason), Float(trace)]
            let logit = 2 * reason + 1.5 * Double(2 * group - 1)
            let u = random.uniform(step: 2, index: UInt64(row))
            labels.append(u < 1 / (1 + exp(-logit)) ? 1 : 0)
            codes.append(Int32(group))
        }
        return (
            EncodedData(
                rows: count, numeric: numeric, numericWidth: 2,
                categories: (0..<count).map { Int32($0 / 2 % 50) }, categoryWidth: 1,
                labels: .numbers(labels)),
            GroupCells(
                kinds: 1, groups: 2, codes: codes, weights: Array(repeating: 1, count: count))
        )
    }

    private static let network = TabularNetwork(
        input: TabularInput(numericWidth: 2, cardinalities: [2000]), task: .binary, hidden: [32])

    private static func trainer(
        strength: Double?, threads: Int = 2, epochs: Int = 12, keepsLast: Bool = false
    ) throws -> Trainer {
        let (data, cells) = rows(4000, seed: 1)
        let (validation, validationCells) = rows(1000, seed: 2)
        let penalty = strength.map {
            AdversaryPenalty(strength: $0, training: cells, validation: validationCells)
        }
        var settings = TrainingSettings(
            optimizer: OptimizerSettings(learningRate: 4e-3, averageDecay: 0.99),
            batchRows: 256, maximumEpochs: epochs)
        settings.keepsLast = keepsLast
        return try Trainer(
            training: network.trainingGraph(scoreTerm: penalty?.term),
            inference: network.inferenceGraph(), data: data, validation: validation,
            lossOf: .binaryCrossEntropy,
            settings: settings, penalty: penalty, pool: WorkerPool(threads: threads))
    }

    /// Mean score of the second group less that of the first, by the model alone.
    private static func gap(_ trainer: Trainer) throws -> Double {
        let graph = try network.inferenceGraph()
        let (data, _) = rows(2000, seed: 3)
        let scores = NetworkEvaluator(
            graph, output: "prediction", layout: ParameterLayout(graph),
            pool: WorkerPool(threads: 1)
        ).values(of: data, weights: trainer.modelWeights)
        let sums = scores.enumerated().reduce(into: [0.0, 0.0]) {
            $0[$1.offset % 2] += Double($1.element)
        }
        return (sums[1] - sums[0]) / 1000
    }

    /// The last weights, so that it is the game that closes the gap and not a choice among epochs.
    @Test func theGapFallsAndNothingOfTheAdversaryStays() throws {
        let plain = try Self.trainer(strength: nil, keepsLast: true)
        _ = try plain.run()
        let before = try Self.gap(plain)
        #expect(before > 0.25)
        var gaps: [Double] = []
        for strength in [1.0, 4] {
            let fair = try Self.trainer(strength: strength, keepsLast: true)
            _ = try fair.run()
            gaps.append(try Self.gap(fair))
            // More is learned than is kept.
            let names = fair.layout.entries.map(\.spec.name)
            #expect(names.count { $0.hasPrefix("adversary/") } == 4)
            #expect(fair.modelWeights.count == plain.layout.count)
            #expect(fair.bestWeights.count > fair.modelWeights.count)
            let table = try #require(fair.layout.entry(named: "category0/table"))
            let own = try #require(plain.layout.entry(named: "category0/table"))
            #expect(table.offset > own.offset)
            #expect(
                fair.modelWeights.floats(own.range) == fair.bestWeights.floats(table.range))
            // The last number that was kept is the loss with a divergence.
            #expect(fair.bestValidationLoss > plain.bestValidationLoss)
        }
        #expect(gaps[0] < 0.75 * before, "\(before) → \(gaps)")
        #expect(abs(gaps[1]) < 0.4 * before, "\(before) → \(gaps)")
    }

    @Test func threadsAndResumingChangeNoBit() throws {
        let whole = try Self.trainer(strength: 2, threads: 3, epochs: 5)
        #expect(whole.shardCount > 1)
        var states: [TrainingState] = []
        _ = try whole.run(onEvent: { event in
            if case .epoch = event { states.append(whole.state()) }
        })
        let expected = whole.bestWeights.floats(0..<whole.layout.count)
        let alone = try Self.trainer(strength: 2, threads: 1, epochs: 5)
        _ = try alone.run()
        #expect(alone.bestWeights.floats(0..<alone.layout.count) == expected)
        let resumed = try Self.trainer(strength: 2, threads: 1, epochs: 5)
        try resumed.restore(states[1])
        _ = try resumed.run()
        #expect(resumed.history == whole.history)
        #expect(resumed.bestWeights.floats(0..<resumed.layout.count) == expected)
        // The adversary's weights and moments are in the checkpoint: one without them is of another network.
        let other = try Self.trainer(strength: nil, epochs: 5)
        #expect(throws: TrainingFailure.self) { try other.restore(states[1]) }
    }
}
