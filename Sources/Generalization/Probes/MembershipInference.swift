package import Evidence
import Prediction

/// Whether rows that were learned from can be told from others by their loss alone.
///
/// A row is taken for learned where its loss is below a threshold. An area of ½ tells nothing; one
/// above it says that the model knows some of its rows, which is overfitting, and a matter of privacy.
///
/// - Source: Yeom et al. 2018, arXiv:1709.01604; judged as in Carlini et al. 2022, arXiv:2112.03570.
package struct MembershipInference: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "membershipInference", name: "Membership inference by loss", drawback: .overfitting,
        needs: [.trainingPredictions], looksAt: [.test],
        metrics: [MembershipMetrics.lossArea, MembershipMetrics.lossRate])

    package func expectedSeconds(_ subject: Subject) -> Double { 0.1 }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let training = subject.training else { return Findings() }
        let attack = try MembershipAttack(
            training, scores: training.rowLosses.map { -$0 },
            subject.test, scores: subject.test.rowLosses.map { -$0 })
        return Findings(
            measurements: attack.measurements(
                area: MembershipMetrics.lossArea, rate: MembershipMetrics.lossRate))
    }
}

/// Metrics of membership inference: the definitions.
package enum MembershipMetrics {
    package static let lossArea = MetricDefinition(
        id: .membershipAUC, name: "Membership inference by loss, AUC",
        formula: "P(loss of a row learned from < loss of a test row) + ½ P(equal); ½ tells nothing",
        direction: -1, drawback: .overfitting, source: "Yeom et al. 2018, arXiv:1709.01604")
    package static let lossRate = MetricDefinition(
        id: .membershipTruePositiveRate, name: "Membership inference by loss, TPR at 0.1 % FPR",
        formula:
            "share of rows learned from whose loss is below a threshold that 0.1 % of test rows are below",
        direction: -1, drawback: .overfitting, source: "Carlini et al. 2022, arXiv:2112.03570")
    package static let ratioArea = MetricDefinition(
        id: .likelihoodRatioAUC, name: "Membership inference by likelihood ratio, AUC",
        formula:
            "P(score of a row learned from > score of a test row) + ½ P(equal), for the confidence of "
            + "the model less the mean confidence of models that did not learn from the row",
        direction: -1, drawback: .overfitting, source: "Carlini et al. 2022, arXiv:2112.03570")
    package static let ratioRate = MetricDefinition(
        id: .likelihoodRatioTruePositiveRate,
        name: "Membership inference by likelihood ratio, TPR at 0.1 % FPR",
        formula:
            "share of rows learned from whose score is above a threshold that 0.1 % of test rows are above",
        direction: -1, drawback: .overfitting, source: "Carlini et al. 2022, arXiv:2112.03570")
}

// Their ids.
extension MetricID {
    package static let membershipAUC = MetricID("membershipAUC")
    package static let membershipTruePositiveRate = MetricID("membershipTruePositiveRate")
    package static let likelihoodRatioAUC = MetricID("likelihoodRatioAUC")
    package static let likelihoodRatioTruePositiveRate = MetricID("likelihoodRatioTruePositiveRate")
}
