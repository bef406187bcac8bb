package import Evidence
package import Prediction
import Statistics

/// The non-decreasing step function from probability to observed share, of each class against the rest.
///
/// It says 0 or 1 at the ends, so that a single wrong row there costs 35 nats of log loss.
///
/// - Source: Zadrozny & Elkan 2002, DOI 10.1145/775047.775151; as scikit-learn's
///   CalibratedClassifierCV(method="isotonic").
package struct IsotonicCalibration: OutputRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "isotonic", name: "Isotonic calibration", drawback: .overfitting,
        judgedBy: .logLoss, source: "Zadrozny & Elkan 2002, DOI 10.1145/775047.775151")

    package func fitted(on rows: LabelledPredictions) throws -> any FittedOutputRemedy {
        FittedIsotonic(
            maps: try OneAgainstRest(rows) { scores, isOfClass, weights in
                IsotonicFit(
                    places: scores, outcomes: isOfClass.map { $0 ? 1 : 0 }, weights: weights)
            })
    }
}

/// Fitted step functions.
struct FittedIsotonic: FittedOutputRemedy {
    let maps: OneAgainstRest<IsotonicFit>

    var text: String { "a non-decreasing function a class" }

    func applied(to predictions: Predictions) -> Predictions {
        maps.applied(to: predictions) { $0($1) }
    }
}
