import Explanation
import Prediction

/// The methods of attribution that can be asked about a model, the one that rows are explained by first.
func attributionMethods(_ predictor: any Prediction.Predictor) -> [any RowAttribution] {
    [ShapleyAttribution(), LinearSurrogate(.shapley), LinearSurrogate(.lime(width: 0.75))]
}
