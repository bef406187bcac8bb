package import Kernels
package import TensorCore

/// A term of the training loss by which the rows' groups leave their scores alone.
///
/// What it is over all rows, no shard of a batch knows. So each row brings numbers of its own to the graph's input
/// `penalty`, and the batch's term is a sum over rows, whatever the shards.
package protocol GroupPenalty: Sendable {
    /// What the graph computes of a row's score and its numbers.
    var term: ScoreTerm { get }
    var training: GroupCells { get }
    /// Of the rows that decide which weights are kept, if there are some.
    var validation: GroupCells? { get }
    /// Whether the rows' numbers hang on the present scores, and are measured anew several times an epoch.
    var followsScores: Bool { get }

    /// Each training row's numbers, over the weight that the loss gives it: `[rows, term.width]`.
    ///
    /// - Parameters:
    ///   - cells: Of rows that have the logits, if `followsScores`; else of none.
    ///   - lossWeights: One a training row; they need not be those of the rates.
    func rowNumbers(_ cells: GroupCells, logits: [Float], lossWeights: Buffer) -> [Float]

    /// What is added to the loss of rows that have the logits.
    func value(_ cells: GroupCells, logits: [Float]) -> Double
}

/// What of the groups' scores a penalty compares.
package enum PenaltyMeasure: String, Codable, Sendable, Hashable, CaseIterable {
    /// The groups' mean scores.
    case means
    /// Whole distributions by a Gaussian kernel of length 0.1; of two groups it is half their squared maximum mean
    /// discrepancy (MinDiff).
    case mmd
    /// The Hilbert–Schmidt independence criterion of score and group, with that kernel. Small groups weigh little in it.
    case hsic
    /// What a network, which learns beside the model, can tell of the group from the score.
    case adversary

    package func penalty(
        strength: Double, training: GroupCells, validation: GroupCells?
    ) -> any GroupPenalty {
        switch self {
        case .adversary:
            AdversaryPenalty(strength: strength, training: training, validation: validation)
        case .means, .mmd, .hsic:
            FeaturePenalty(
                self == .means ? .score : .gaussian(), weighsByShare: self == .hsic,
                strength: strength, training: training, validation: validation)
        }
    }
}

/// Which rate of which group each row counts for.
package struct GroupCells: Sendable {
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

    func selecting(_ chosen: [Int]) -> GroupCells {
        GroupCells(
            kinds: kinds, groups: groups,
            codes: chosen.flatMap { codes[$0 * kinds..<($0 + 1) * kinds] },
            weights: chosen.map { weights[$0] })
    }

    /// Where the row's cell of a kind stands in `[kinds, groups]`; `nil` for none.
    func place(_ row: Int, _ kind: Int) -> Int? {
        let code = Int(codes[row * kinds + kind])
        return code >= 0 ? kind * groups + code : nil
    }

    /// For each kind and group the weights of its rows.
    var totals: [Double] {
        var sums = [Double](repeating: 0, count: kinds * groups)
        for row in 0..<rows {
            for kind in 0..<kinds {
                if let place = place(row, kind) { sums[place] += Double(weights[row]) }
            }
        }
        return sums
    }
}
