package import Evidence
package import Prediction
package import Statistics

/// Venn–Abers prediction of each class against the rest, its two probabilities merged into one; never
/// 0 or 1.
///
/// - Source: Vovk et al. 2015, arXiv:1511.00213.
package struct VennAbersCalibration: OutputRemedy {
    package init() {}

    package let description = RemedyDescription(
        id: "venn-abers", name: "Venn–Abers calibration", drawback: .overfitting,
        judgedBy: .logLoss, source: "Vovk et al. 2015, arXiv:1511.00213")

    package func fitted(on rows: LabelledPredictions) throws -> any FittedOutputRemedy {
        FittedVennAbers(
            maps: try OneAgainstRest(rows) { scores, isOfClass, weights in
                VennAbers(scores: scores, isPositive: isOfClass, weights: weights)
            })
    }
}

/// Fitted pairs of isotonic functions.
package struct FittedVennAbers: FittedOutputRemedy {
    let maps: OneAgainstRest<VennAbers>

    package var text: String { "two non-decreasing functions a class, merged" }

    package func applied(to predictions: Predictions) -> Predictions {
        maps.applied(to: predictions) { VennAbers.merged($0.bounds($1)) }
    }

    /// The two probabilities of the second of two classes, one pair a row; of more classes, of each
    /// class against the rest, `[rows, classes]`, before a row is divided by its sum.
    package func bounds(_ predictions: Predictions) -> [Bounds] {
        maps.each(predictions) { $0.bounds($1) }
    }
}
