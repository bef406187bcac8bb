import ImageColumns
import Images
import Platform
import RunStore
package import Tables

/// Rows that are pictures of a folder, or of an archive of arrays: a table of their paths and classes.
package enum PictureRows {
    /// Which of the pictures, where they are set apart, as in `train/CLASS/…` and `test/CLASS/…`.
    package enum Part: Sendable {
        case learned
        case measured
        case all
    }

    package static let pathColumn = "picture"
    package static let labelColumn = "label"

    /// Whether rows of this name are pictures: of a folder, of an archive, or one.
    package static func are(_ path: String) -> Bool { areMany(path) || isPicture(path) }

    /// Whether a path is that of a folder or an archive, in which pictures may have classes.
    package static func areMany(_ path: String) -> Bool { Files.isFolder(path) || PictureCells.isArchive(path) }

    private static func isPicture(_ path: String) -> Bool {
        let ending = path.split(separator: ".").last?.lowercased() ?? ""
        return Files.kind(of: path) == .file
            && PictureFormat.allCases.contains { $0 != .npz && $0.extensions.contains(ending) }
    }

    /// The path itself where pictures in it are set apart for tests.
    package static func testPart(of path: String) -> String? {
        guard are(path), let folder = try? PictureFolder.read(path), folder.parts.contains(.test) else { return nil }
        return path
    }

    fileprivate static func table(_ path: String, _ part: Part) throws(PictureError) -> Table {
        if isPicture(path) {
            return Table(
                name: path, rowCount: 1,
                columns: [
                    Column(name: pathColumn, cells: .texts([Files.name(of: path)], kind: .image)),
                    Column(name: labelColumn, cells: .categories(codes: [-1], values: [])),
                ])
        }
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
    do throws(PictureError) {
        return CSVWriter.bytes(try PictureRows.table(path, part))
    } catch {
        throw VouchError("\(error)")
    }
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

extension Schema {
    /// Columns that tell which row a prediction is of: identifiers, and paths of pictures.
    package var namesOfRows: [String] {
        names(.id) + features.filter { $0.kind == .image }.map(\.name)
    }
}

extension Table {
    /// With pictures that are told apart by what they show, and not by what their files are called.
    ///
    /// - Parameter skipsBroken: Whether rows whose picture cannot be read are left out, and told of.
    /// - Throws: `TableError` naming the first such row, where they are not.
    func identifyingPictures(skipsBroken: Bool, warn: (String) -> Void) throws -> Table {
        var columns = columns
        var broken: [Int: PictureError] = [:]
        for (index, column) in columns.enumerated() where column.kind == .image {
            let cells = PictureCells(column: column.name, table: self)
            var places: [String: Int32] = [:]
            var values: [String] = []
            var codes: [Int32] = []
            for (row, found) in try cells.identities({ ContentHash.sha256($0) }).enumerated() {
                switch found {
                case nil: codes.append(-1)
                case .failure(let error):
                    guard skipsBroken else { throw cells.failure(error, row: row) }
                    broken[row] = error
                    codes.append(-1)
                case .success(let text):
                    let place = places[text] ?? Int32(values.count)
                    if Int(place) == values.count {
                        places[text] = place
                        values.append(text)
                    }
                    codes.append(place)
                }
            }
            columns[index].spelling =
                Column(name: column.name, cells: .categories(codes: codes, values: values)).texts
        }
        let told = Table(
            name: name, rowCount: rowCount, columns: columns, lines: lines, notes: notes, remarks: remarks)
        guard let first = broken.keys.min(), let error = broken[first] else { return told }
        warn(
            "\(name): \(broken.count) of \(rowCount) rows are left out, as their pictures cannot be read; the first is "
                + "\(error.path): \(error.problem)")
        return told.selecting(rows: (0..<rowCount).filter { broken[$0] == nil })
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
