import ImageColumns
import Images
import Platform
package import Tables

/// Rows that are pictures of a folder, or of an archive of arrays: a table of their paths and classes.
package enum PictureRows {
    /// Which of the pictures, where they are set apart, as in `train/CLASS/…` and `test/CLASS/…`.
    package enum Part: Sendable {
        case learned
        case measured
        case all
    }

    package static let pathColumn = "path"
    package static let labelColumn = "label"

    /// Whether rows of this name are pictures of a folder or an archive.
    package static func are(_ path: String) -> Bool {
        Files.isFolder(path) || PictureCells.isArchive(path)
    }

    /// The path itself where pictures in it are set apart for tests.
    static func testPart(of path: String) -> String? {
        guard are(path), let folder = try? PictureFolder.read(path), folder.parts.contains(.test) else { return nil }
        return path
    }

    fileprivate static func table(_ path: String, _ part: Part) throws(PictureError) -> Table {
        let folder = try PictureFolder.read(path)
        let all = folder.table()
        guard folder.parts.contains(.test), part != .all else {
            if part != .all { try folder.checkClasses() }
            return all
        }
        if part == .learned { try folder.checkClasses() }
        let rows = folder.entries.indices.filter { (folder.entries[$0].part == .test) == (part == .measured) }
        return all.selecting(rows: rows)
    }
}

/// The bytes of a file of rows; of a folder or an archive of pictures those of a table with a row a picture.
///
/// - Parameter part: Which pictures, where they are set apart.
package func rowBytes(_ path: String, of part: PictureRows.Part = .all) throws -> [UInt8] {
    guard PictureRows.are(path) else { return try CSVReader.bytes(path: path) }
    return CSVWriter.bytes(try PictureRows.table(path, part))
}

extension CSVOptions {
    /// Of a folder or an archive of pictures: classes are names, and only an empty cell is missing.
    package func readingPictures(of path: String) -> CSVOptions {
        guard PictureRows.are(path) else { return self }
        var options = self
        options.kinds[PictureRows.pathColumn] = .image
        options.kinds[PictureRows.labelColumn] = .category
        options.missingTokens = []
        return options
    }
}

extension Table {
    /// Without the rows whose pictures cannot be read.
    func leavingOutBroken(_ columns: [String], warn: (String) -> Void) -> Table {
        var broken: [Int: PictureError] = [:]
        for column in columns {
            for (row, error) in PictureCells(column: column, table: self).broken() { broken[row] = error }
        }
        guard let first = broken.keys.min(), let error = broken[first] else { return self }
        warn(
            "\(name): \(broken.count) of \(rowCount) rows are left out, as their pictures cannot be read; the first is "
                + "\(error.path): \(error.problem)")
        return selecting(rows: (0..<rowCount).filter { broken[$0] == nil })
    }
}

/// - Throws: where a form of model has no way to read pictures.
func checkPictures(_ schema: Schema, _ recipe: Recipe) throws(VouchError) {
    guard recipe.kind == ModelForms.curves,
        let column = schema.features.first(where: { $0.kind == .image })
    else { return }
    throw VouchError(
        setting: """
            \(named: Settings.kind) is \(recipe.kind.rawValue), a sum of curves to be read, and the column \
            "\(column.name)" holds pictures, of which there is no curve. Ask for another kind, or leave the column out
            """)
}
