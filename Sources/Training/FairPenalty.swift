package import Kernels
import RealModule

/// A penalty on the differences between groups' mean scores, as a term of the training loss.
///
/// `loss + strength · Σ_kinds Σ_g (rate_g − mean of rates)²`, where a group's rate is the mean of sigmoid(logit) over its
/// rows of a kind: all rows (demographic parity), those of label 1 (equal opportunity), those of each label (equalized
/// odds). Its gradient by a row's score is
///
/// `2 · strength · (rate_g − mean) / rows of g`
///
/// The difference is a number of all rows, which a batch cut into shards does not know: it is measured with the current
/// weights on up to 2,048 rows, several times an epoch, and held fixed between. So the batch's term is a sum over rows,
/// each with a factor of its own, whatever the shards.
///
/// - Source: penalties on covariances, Zafar et al. 2017, PMLR 54:962; on differences of means, Bendekgey & Sudderth 2021,
///   arXiv:2105.14119.
package struct FairPenalty: Sendable {
    package let strength: Double
    package let training: RowCells
    /// Of the rows that decide which weights are kept, if there are some.
    package let validation: RowCells?

    package init(strength: Double, training: RowCells, validation: RowCells?) {
        self.strength = strength
        self.training = training
        self.validation = validation
    }

    /// Which rate of which group each row counts for.
    package struct RowCells: Sendable {
        package let kinds: Int
        package let groups: Int
        /// `[rows, kinds]`: a group, or −1 for none.
        package let codes: [Int32]
        /// One a row.
        package let weights: [Float]

        package init(kinds: Int, groups: Int, codes: [Int32], weights: [Float]) {
            precondition(codes.count == kinds * weights.count, "a code a row and kind")
            self.kinds = kinds
            self.groups = groups
            self.codes = codes
            self.weights = weights
        }

        package var rows: Int { weights.count }

        func selecting(_ chosen: [Int]) -> RowCells {
            RowCells(
                kinds: kinds, groups: groups,
                codes: chosen.flatMap { codes[$0 * kinds..<($0 + 1) * kinds] },
                weights: chosen.map { weights[$0] })
        }

        /// For each kind and group the weights of its rows.
        var totals: [Double] {
            var sums = [Double](repeating: 0, count: kinds * groups)
            for row in 0..<rows {
                for kind in 0..<kinds where codes[row * kinds + kind] >= 0 {
                    sums[kind * groups + Int(codes[row * kinds + kind])] += Double(weights[row])
                }
            }
            return sums
        }

        /// For each kind and group its rate − the mean of its kind's; 0 for a group without rows.
        package func deviations(logits: [Float]) -> [Double] {
            let totals = totals
            var sums = [Double](repeating: 0, count: kinds * groups)
            for row in 0..<rows {
                let score = Double(weights[row]) / (1 + Double.exp(-Double(logits[row])))
                for kind in 0..<kinds where codes[row * kinds + kind] >= 0 {
                    sums[kind * groups + Int(codes[row * kinds + kind])] += score
                }
            }
            for kind in 0..<kinds {
                let own = (kind * groups..<(kind + 1) * groups).filter { totals[$0] > 0 }
                for place in own { sums[place] /= totals[place] }
                let mean = own.reduce(0) { $0 + sums[$1] } / Double(max(own.count, 1))
                for place in own { sums[place] -= mean }
            }
            return sums
        }
    }

    /// Each row's factor of its score, over the weight that the loss gives it.
    ///
    /// - Parameters:
    ///   - deviations: Of the groups at present.
    ///   - lossWeights: One a row; they need not be those of the rates.
    package func pushes(_ deviations: [Double], lossWeights: Buffer) -> [Float] {
        let totals = training.totals
        let all = lossWeights.floats(0..<training.rows)
        let sum = all.reduce(0.0) { $0 + Double($1) }
        return (0..<training.rows).map { row in
            guard all[row] > 0 else { return 0 }
            var push = 0.0
            for kind in 0..<training.kinds {
                let code = training.codes[row * training.kinds + kind]
                guard code >= 0 else { continue }
                let place = kind * training.groups + Int(code)
                push += 2 * strength * deviations[place] / totals[place]
            }
            return Float(push * Double(training.weights[row]) * sum / Double(all[row]))
        }
    }

    /// What is added to the loss of rows.
    package func value(_ deviations: [Double]) -> Double {
        strength * deviations.reduce(0) { $0 + $1 * $1 }
    }
}

/// A `FairPenalty` in a training: measures the groups' rates, and keeps each row's factor.
// Sendable is unchecked because the factors are written between the workers' runs only.
final class FairPenaltyStep: @unchecked Sendable {
    /// One a training row.
    let pushes: Buffer
    let interval: Int
    private let penalty: FairPenalty
    private let sample: EncodedData
    private let sampleCells: FairPenalty.RowCells
    private let evaluator: NetworkEvaluator
    private let lossWeights: Buffer

    private static let sampleRows = 2048
    private static let updatesPerEpoch = 8

    init(
        _ penalty: FairPenalty, data: EncodedData, evaluator: NetworkEvaluator, stepsPerEpoch: Int
    ) {
        precondition(penalty.training.rows == data.rows, "cells of other rows")
        self.penalty = penalty
        self.evaluator = evaluator
        lossWeights = data.weights
        interval = max(1, stepsPerEpoch / Self.updatesPerEpoch)
        let count = min(data.rows, Self.sampleRows)
        // All rows of small groups are in it: what is measured of few rows is mostly noise.
        let chosen = Self.sample(penalty.training, count: count)
        sample = data.selecting(chosen)
        sampleCells = penalty.training.selecting(chosen)
        pushes = Buffer(count: data.rows)
    }

    /// Equally many rows of each cell of the finest kind, as far as there are as many; evenly chosen.
    private static func sample(_ cells: FairPenalty.RowCells, count: Int) -> [Int] {
        let members = Dictionary(grouping: 0..<cells.rows) { row in
            (0..<cells.kinds).map { cells.codes[row * cells.kinds + $0] }
        }
        let sorted = members.values.sorted { ($0.count, $0[0]) < ($1.count, $1[0]) }
        var (left, chosen) = (count, [Int]())
        for (place, rows) in sorted.enumerated() {
            let most = min(rows.count, left / (sorted.count - place))
            for index in 0..<most { chosen.append(rows[index * rows.count / most]) }
            left -= most
        }
        return chosen.sorted()
    }

    /// Measures the rates anew.
    func refresh(_ parameters: Buffer) {
        let deviations = sampleCells.deviations(
            logits: evaluator.values(of: sample, weights: parameters))
        pushes.copy(
            from: Buffer(penalty.pushes(deviations, lossWeights: lossWeights)), at: 0, to: 0,
            count: pushes.count)
    }

    /// What is added to the loss of the validation rows.
    func validationValue(_ data: EncodedData, weights: Buffer) -> Double {
        guard let cells = penalty.validation, cells.rows == data.rows else { return 0 }
        return penalty.value(
            cells.deviations(logits: evaluator.values(of: data, weights: weights)))
    }
}
