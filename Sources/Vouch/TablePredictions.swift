import Models
import Prediction
import Runs
import Studies
import Tables

/// What a model says of rows.
public struct TablePredictions: Sendable, Hashable {
    public let rows: Int
    /// The classes in order; empty for a regression.
    public let classes: [String]
    /// `[rows, classes]` probabilities, or `[rows]` numbers in the target's unit.
    public let values: [Double]
    /// The class that is decided for each row: by the costs that the training was given, or the
    /// most probable one; empty for a regression.
    public let decisions: [String]

    /// The probability of a class, by row.
    ///
    /// - Returns: `nil` where there is no such class.
    public func probabilities(of label: String) -> [Double]? {
        guard let place = classes.firstIndex(of: label) else { return nil }
        return (0..<rows).map { values[$0 * classes.count + place] }
    }
}

extension TableModel {
    /// Predicts raw rows: columns in any order, further ones are ignored; cells may be missing, and
    /// categories new.
    ///
    /// - Parameter csv: A file with a header.
    /// - Throws: `TableFailure` with the columns that are needed and not there, or the first cell
    ///   that cannot be read.
    public func predict(csv: String) throws(TableFailure) -> TablePredictions {
        try TableFailure.wrapping {
            let (_, found) = try stored.predict(
                rowBytes(csv), name: csv, reading: .init(), threads: threads)
            return TablePredictions(
                rows: found.rows, classes: found.classes, values: found.values,
                decisions: found.classes.isEmpty ? [] : stored.decidedTexts(found))
        }
    }
}
