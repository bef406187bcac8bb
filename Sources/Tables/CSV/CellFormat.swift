/// How the cells of a column are written, as its file taught or a person says.
///
/// Kept in a run's schema, so that later files are read as the training file was.
package struct CellFormat: Codable, Sendable, Hashable {
    /// Of a column of numbers; `nil` where whole numbers alone taught nothing.
    package var number: NumberFormat?
    /// Of a column of dates.
    package var date: DateOrder?
    /// Texts of single cells that were no numbers or dates, and were taken as missing.
    package var missing: [String]

    package init(
        number: NumberFormat? = nil, date: DateOrder? = nil, missing: [String] = []
    ) {
        self.number = number
        self.date = date
        self.missing = missing
    }
}
