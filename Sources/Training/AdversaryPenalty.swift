package import Kernels
import RealModule
package import TensorCore

/// Learning against an adversary that guesses each row's group from its score.
///
/// The model minimises `loss + strength · Σ_kinds (log G + Σ_g 1/G · mean over a group's rows of log q_g(score))` of the `G`
/// groups, and the adversary `q`, a part of the same graph, maximises the same: the gradient is reversed
/// between them. The best adversary's gain is the Jensen–Shannon divergence of the groups' distributions of scores, in
/// nats, 0 where they are one (Goodfellow et al. 2014, arXiv:1406.2661, of two). Kinds are as those of `FeaturePenalty`; that
/// of equalized odds has outputs for each label, which is what telling the label to a linear adversary comes to.
///
/// Where it differs from the papers: every group counts the same, however many rows it has; the hidden layer; no part of the model's
/// gradient is projected away; both learn by the same optimizer and rate. Rows of no group say nothing.
///
/// - Source: Zhang, Lemoine & Mitchell 2018, arXiv:1801.07593; the reversal, Ganin & Lempitsky 2015, arXiv:1409.7495.
package struct AdversaryPenalty: GroupPenalty {
    package let strength: Double
    package let training: GroupCells
    package let validation: GroupCells?

    /// Of the divergence on validation rows.
    private static let bins = 10

    package init(strength: Double, training: GroupCells, validation: GroupCells?) {
        self.strength = strength
        self.training = training
        self.validation = validation
    }

    package var term: ScoreTerm {
        .adversary(
            ScoreAdversary(
                kinds: training.kinds, groups: training.groups, strength: Float(strength)))
    }

    package var followsScores: Bool { false }

    /// A row's shares: with the loss's weights those of a kind and group sum to one over the groups of the kind.
    package func rowNumbers(
        _ cells: GroupCells, logits: [Float], lossWeights: Buffer
    ) -> [Float] {
        let (kinds, groups) = (training.kinds, training.groups)
        let totals = training.totals
        let present = (0..<kinds).map { kind in
            Double(totals[kind * groups..<(kind + 1) * groups].count { $0 > 0 })
        }
        let all = lossWeights.floats(0..<training.rows)
        let sum = all.reduce(0.0) { $0 + Double($1) }
        var shares = [Float](repeating: 0, count: training.rows * term.width)
        for row in 0..<training.rows where all[row] > 0 {
            for kind in 0..<kinds {
                guard let place = training.place(row, kind), totals[place] > 0 else { continue }
                let share = Double(training.weights[row]) / (totals[place] * present[kind])
                shares[row * term.width + place] = Float(share * sum / Double(all[row]))
            }
        }
        return shares
    }

    /// The strength times what the best adversary would gain: the divergences, estimated as below and not by the adversary
    /// of the moment, which lags behind the model and gains nothing at all while it has learned nothing.
    package func value(_ cells: GroupCells, logits: [Float]) -> Double {
        let order = (0..<cells.rows).sorted { (logits[$0], $0) < (logits[$1], $1) }
        return strength
            * (0..<cells.kinds).reduce(0) {
                $0 + divergence(cells, kind: $1, logits: logits, order: order)
            }
    }

    /// The Jensen–Shannon divergence of the groups' scores, cut into bins of equally many rows, less what it is on
    /// average where the groups are one (Miller 1955's correction of entropies; rows of weights count as
    /// `(Σw)² / Σw²`); 0 where that leaves less.
    private func divergence(
        _ cells: GroupCells, kind: Int, logits: [Float], order: [Int]
    ) -> Double {
        let groups = cells.groups
        let rows = order.filter { cells.place($0, kind) != nil }
        let bins = min(Self.bins, rows.count)
        var counts = [Double](repeating: 0, count: groups * bins)
        var (totals, squares) = (
            [Double](repeating: 0, count: groups), [Double](repeating: 0, count: groups)
        )
        var bin = 0
        for (place, row) in rows.enumerated() {
            // Rows of one score are of one bin, in whatever order they stand.
            if place == 0 || logits[row] != logits[rows[place - 1]] {
                bin = place * bins / rows.count
            }
            let group = Int(cells.codes[row * cells.kinds + kind])
            let weight = Double(cells.weights[row])
            counts[group * bins + bin] += weight
            totals[group] += weight
            squares[group] += weight * weight
        }
        let present = (0..<groups).filter { totals[$0] > 0 }
        guard present.count > 1 else { return 0 }
        func part(_ share: Double) -> Double { share > 0 ? -share * Double.log(share) : 0 }
        var (found, chance) = (0.0, 0.0)
        for bin in 0..<bins {
            let shares = present.map { counts[$0 * bins + bin] / totals[$0] }
            let middle = shares.reduce(0, +) / Double(present.count)
            found += part(middle) - shares.reduce(0) { $0 + part($1) } / Double(present.count)
        }
        for group in present { chance += squares[group] / (totals[group] * totals[group]) }
        chance *= Double(bins - 1) / 2 / Double(present.count) * (1 - 1 / Double(present.count))
        return max(0, found - chance)
    }
}
