import Models
import Platform
import RunStore
import Runs
import Tables

/// A file of rows without labels: as the model reads them, and as they stand.
struct PoolFile {
    static let (rowName, roundName) = ("vouch_row", "vouch_round")
    static let (drawnName, whyName, whoName) = ("vouch_drawn", "vouch_why", "vouch_who")
    static let (random, chosen) = ("random", "chosen")

    let path: String
    let sha256: String
    /// As the model reads it.
    let table: Table
    /// As it stands, but for the target.
    let columns: [String]
    private let cells: [Column]
    /// Whether it has the target, whose cells nobody looks at.
    let hasTarget: Bool

    init(
        _ path: String, model: ModelBundle, reading: TrainConfiguration.ReadingOptions, threads: Int
    ) throws {
        let bytes = try CSVReader.bytes(path: path)
        self.path = path
        sha256 = ContentHash.sha256(bytes)
        table = try model.rows(bytes, name: path, reading: reading, threads: threads)
        guard table.rowCount > 0 else {
            throw VouchError("\(path) has no rows. Give a pool with at least one")
        }
        let texts = try Self.texts(
            bytes, name: path, columns: table.columns.map(\.name), reading, threads)
        if let taken = texts.columns.first(where: { $0.name.hasPrefix("vouch_") }) {
            throw VouchError(
                "\(path) has a column \"\(taken.name)\"; names that begin with vouch_ are those that a "
                    + "batch adds. Is it a batch in place of the pool? Else rename the column")
        }
        hasTarget = texts.column(named: model.target.column) != nil
        cells = texts.columns.filter { $0.name != model.target.column }
        columns = cells.map(\.name)
        if let weight = model.schema.names(.weight).first, table.column(named: weight) == nil {
            throw VouchError(
                "\(path) has no column \"\(weight)\", by which the run weighs its rows. Add it; 1 for "
                    + "all weighs them alike")
        }
    }

    /// One row, from 0.
    func texts(_ row: Int) -> [String?] { cells.map { $0.text(row) } }

    /// Every cell of a file as it stands; `nil` where it is empty.
    static func texts(
        _ bytes: [UInt8], name: String, columns: [String]? = nil,
        _ reading: TrainConfiguration.ReadingOptions, _ threads: Int
    ) throws -> Table {
        var options = try csvOptions(reading, threads: threads)
        let names =
            try columns
            ?? CSVReader.read(bytes: bytes, name: name, options: options).columns.map(\.name)
        for column in names { options.kinds[column] = .category }
        options.missingTokens = []
        return try CSVReader.read(bytes: bytes, name: name, options: options)
    }
}

extension LabelStore {
    /// Which rows of a pool may be asked: those that were not, by their place in the same file, or by their cells where
    /// they were asked from another.
    func open(_ pool: PoolFile, asksAgain: Bool) -> [Bool] {
        let labels = labels
        func isClosed(_ round: AskedRound, _ row: AskedRound.Row) -> Bool {
            !asksAgain || labels[AskedKey(round: round.round, row: row.row)] != nil
        }
        var open = [Bool](repeating: true, count: pool.table.rowCount)
        var elsewhere: Set<[String?]> = []
        for round in rounds {
            for row in round.rows where isClosed(round, row) {
                if round.poolSHA256 == pool.sha256 {
                    open[row.row - 1] = false
                } else if round.columns == pool.columns {
                    elsewhere.insert(row.cells)
                }
            }
        }
        guard !elsewhere.isEmpty else { return open }
        for row in open.indices where open[row] && elsewhere.contains(pool.texts(row)) {
            open[row] = false
        }
        return open
    }
}
