import Kernels
import RealModule

/// Why a training is taken to diverge: its learning rate is too large for it.
package enum Divergence: Sendable, Hashable, Codable {
    /// A loss or gradient was not finite.
    case notFinite(step: Int, node: String)
    /// An epoch's mean training loss was more than `DivergenceRule.explosion` times the reference.
    case exploded(epoch: Int, loss: Double, reference: Double)
    /// An epoch's mean training loss was more than `DivergenceRule.growth` times the reference, and the best validation loss
    /// is not below that of the constant prediction by more than `DivergenceRule.standardErrors` standard errors.
    case noBetterThanConstant(epoch: Int, loss: Double, constant: Double)
}

/// When a training is taken to diverge.
///
/// The reference is the larger of the loss of the first batch, before any weight moved, and the training rows' loss of the
/// best constant prediction. A training that does not beat the constant is only taken to diverge where its training loss
/// also grew: rows without a signal, few steps and a strong penalty do not beat it either, and a smaller rate would not
/// help them.
///
/// On five folds of credit_g the recipe's rate left each epoch's mean below 0.95 times the first batch's loss; rates from 0.1 to 10 on
/// credit_g and sonar left one between 1.5 and 10¹⁰ times it, and a best validation loss of no use. Some trainings with momentum whose
/// loss grew fourteenfold recovered and were good, which is why growth alone counts from a hundredfold on.
package struct DivergenceRule: Sendable {
    package static let explosion = 100.0
    package static let growth = 1.25
    package static let standardErrors = 2.0

    /// Not smaller than 0.
    package var reference: Double

    package init(reference: Double) { self.reference = reference }

    /// Whether an epoch ends the training at once.
    package func explosion(in record: EpochRecord) -> Divergence? {
        guard !(record.trainingLoss <= Self.explosion * reference) else { return nil }
        return .exploded(epoch: record.epoch, loss: record.trainingLoss, reference: reference)
    }

    /// What a training that ended comes to.
    ///
    /// - Parameters:
    ///   - stepsPerEpoch: Of a whole epoch. The mean of part of one says nothing of growth: its batches are few.
    ///   - stop: Why it ended.
    ///   - gain: Of the kept weights over the constant prediction, in validation loss; `nil` without validation rows.
    package func divergence(
        _ history: [EpochRecord], stepsPerEpoch: Int, stop: StopReason, gain: () -> GainOverConstant?
    ) -> Divergence? {
        switch stop {
        case .numericalFailure(let step, let node): return .notFinite(step: step, node: node)
        case .diverged(let cause): return cause
        case .converged, .maximumEpochs, .maximumSteps, .budget, .interrupted: break
        }
        if let exploded = history.lazy.compactMap({ explosion(in: $0) }).first { return exploded }
        let grown = history.first {
            $0.step == $0.epoch * stepsPerEpoch && $0.trainingLoss > Self.growth * reference
        }
        guard let grown, let gain = gain(), !gain.isAboveNoise else { return nil }
        return .noBetterThanConstant(
            epoch: grown.epoch, loss: gain.loss, constant: gain.constant)
    }
}

/// How much lower the validation loss of weights is than that of the best constant prediction of the training rows.
package struct GainOverConstant: Sendable, Hashable {
    package var loss: Double
    package var constant: Double
    /// Of `constant − loss`, by the spread of the rows' differences.
    package var standardError: Double

    /// Both are weighted means over the same rows, and the difference is paired.
    ///
    /// - Precondition: as many of each; at least one.
    package init(losses: [Double], constants: [Double], weights: [Double]) {
        let total = weights.reduce(0, +)
        func mean(_ values: [Double]) -> Double {
            zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
        }
        loss = mean(losses)
        constant = mean(constants)
        let gain = constant - loss
        let squares = losses.indices.reduce(0.0) {
            let rest = weights[$1] * (constants[$1] - losses[$1] - gain)
            return $0 + rest * rest
        }
        standardError = squares.squareRoot() / total
    }

    package var isAboveNoise: Bool {
        constant - loss > DivergenceRule.standardErrors * standardError
    }
}

/// The constant prediction of least loss: the classes' shares, the mean, or the median.
package struct ConstantPrediction: Sendable {
    /// What a network would put out.
    private let outputs: [Float]
    /// Of a class that no row had.
    private let unseen: Float
    private let loss: LossEvaluator.Loss

    /// - Returns: `nil` where an answer is a share of each class, or where no row counts.
    package init?(of rows: any RowSource, _ loss: LossEvaluator.Loss) {
        self.loss = loss
        let (labels, weights) = (rows.labels, rows.weights)
        guard labels.count == rows.rows else { return nil }
        let total = (0..<rows.rows).reduce(0.0) { $0 + Double(weights[$1]) }
        guard total > 0 else { return nil }
        // A class that no row has is taken to be half a row.
        let least = 0.5 / Double(rows.rows)
        unseen = Float(Double.log(least))
        func mean() -> Double {
            (0..<rows.rows).reduce(0.0) { $0 + Double(weights[$1]) * Double(labels[$1]) } / total
        }
        switch loss {
        case .binaryCrossEntropy:
            let share = min(max(mean(), least), 1 - least)
            outputs = [Float(Double.log(share / (1 - share)))]
        case .crossEntropy:
            var shares: [Double] = []
            for row in 0..<rows.rows {
                let label = Int(labels.index(at: row))
                while shares.count <= label { shares.append(0) }
                shares[label] += Double(weights[row]) / total
            }
            outputs = shares.map { Float(Double.log(max($0, least))) }
        case .squaredError: outputs = [Float(mean())]
        case .absoluteError:
            let order = (0..<rows.rows).sorted { labels[$0] < labels[$1] }
            var sum = 0.0
            let middle = order.first { row in
                sum += Double(weights[row])
                return sum >= total / 2
            }
            outputs = [labels[middle ?? order[0]]]
        }
    }

    /// Of each row; a class beyond those that were seen is as likely as one that no row had.
    package func losses(of rows: any RowSource) -> [Double] {
        var outputs = outputs
        if loss == .crossEntropy {
            let most = (0..<rows.rows).map { Int(rows.labels.index(at: $0)) }.max() ?? 0
            while outputs.count <= most { outputs.append(unseen) }
        }
        return (0..<rows.rows).map { row in
            loss.ofRow(outputs, 0, outputs.count, rows.labels, row)
        }
    }
}

extension Trainer {
    /// What this training's divergence is judged by; before or after any step. Where no first loss is known, by the constant
    /// alone.
    package func divergenceRule(_ loss: LossEvaluator.Loss) -> DivergenceRule {
        let constant = ConstantPrediction(of: data, loss).map { constant in
            Self.mean(constant.losses(of: data), data.weights)
        }
        return DivergenceRule(reference: max(constant ?? 0, firstLoss ?? 0))
    }

    /// Of the best weights so far; `nil` without validation rows or such weights.
    package func gainOverConstant(_ loss: LossEvaluator.Loss) -> GainOverConstant? {
        guard let validation, validation.labels.count == validation.rows,
            history.contains(where: \.isBest), let constant = ConstantPrediction(of: data, loss)
        else { return nil }
        return GainOverConstant(
            losses: validator.losses(of: validation, weights: best),
            constants: constant.losses(of: validation),
            weights: (0..<validation.rows).map { Double(validation.weights[$0]) })
    }

    private static func mean(_ losses: [Double], _ weights: Buffer) -> Double {
        var (sum, total) = (0.0, 0.0)
        for row in losses.indices {
            sum += Double(weights[row]) * losses[row]
            total += Double(weights[row])
        }
        return sum / total
    }
}
