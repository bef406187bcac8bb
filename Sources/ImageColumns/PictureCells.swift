package import Images
import Platform
package import Tables

/// The pictures that a column's cells name.
///
/// Paths are relative to the folder that the table is of or lies in, or to the archive that it is of.
package struct PictureCells {
    private let column: String
    private let table: Table

    package init(column: String, table: Table) {
        self.column = column
        self.table = table
    }

    /// What cells of a table of this name are relative to.
    package static func root(of table: String) -> String {
        if Files.isFolder(table) || isArchive(table) { return table }
        guard let slash = table.lastIndex(of: "/") else { return "." }
        return slash == table.startIndex ? "/" : String(table[..<slash])
    }

    /// Whether a path is that of an archive of arrays of pictures.
    package static func isArchive(_ path: String) -> Bool {
        path.lowercased().hasSuffix(".npz") && Files.kind(of: path) == .file
    }

    /// What is made of the pictures of some rows.
    ///
    /// - Throws: `TableError` naming the first cell that gives no picture.
    package func values<Value: Sendable>(
        of rows: [Int], _ transform: @Sendable (Picture) -> Value
    ) throws(TableError) -> [Value] {
        var result: [Value] = []
        try each(of: rows, transform) { result.append($1) }
        return result
    }

    /// What is made of the pictures of some rows, one after another, with their rows.
    ///
    /// - Throws: as `values`.
    package func each<Value: Sendable>(
        of rows: [Int], _ transform: @Sendable (Picture) -> Value,
        body: (_ row: Int, Value) -> Void
    ) throws(TableError) {
        guard let cells = table.column(named: column) else { return }
        let reader = try reader()
        var first: TableError?
        reader.stream(rows.map { cells.text($0) ?? "" }, threads: Machine.cores) { _, found in
            found.map { transform($0.picture) }
        } body: { place, found in
            guard first == nil else { return }
            switch found {
            case .success(let value): body(rows[place], value)
            case .failure(let error): first = failure(error, row: rows[place])
            }
        }
        if let first { throw first }
    }

    /// What tells each row's picture from others: a text of its size and pixels, equal for equal ones whatever their
    /// files are called; `nil` where a cell is empty.
    ///
    /// - Parameter named: What makes the text of the bytes.
    /// - Throws: `TableError` where the archive that holds them cannot be read.
    package func identities(
        _ named: @escaping @Sendable ([UInt8]) -> String
    ) throws(TableError) -> [Result<String, PictureError>?] {
        guard let cells = table.column(named: column) else { return [] }
        var result = [Result<String, PictureError>?](repeating: nil, count: cells.count)
        let rows = (0..<cells.count).filter { !cells.isMissing($0) }
        try reader().stream(
            rows.map { cells.text($0) ?? "" }, threads: Machine.cores
        ) { _, found in
            found.map { decoded in
                let picture = decoded.picture
                let size = [picture.height, picture.width, picture.channels]
                return named(size.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } + picture.bytes)
            }
        } body: { place, found in
            result[rows[place]] = found
        }
        return result
    }

    private func reader() throws(TableError) -> PictureReader {
        do throws(PictureError) {
            return try PictureReader(Self.root(of: table.name))
        } catch {
            throw failure(error, row: nil)
        }
    }

    /// The error of a column without a picture to learn from.
    static func noPicture(_ column: String, _ table: String) -> TableError {
        TableError(
            action: "encoding", source: table, column: column,
            problem: "no training row has a picture", advice: "Leave it out with --exclude")
    }

    /// The error of a row's cell.
    package func failure(_ error: PictureError, row: Int) -> TableError {
        failure(error, row: .some(row))
    }

    private func failure(_ error: PictureError, row: Int?) -> TableError {
        TableError(
            action: "reading a picture", source: table.name, line: row.flatMap { table.lines?[$0] },
            row: row.map { $0 + 1 }, column: column, problem: "\(error.path): \(error.problem)",
            advice: error.advice + (row == nil ? "" : " --skip-broken leaves out all such rows."))
    }
}

extension EncodedFeatures {
    /// Says of each row, at the place of the column's mark, whether it lacks the picture; nothing without a mark.
    mutating func markMissing(_ cells: Column, at mark: Int?) {
        guard let mark else { return }
        for row in 0..<cells.count where cells.isMissing(row) { numeric[row * numericWidth + mark] = 1 }
    }
}
