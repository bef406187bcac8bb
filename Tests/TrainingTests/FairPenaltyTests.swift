import Foundation
import Kernels
import TensorCore
import Testing
import Training

/// A penalty on gaps: each row's factor is the derivative of the penalty by its score.
struct FairPenaltyTests {
    @Test(arguments: [1, 2]) func aRowsFactorIsTheDerivative(_ kinds: Int) {
        let (rows, groups) = (60, 3)
        let random = CounterRandom(seed: 4, name: "penalty")
        var codes: [Int32] = []
        var weights: [Float] = []
        var lossWeights: [Float] = []
        var logits: [Float] = []
        for row in 0..<rows {
            let group = Int32(row % 7 == 0 ? 2 : row % 2)
            // Of two kinds each row is of one, as with labels.
            for kind in 0..<kinds { codes.append(kinds == 1 || row / 3 % 2 == kind ? group : -1) }
            weights.append(Float(0.5 + random.uniform(index: UInt64(3 * row))))
            lossWeights.append(Float(0.5 + random.uniform(index: UInt64(3 * row + 1))))
            logits.append(Float(4 * random.uniform(index: UInt64(3 * row + 2)) - 2))
        }
        let cells = FairPenalty.RowCells(
            kinds: kinds, groups: groups, codes: codes, weights: weights)
        let penalty = FairPenalty(strength: 3, training: cells, validation: nil)
        let pushes = penalty.pushes(
            cells.deviations(logits: logits), lossWeights: Buffer(lossWeights))
        let total = lossWeights.reduce(0.0) { $0 + Double($1) }
        for row in 0..<rows {
            func value(_ step: Float) -> Double {
                var moved = logits
                moved[row] += step
                return penalty.value(cells.deviations(logits: moved))
            }
            let numeric = (value(0.01) - value(-0.01)) / 0.02
            let score = 1 / (1 + exp(-Double(logits[row])))
            // In the loss the row's term is weight / total · push · score.
            let own =
                Double(pushes[row]) * Double(lossWeights[row]) / total * score * (1 - score)
            #expect(abs(own - numeric) < 1e-5, "row \(row)")
        }
    }

    @Test func aGroupWithoutRowsTakesNoPart() {
        let cells = FairPenalty.RowCells(
            kinds: 1, groups: 3, codes: [0, 0, 2, 2], weights: [1, 1, 1, 1])
        let found = cells.deviations(logits: [0, 0, 20, 20])
        #expect(abs(found[0] + 0.25) < 1e-6 && found[1] == 0 && abs(found[2] - 0.25) < 1e-6)
    }
}
