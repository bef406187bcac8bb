import CPURuntime
import Foundation
import GraphIR
import Kernels
import NN
import TensorCore
import Testing
import Training

/// A penalty on gaps: each row's factors are the derivatives of the penalty by its score's features.
struct FairPenaltyTests {
    /// Some rows of three groups, of a kind or two, with weights of two sorts.
    private struct Rows {
        var cells: GroupCells
        var lossWeights: [Float] = []
        var logits: [Float] = []

        init(kinds: Int, count: Int = 60, equalWeights: Bool = false) {
            let random = CounterRandom(seed: 4, name: "penalty")
            var codes: [Int32] = []
            var weights: [Float] = []
            for row in 0..<count {
                let group = Int32(row % 7 == 0 ? 2 : row % 2)
                // Of two kinds each row is of one, as with labels.
                for kind in 0..<kinds {
                    codes.append(kinds == 1 || row / 3 % 2 == kind ? group : -1)
                }
                weights.append(
                    equalWeights ? 1 : Float(0.5 + random.uniform(index: UInt64(3 * row))))
                lossWeights.append(Float(0.5 + random.uniform(index: UInt64(3 * row + 1))))
                logits.append(
                    Float(4 * random.uniform(index: UInt64(3 * row + 2)) - 2) + Float(group))
            }
            cells = .init(kinds: kinds, groups: 3, codes: codes, weights: weights)
        }

        func score(_ row: Int) -> Double { 1 / (1 + exp(-Double(logits[row]))) }
    }

    private static func penalty(
        _ measure: PenaltyMeasure, strength: Double, _ cells: GroupCells
    ) -> FeaturePenalty {
        FeaturePenalty(
            measure == .means ? .score : .gaussian(), weighsByShare: measure == .hsic,
            strength: strength, training: cells, validation: nil)
    }

    @Test(
        arguments: [1, 2], [PenaltyMeasure.means, .mmd, .hsic]
    ) func aRowsFactorsAreTheDerivative(_ kinds: Int, _ measure: PenaltyMeasure) {
        let rows = Rows(kinds: kinds)
        let penalty = Self.penalty(measure, strength: 3, rows.cells)
        let pushes = penalty.pushes(
            penalty.deviations(rows.cells, logits: rows.logits),
            lossWeights: Buffer(rows.lossWeights))
        let width = penalty.term.width
        #expect(pushes.count == rows.cells.rows * width)
        #expect(width == (measure == .means ? 1 : 29))
        let total = rows.lossWeights.reduce(0.0) { $0 + Double($1) }
        var largest = 0.0
        for row in 0..<rows.cells.rows {
            func value(_ step: Float) -> Double {
                var moved = rows.logits
                moved[row] += step
                return penalty.value(penalty.deviations(rows.cells, logits: moved))
            }
            // Five points: the kernel bends within a step that single precision of a logit allows.
            let numeric =
                (8 * (value(0.01) - value(-0.01)) - (value(0.02) - value(-0.02))) / 0.12
            let score = rows.score(row)
            // In the loss the row's term is weight / total · Σ push · φ(score).
            guard case .features(let features) = penalty.term else { return }
            let (up, down) = (features.values(score + 1e-5), features.values(score - 1e-5))
            var own = 0.0
            for place in 0..<width {
                own +=
                    Double(pushes[row * width + place]) * (up[place] - down[place]) / 2e-5
            }
            own *= Double(rows.lossWeights[row]) / total * score * (1 - score)
            #expect(abs(own - numeric) < 2e-5, "row \(row)")
            largest = max(largest, abs(numeric))
        }
        #expect(largest > 1e-3)
    }

    /// The bumps' products are the Gaussian kernel.
    @Test func featuresAreOfTheKernel() {
        let features = ScoreFeatures.gaussian()
        for first in stride(from: 0.0, through: 1, by: 0.07) {
            for second in stride(from: 0.0, through: 1, by: 0.05) {
                let found = zip(features.values(first), features.values(second))
                    .reduce(0) { $0 + $1.0 * $1.1 }
                let expected = exp(-(first - second) * (first - second) / 0.01)
                #expect(abs(found - expected) < 1e-3)
            }
        }
    }

    /// Against the two criteria as their papers write them, with the kernel itself, over pairs of rows.
    @Test func theValuesAreThePapers() {
        let rows = Rows(kinds: 1, equalWeights: true)
        let count = rows.cells.rows
        func kernel(_ first: Int, _ second: Int) -> Double {
            let distance = rows.score(first) - rows.score(second)
            return exp(-distance * distance / 0.01)
        }
        func mean(_ first: [Int], _ second: [Int]) -> Double {
            var sum = 0.0
            for one in first { for other in second { sum += kernel(one, other) } }
            return sum / Double(first.count * second.count)
        }
        func value(_ measure: PenaltyMeasure, _ cells: GroupCells) -> Double {
            let penalty = Self.penalty(measure, strength: 1, cells)
            return penalty.value(penalty.deviations(cells, logits: rows.logits))
        }
        // Two groups: rows of group 2 take no part.
        let two = GroupCells(
            kinds: 1, groups: 2, codes: rows.cells.codes.map { $0 == 2 ? -1 : $0 },
            weights: rows.cells.weights)
        let members = (0..<3).map { group in
            (0..<count).filter { rows.cells.codes[$0] == Int32(group) }
        }
        let discrepancy =
            mean(members[0], members[0]) + mean(members[1], members[1])
            - 2 * mean(members[0], members[1])
        #expect(discrepancy > 0.05)
        #expect(abs(value(.mmd, two) - discrepancy / 2) < 1e-3 * discrepancy + 1e-4)
        // HSIC: trace(K H L H) / n², L = [g = h].
        var centered = [Double](repeating: 0, count: count * count)
        let all = Array(0..<count)
        let rowMeans = all.map { mean([$0], all) }
        let whole = mean(all, all)
        for one in all {
            for other in all {
                centered[one * count + other] =
                    kernel(one, other) - rowMeans[one] - rowMeans[other] + whole
            }
        }
        var trace = 0.0
        for one in all {
            for other in all where rows.cells.codes[one] == rows.cells.codes[other] {
                trace += centered[one * count + other]
            }
        }
        let criterion = trace / Double(count * count)
        #expect(criterion > 0.01)
        #expect(abs(value(.hsic, rows.cells) - criterion) < 1e-3 * criterion + 1e-4)
    }

    /// The training graph adds each row's features times their factors: its loss is that of the sum by hand.
    @Test(
        arguments: [ScoreFeatures.score, .gaussian()]
    ) func theGraphAddsTheFeatures(_ pushed: ScoreFeatures) throws {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: 1, cardinalities: []), task: .binary, hidden: [])
        let count = 5
        let numeric = (0..<count).map { Float($0) - 2 }
        let pushes = (0..<count * pushed.count).map { Float($0 % 3) - 1.3 }
        func result(_ graph: Graph, _ output: OutputPort) -> [Float] {
            let layout = ParameterLayout(graph)
            let parameters = Buffer((0..<layout.count).map { 0.7 - 0.4 * Float($0) })
            let plan = Plan(graph, outputs: [output], rows: count, parameters: layout)
            let executor = Executor(plan)
            let given: [InputPort: [Float]] = [
                .numeric: numeric, .label: [0, 1, 1, 0, 1],
                .weight: [Float](repeating: 0.2, count: count), .penalty: pushes,
            ]
            for (port, values) in given {
                guard let region = plan.inputs[port] else { continue }
                for (place, value) in values.enumerated() {
                    executor.arena[region.offset + place] = value
                }
            }
            executor.run(parameters: parameters, results: Buffer(count: 0))
            return plan.outputs[output].map { executor.arena.floats($0.range) } ?? []
        }
        let logits = try result(network.inferenceGraph(), "logits")
        #expect(logits.count == count && Set(logits).count == count)
        var expected = 0.0
        for row in 0..<count {
            let values = pushed.values(1 / (1 + exp(-Double(logits[row]))))
            for (place, value) in values.enumerated() {
                expected += 0.2 * value * Double(pushes[row * pushed.count + place])
            }
        }
        let with = try #require(
            try result(network.trainingGraph(scoreTerm: .features(pushed)), "loss").first)
        let without = try #require(try result(network.trainingGraph(), "loss").first)
        #expect(abs(expected) > 0.001)
        #expect(abs(Double(with) - Double(without) - expected) < 1e-4)
    }

    @Test func aGroupWithoutRowsTakesNoPart() {
        let cells = GroupCells(
            kinds: 1, groups: 3, codes: [0, 0, 2, 2], weights: [1, 1, 1, 1])
        let penalty = FeaturePenalty(strength: 1, training: cells, validation: nil)
        let found = penalty.deviations(cells, logits: [0, 0, 20, 20]).values
        #expect(abs(found[0] + 0.25) < 1e-6 && found[1] == 0 && abs(found[2] - 0.25) < 1e-6)
    }
}
