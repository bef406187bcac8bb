import DataEfficiency
import Models
import Platform
import Prediction
package import Reporting
package import Runs
import Tables

/// What `vouch data regions` is asked.
package struct RegionsRequest: Sendable {
    package var run: String
    /// A file of rows like those that the model will be asked about.
    package var reference: String?
    /// A file of rows that could be labelled.
    package var pool: String?
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(_ run: String) { self.run = run }
}

/// What came of it.
package struct RegionsAnswer: Sendable {
    package var document: TableDocument
    /// A line a region and a group.
    package var csv: [UInt8]
    /// Why parts are missing; `nil` where none is.
    package var interruption: Interruption?
}

/// Rows of a file that a run's model is asked about, with all columns that it needs.
struct NewRows {
    let path: String
    let bytes: [UInt8]
    let table: Table
    /// In sentences.
    var name: String { Files.name(of: path) }

    /// - Throws: where the file has no rows, lacks columns or has them of other kinds: each is named.
    init(_ path: String, _ model: ModelBundle, _ request: RegionsRequest, threads: Int) throws {
        self.path = path
        bytes = try rowBytes(path)
        table = try model.rows(bytes, name: path, reading: request.reading, threads: threads)
        guard table.rowCount > 1 else {
            throw VouchError(
                "\(path) has \(table.rowCount == 0 ? "no rows" : "one row"). Give a file with rows like those that "
                    + "the model is for, a few hundred at least")
        }
        // The encoder names every column that is missing or of another kind.
        _ = try model.encoder.encode(table)
    }

    /// The places of rows with an answer.
    func answered(_ target: String) -> [Int] {
        guard let column = table.column(named: target) else { return [] }
        return (0..<table.rowCount).filter { !column.isMissing($0) }
    }

    func counted(_ schema: Schema) throws -> CountedRows {
        try CountedRows(
            table, weights: table.weights(in: schema.names(.weight).first)?.map(Double.init),
            clusters: table.codes(in: schema.names(.group).first))
    }
}
