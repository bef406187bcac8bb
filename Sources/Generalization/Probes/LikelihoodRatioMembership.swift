package import Evidence
import Prediction
import RealModule
import Statistics
import TensorCore

/// Whether rows that were learned from can be told from others by somebody who trains shadow models.
///
/// Each shadow model is trained as the run was, on a random half of its training rows. What the model is
/// more sure of than the shadow models that did not see the row, it is taken to have learned. Of a test
/// row, which no shadow model saw, half of them are looked at too, so that the number of looks tells
/// nothing.
///
/// Differs from the paper in this: the offline attack, where shadow models learn from training rows
/// alone.
///
/// - Source: Carlini et al. 2022, arXiv:2112.03570.
package struct LikelihoodRatioMembership: Probe {
    /// Shadow models.
    package var shadows: Int

    package init(shadows: Int = 16) {
        precondition(shadows > 1, "two shadow models at the least")
        self.shadows = shadows
    }

    package let description = ProbeDescription(
        id: "likelihoodRatioMembership", name: "Membership inference by likelihood ratio",
        drawback: .overfitting, needs: [.trainingPredictions, .repetition], looksAt: [.test],
        metrics: [MembershipMetrics.ratioArea, MembershipMetrics.ratioRate])

    package func expectedSeconds(_ subject: Subject) -> Double {
        Double(shadows) * (subject.repeater?.expectedSeconds ?? 0)
    }

    package func trainings(_ subject: Subject) -> Int { shadows }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let training = subject.training, let repeater = subject.repeater else {
            return Findings()
        }
        let random = CounterRandom(seed: subject.seed, name: "shadows of test rows")
        var ofTraining: [(values: [Double], learned: [Bool])] = []
        var ofTest: [(values: [Double], learned: [Bool])] = []
        for shadow in 0..<shadows {
            let made = try repeater.repetition(.half, seed: subject.seed &+ UInt64(shadow + 1))
            ofTraining.append((made.training.confidences, made.learned))
            ofTest.append(
                (
                    made.test.confidences,
                    (0..<subject.test.rows).map { row in
                        random.uniform(step: UInt32(shadow), index: UInt64(row)) < 0.5
                    }
                ))
        }
        func scores(
            _ target: LabelledPredictions, _ shadows: [(values: [Double], learned: [Bool])]
        ) -> [Double] {
            LikelihoodRatio(
                target: target.confidences, shadows: shadows.map(\.values),
                learned: shadows.map(\.learned)
            ).scores
        }
        // A row that every shadow model saw, one in 2¹⁶, cannot be scored.
        let (members, memberScores) = training.scored(scores(training, ofTraining))
        let (others, otherScores) = subject.test.scored(scores(subject.test, ofTest))
        let attack = try MembershipAttack(
            members, scores: memberScores, others, scores: otherScores)
        return Findings(
            measurements: attack.measurements(
                area: MembershipMetrics.ratioArea, rate: MembershipMetrics.ratioRate,
                note: "\(shadows) shadow models on halves of the training rows"))
    }
}

extension LabelledPredictions {
    /// How sure the model is of each row's answer, on a scale on which that is about normal: the logit
    /// of the true class's probability, or −log of a number's squared error.
    var confidences: [Double] {
        guard case .classes = answers else { return rowLosses.map { -Double.log($0 + 1e-12) } }
        return rowLosses.map { loss in
            // log p − log(1 − p); a probability of 1 counts as one that is 10⁻¹⁵ short of it.
            let rest = max(-Double.expMinusOne(-loss), 1e-15)
            return -loss - Double.log(rest)
        }
    }

    /// The rows that have a score, with it.
    fileprivate func scored(_ scores: [Double]) -> (LabelledPredictions, [Double]) {
        let kept = scores.indices.filter { !scores[$0].isNaN }
        return (selecting(kept), kept.map { scores[$0] })
    }
}
