package import Kernels
import RealModule
package import TensorCore

/// A penalty on the differences between groups' scores, as a term of the training loss.
///
/// `loss + strength · Σ_kinds Σ_g c_g ‖m_g − m‖²`, where `m_g` is the mean of the features of sigmoid(logit) over a
/// group's rows of a kind: all rows (demographic parity), those of label 1 (equal opportunity), those of each label
/// (equalized odds). What the features, `c` and the middle `m` are is the measure's. The gradient by a row's score `s` is
///
/// `a_g · φ'(s) / rows of g`, `a_g = 2 · strength · (c_g (m_g − m) − q_g Σ_h c_h (m_h − m))`
///
/// with `q_g` the share of `m_g` in `m`. The means are numbers of all rows, which a batch cut into shards does not know: they
/// are measured with the current weights on up to 2,048 rows, several times an epoch, and held fixed between. So
/// the batch's term is a sum over rows, each with factors of its own, whatever the shards; the features are those of
/// the row's present score, in the graph.
///
/// - Source: penalties on covariances, Zafar et al. 2017, PMLR 54:962; on differences of means, Bendekgey & Sudderth 2021,
///   arXiv:2105.14119; MinDiff, Prost et al. 2019, arXiv:1910.11779; HSIC, Pérez-Suay et al. 2017, arXiv:1710.05578, and
///   Gretton et al. 2005, DOI 10.1007/11564089_7.
package struct FeaturePenalty: GroupPenalty {
    package let strength: Double
    package let training: GroupCells
    package let validation: GroupCells?
    private let features: ScoreFeatures
    private let weighsByShare: Bool

    /// - Parameters:
    ///   - features: Of the score alone, `Σ_g (rate_g − mean of rates)²`; of a kernel's, distributions are told apart.
    ///   - weighsByShare: Whether the middle is the mean of all rows and each group counts by its squared share, `Σ_g p_g² ‖m_g
    ///     − m‖²`: with a kernel's features the Hilbert–Schmidt independence criterion, `[g = h]` between groups. Else
    ///     groups count the same.
    package init(
        _ features: ScoreFeatures = .score, weighsByShare: Bool = false, strength: Double,
        training: GroupCells, validation: GroupCells?
    ) {
        self.features = features
        self.weighsByShare = weighsByShare
        self.strength = strength
        self.training = training
        self.validation = validation
    }

    package var term: ScoreTerm { .features(features) }
    package var followsScores: Bool { true }

    package func rowNumbers(
        _ cells: GroupCells, logits: [Float], lossWeights: Buffer
    ) -> [Float] {
        pushes(deviations(cells, logits: logits), lossWeights: lossWeights)
    }

    package func value(_ cells: GroupCells, logits: [Float]) -> Double {
        value(deviations(cells, logits: logits))
    }

    /// How the groups' means differ from their middle.
    package struct Deviations: Sendable {
        /// `[kinds, groups, features]`; 0 for a group without rows.
        package var values: [Double]
        /// `[kinds, groups]`: the share of each mean in the middle, of training rows; 0 without rows.
        fileprivate var shares: [Double]
        /// `[kinds, groups]`: what its squared length counts.
        fileprivate var counts: [Double]
    }

    /// - Parameter cells: Rows that have the logits; the groups' shares are those of training rows.
    package func deviations(_ cells: GroupCells, logits: [Float]) -> Deviations {
        let (kinds, groups, width) = (cells.kinds, cells.groups, term.width)
        let totals = cells.totals
        var values = [Double](repeating: 0, count: kinds * groups * width)
        for row in 0..<cells.rows {
            let found = features.values(1 / (1 + Double.exp(-Double(logits[row]))))
            for kind in 0..<kinds {
                guard let place = cells.place(row, kind) else { continue }
                let weight = Double(cells.weights[row])
                for feature in 0..<width {
                    values[place * width + feature] += weight * found[feature]
                }
            }
        }
        let all = training.totals
        var shares = [Double](repeating: 0, count: kinds * groups)
        for kind in 0..<kinds {
            let own = (kind * groups..<(kind + 1) * groups).filter { totals[$0] > 0 }
            let sum = own.reduce(0) { $0 + all[$1] }
            for place in own {
                shares[place] =
                    weighsByShare && sum > 0 ? all[place] / sum : 1 / Double(own.count)
                for feature in 0..<width { values[place * width + feature] /= totals[place] }
            }
            for feature in 0..<width {
                let middle = own.reduce(0) { $0 + shares[$1] * values[$1 * width + feature] }
                for place in own { values[place * width + feature] -= middle }
            }
        }
        return Deviations(
            values: values, shares: shares,
            counts: weighsByShare
                ? shares.map { $0 * $0 } : [Double](repeating: 1, count: shares.count))
    }

    /// Each row's factors of its score's features, over the weight that the loss gives it: `[rows, width]`.
    ///
    /// - Parameters:
    ///   - deviations: Of the groups at present.
    ///   - lossWeights: One a row; they need not be those of the rates.
    package func pushes(_ deviations: Deviations, lossWeights: Buffer) -> [Float] {
        let (kinds, groups, width) = (training.kinds, training.groups, term.width)
        let totals = training.totals
        var factors = [Double](repeating: 0, count: kinds * groups * width)
        for kind in 0..<kinds {
            let own = kind * groups..<(kind + 1) * groups
            for feature in 0..<width {
                func counted(_ place: Int) -> Double {
                    deviations.counts[place] * deviations.values[place * width + feature]
                }
                let sum = own.reduce(0) { $0 + counted($1) }
                for place in own where totals[place] > 0 {
                    factors[place * width + feature] =
                        2 * strength * (counted(place) - deviations.shares[place] * sum)
                        / totals[place]
                }
            }
        }
        let all = lossWeights.floats(0..<training.rows)
        let sum = all.reduce(0.0) { $0 + Double($1) }
        var pushes = [Float](repeating: 0, count: training.rows * width)
        for row in 0..<training.rows where all[row] > 0 {
            let weight = Double(training.weights[row]) * sum / Double(all[row])
            for kind in 0..<kinds {
                guard let place = training.place(row, kind).map({ $0 * width }) else { continue }
                for feature in 0..<width {
                    pushes[row * width + feature] += Float(factors[place + feature] * weight)
                }
            }
        }
        return pushes
    }

    /// What is added to the loss of rows.
    package func value(_ deviations: Deviations) -> Double {
        var sum = 0.0
        for (index, value) in deviations.values.enumerated() {
            sum += deviations.counts[index / features.count] * value * value
        }
        return strength * sum
    }
}

extension ScoreFeatures {
    /// The features of a score.
    package func values(_ score: Double) -> [Double] {
        guard !centers.isEmpty else { return [score] }
        return centers.map { center in
            let distance = score - Double(center)
            return Double(factor) * Double.exp(-Double(sharpness) * distance * distance)
        }
    }
}
