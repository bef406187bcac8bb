package import Prediction
package import Tables

/// What a reader of rows and of a model's predictions must know of it: what it predicts, of which columns, and how it
/// decides.
package protocol DescribedModel: Sendable {
    var target: TargetEncoder { get }
    /// The columns of raw rows, with their roles.
    var schema: Schema { get }
    /// What wrong decisions cost; two classes only.
    var costs: LabelledPredictions.Costs? { get }
    /// How protected columns become groups.
    var groups: GroupNaming { get }
    /// Columns that every row needs, though cells may be empty.
    var requiredColumns: [String] { get }
    /// What of a table's rows those that the model learned from never had; `nil` where nobody knows.
    ///
    /// - Parameter table: `nil` for no rows yet.
    func unseenCells(in table: Table?) -> UnseenCells?
}

extension DescribedModel {
    /// Probability from which the positive class is decided; two classes only.
    package var threshold: Double { costs?.threshold ?? 0.5 }
}

extension ModelBundle: DescribedModel {
    package var requiredColumns: [String] { encoder.requiredColumns }

    package func unseenCells(in table: Table?) -> UnseenCells? {
        table.map { UnseenCells(encoder, in: $0) } ?? UnseenCells(encoder)
    }
}
