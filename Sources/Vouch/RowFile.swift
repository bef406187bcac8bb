import GraphIR
import Kernels
import Platform
import RunStore
import Runs
import Training

/// Rows to learn from in a file, for more of them than memory holds.
///
/// ```swift
/// let rows = try RowFile.write(to: "rows.safetensors", features: 20) { writer in
///     while let part = nextPart() {
///         try writer.append(features: part.features, labels: part.labels)
///     }
/// }
/// let classifier = try network.trainClassifier(rows: rows)
/// ```
///
/// The file is in the safetensors format, which other programs write and read too: tensors `features` `[rows,
/// features]` F32 and `labels` `[rows]` I32, and `weights` `[rows]` F32 where rows weigh differently. Numbers of a
/// size near 1 train best; nothing scales them.
///
/// Of the rows themselves none stays in memory: in it are 8 bytes a row, its label and its weight. While a training
/// reads a file, nothing may change it.
public struct RowFile: Sendable {
    public let path: String
    public let rows: Int
    /// Numbers of a row.
    public let features: Int
    /// Whether rows weigh differently in the loss.
    public let isWeighted: Bool
    let source: FileRows

    static let writing = "writing rows"
    private static let reading = "reading rows"

    /// Opens a file of rows and reads its labels and weights.
    ///
    /// - Throws: where the file cannot be read, is of another format or damaged, or a weight cannot be.
    public init(contentsOf path: String) throws(NetworkError) {
        let file: PositionedFile
        do { file = try PositionedFile(path) } catch { throw NetworkError(error) }
        let stored: StoredRows
        do { stored = try StoredRows(file, path: path, port: .numeric) } catch {
            throw NetworkError(Self.reading, at: path, error.problem, nextStep: error.nextStep)
        }
        self.path = path
        (rows, features) = (stored.rows, stored.features)
        (isWeighted, source) = (stored.isWeighted, stored.source)
    }

    /// - Throws: where the rows do not fit a network that tells so many classes apart.
    func check(for network: Network, classes: Int) throws(NetworkError) {
        func wrong(_ problem: String, _ nextStep: String) -> NetworkError {
            NetworkError(Self.reading, at: path, problem, nextStep: nextStep)
        }
        guard features == network.input.count else {
            throw wrong(
                "its rows have \(features) numbers, and the network takes \(network.input)",
                "Give the network an input of as many, or write other rows.")
        }
        for row in 0..<rows where !(0..<classes).contains(Int(source.labels.index(at: row))) {
            let label = source.labels.index(at: row)
            throw wrong(
                "row \(row) is of class \(label), and the network ends with \(classes) classes",
                "Number classes from 0, or end the network with a linear layer of as many as there are.")
        }
    }
}
