import Adoption
import ONNX
import Platform
package import Runs
import Tables

/// The text of `rows.yaml`, guessed for a model and a table, and what is left to a person.
package struct MappingStart: Sendable {
    package let text: String
    /// What has to be chosen, a line each.
    package let open: [String]

    /// - Parameters:
    ///   - model: An ONNX file.
    ///   - rows: A CSV file with the columns that the model takes.
    ///   - target: The column of answers; guessed if `nil`.
    /// - Throws: where either cannot be read, or there is no such column.
    package init(
        model path: String, rows: String, target: String?, except others: [String] = [],
        reading: TrainConfiguration.ReadingOptions
    ) throws {
        let model = try readONNX(path, as: Files.name(of: path), ONNXReader.read(file:limits:))
        var options = try csvOptions(reading, threads: Machine.cores)
        if let target { options.keepText(target, role: .target) }
        let table = try CSVReader.read(
            bytes: try CSVReader.bytes(path: rows), name: rows, options: options)
        for (option, name) in [("--target", target)] + others.map({ ("--exclude", $0) }) {
            guard let name, table.column(named: name) == nil else { continue }
            throw VouchError(
                "\(option) is \"\(name)\", and \(rows) has no such column; it has "
                    + table.columns.namesText)
        }
        let guess = MappingGuess(
            model, name: Files.name(of: path), table: table, target: target, except: Set(others))
        (text, open) = (guess.text, guess.open)
    }
}
