package import Evidence
import Figures
import Prediction
import Statistics

/// What a model that can be read whole costs in quality: an additive model against the best black box, on the same
/// rows.
///
/// One of the two is the run's model; the other is trained at its standard settings on the same rows.
package struct GlassBoxPrice: Probe {
    package init() {}

    package let description = ProbeDescription(
        id: "glassBoxPrice", name: "Price of a model that can be read", drawback: .opacity,
        needs: [.counterpart], looksAt: [.test],
        metrics: [
            PriceMetrics.logLoss, PriceMetrics.accuracy, PriceMetrics.auc, PriceMetrics.error,
        ])

    package func expectedSeconds(_ subject: Subject) -> Double {
        subject.counterpart?.expectedSeconds ?? 0
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let counterpart = subject.counterpart else { return Findings() }
        let other = try counterpart.predictions()
        let test = subject.test
        let (glass, black) = subject.shapes.isEmpty ? (other, test) : (test, other)
        let names =
            subject.shapes.isEmpty
            ? "an additive model against this one" : "this model against an ensemble"
        // The readable model's metric minus the other's, the loss first.
        let changes = try glass.changes(
            from: black, numbers: [.rootMeanSquaredError: PriceMetrics.error],
            classes: test.predictions.width == 2
                ? [
                    .logLoss: PriceMetrics.logLoss, .accuracy: PriceMetrics.accuracy,
                    .rocAUC: PriceMetrics.auc,
                ] : [.logLoss: PriceMetrics.logLoss, .accuracy: PriceMetrics.accuracy])
        return Findings(
            measurements: changes.enumerated().map { place, change in
                var measured = Measurement(
                    change.metric, change.difference.estimate, on: test, group: names)
                if place == 0 {
                    measured.note = [Self.advice(change.difference), measured.note]
                        .compactMap { $0 }.joined(separator: "; ")
                }
                return measured
            })
    }

    /// Recommended where these rows do not show that it is worse.
    static func advice(_ difference: Difference) -> String {
        let judgement = Judgement(difference, direction: -1)
        switch judgement.verdict {
        case .worse, .changed:
            return "these rows show that a model that can be read is worse here, by so much"
        case .better:
            return
                "recommended: a model that can be read is better on these rows (--model additive)"
        case .cannotTell:
            let effect = judgement.minimumDetectableEffect.map {
                "; a true price of \(NumberText.plain($0)) would be found in 80 % of such samples"
            }
            return "recommended: these rows do not show that a model that can be read is worse "
                + "(--model additive)\(effect ?? "")"
        }
    }
}

/// Metrics of the price: the definitions.
package enum PriceMetrics {
    private static let source =
        "paired intervals as in vouch compare; Rudin 2019, arXiv:1811.10154, on models that can be read"

    package static let logLoss = MetricDefinition(
        id: .glassBoxPrice, name: "Price of a readable model in log loss",
        formula: "log loss of the additive model − log loss of the black box, on the same rows",
        unit: "nats", direction: -1, drawback: .opacity, source: source)
    package static let accuracy = MetricDefinition(
        id: .glassBoxPriceAccuracy, name: "Price of a readable model in accuracy",
        formula: "accuracy of the additive model − accuracy of the black box, on the same rows",
        direction: 1, drawback: .opacity, source: source)
    package static let auc = MetricDefinition(
        id: .glassBoxPriceAUC, name: "Price of a readable model in ROC AUC",
        formula: "ROC AUC of the additive model − ROC AUC of the black box, on the same rows",
        direction: 1, drawback: .opacity, source: source)
    package static let error = MetricDefinition(
        id: .glassBoxPriceError, name: "Price of a readable model in error",
        formula:
            "root mean squared error of the additive model − that of the black box, on the same rows",
        direction: -1, drawback: .opacity, source: source)
}

// Their ids.
extension MetricID {
    package static let glassBoxPrice = MetricID("glassBoxPrice")
    package static let glassBoxPriceAccuracy = MetricID("glassBoxPriceAccuracy")
    package static let glassBoxPriceAUC = MetricID("glassBoxPriceAUC")
    package static let glassBoxPriceError = MetricID("glassBoxPriceError")
}
