import Figures
import Tables

/// Rows that are equal, and whether they stay together in every split.
///
/// A row that was written twice must not stand on both sides, where it would be known by heart. Copies have one answer.
/// Where many rows with equal features have different answers, though, columns have so few values that rows are equal
/// by chance. To keep those of one answer together would then take whole answers away from some of the rows' likes:
/// training rows would say of them the opposite of what validation and test rows say. Such rows are split one by one.
struct RowCopies {
    /// Equal in features and target.
    let exact: DuplicateIndex
    /// Equal in features.
    let features: DuplicateIndex
    /// Why rows are split one by one; `nil` where copies stay together.
    let conflict: String?

    /// Of rows with equal features and different answers, the share from which on they are no copies.
    private static let mostConflicts = 0.05

    /// Of a table whose target is known.
    ///
    /// - Parameters:
    ///   - classes: One a row of the table; `nil` of a target that is a number.
    ///   - rows: Those that are looked at.
    init(
        _ table: Table, _ schema: Schema, _ target: TargetEncoder, classes: [Int32]?, rows: [Int]
    ) {
        self.init(
            table, features: schema.features.map(\.name), target: target.column, labels: classes,
            rows: rows)
    }

    /// - Parameters:
    ///   - labels: One a row of the table; `nil` of a target that is a number.
    ///   - rows: Those that are split.
    init(_ table: Table, features names: [String], target: String, labels: [Int32]?, rows: [Int]) {
        let features = DuplicateIndex(table, columns: names)
        let count = labels.map { features.conflicting($0, among: rows) } ?? 0
        exact = features.refined(by: [target], of: table)
        self.features = features
        guard Double(count) > Self.mostConflicts * Double(rows.count) else {
            conflict = nil
            return
        }
        conflict =
            "\(NumberText.count(count)) of \(NumberText.count(rows.count)) rows have the features of another row and "
            + "another answer, so that equal rows are taken for chance and split one by one"
    }

    /// A code a row, equal for rows that stay together; `nil` where none do.
    var together: [Int32]? { conflict == nil ? exact.codes : nil }
}
