import Kernels
import TensorCore

/// A `GroupPenalty` in a training: keeps each row's numbers, and measures them anew where they hang on the scores.
// Sendable is unchecked because the numbers are written between the workers' runs only.
final class GroupPenaltyStep: @unchecked Sendable {
    /// `[training rows, the term's width]`
    let numbers: Buffer
    let interval: Int
    private let penalty: any GroupPenalty
    private let sample: EncodedData
    private let sampleCells: GroupCells
    private let evaluator: NetworkEvaluator
    private let lossWeights: Buffer

    private static let sampleRows = 2048
    private static let updatesPerEpoch = 8

    init(
        _ penalty: any GroupPenalty, data: any RowSource, evaluator: NetworkEvaluator,
        stepsPerEpoch: Int
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
        numbers =
            penalty.followsScores
            ? Buffer(count: data.rows * penalty.term.width)
            : Buffer(
                penalty.rowNumbers(
                    penalty.training.selecting([]), logits: [], lossWeights: data.weights))
    }

    /// Equally many rows of each cell of the finest kind, as far as there are as many; evenly chosen.
    private static func sample(_ cells: GroupCells, count: Int) -> [Int] {
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

    /// Measures the groups anew.
    func refresh(_ parameters: Buffer) {
        guard penalty.followsScores else { return }
        let found = penalty.rowNumbers(
            sampleCells, logits: evaluator.values(of: sample, weights: parameters),
            lossWeights: lossWeights)
        numbers.copy(from: Buffer(found), at: 0, to: 0, count: numbers.count)
    }

    /// What is added to the loss of the validation rows.
    func validationValue(_ data: any RowSource, weights: Buffer) -> Double {
        guard let cells = penalty.validation, cells.rows == data.rows else { return 0 }
        return penalty.value(cells, logits: evaluator.values(of: data, weights: weights))
    }
}
