package import Prediction

/// Something against a drawback that changes a model's outputs alone.
///
/// It is fitted on rows that are not those on which it is proved, and never believed: a proof measures
/// before and after on the same untouched rows. One that trains again needs several seeds
/// (`Statistics.CrossedComparison`) and is no output remedy.
package protocol OutputRemedy: Sendable {
    var description: RemedyDescription { get }
    /// - Throws: an error that says why these rows cannot be used.
    func fitted(on rows: LabelledPredictions) throws -> any FittedOutputRemedy
}

package protocol FittedOutputRemedy: Sendable {
    /// What was fitted, such as `temperature 1.52`.
    var text: String { get }
    func applied(to predictions: Predictions) -> Predictions
}

package struct RemedyDescription: Sendable, Hashable {
    /// Stable, as written on a command line: `temperature-scaling`.
    package var id: String
    package var name: String
    package var drawback: Drawback
    /// The id of the metric by which it is judged.
    package var judgedBy: MetricID
    package var source: String

    package init(
        id: String, name: String, drawback: Drawback, judgedBy: MetricID, source: String
    ) {
        self.id = id
        self.name = name
        self.drawback = drawback
        self.judgedBy = judgedBy
        self.source = source
    }
}
