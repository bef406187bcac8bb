import GraphIR
import Kernels
import Platform
import RunStore
import TensorCore
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

    enum Tensor {
        static let features = "features"
        static let labels = "labels"
        static let weights = "weights"
    }

    /// Opens a file of rows and reads its labels and weights.
    ///
    /// - Throws: where the file cannot be read, is of another format or damaged, or a weight cannot be.
    public init(contentsOf path: String) throws(NetworkError) {
        func wrong(_ problem: String) -> NetworkError {
            NetworkError(
                Self.reading, at: path, problem,
                nextStep: "Write the rows again by RowFile.write(to:features:).")
        }
        let file: PositionedFile
        do { file = try PositionedFile(path) } catch { throw NetworkError(error) }
        let header: SafetensorsHeader
        do throws(RunStoreError) {
            header = try SafetensorsHeader(of: file.count, file: path) {
                range throws(RunStoreError) in
                do throws(PlatformError) { return try file.bytes(range) } catch {
                    throw RunStoreError(
                        file: path, problem: error.reason, nextStep: error.nextStep)
                }
            }
        } catch {
            throw wrong(error.problem)
        }
        guard let features = header.entries[Tensor.features], features.type == .float32,
            features.shape.count == 2, features.shape[0] > 0, features.shape[1] > 0,
            features.shape[0] < 1 << 32
        else { throw wrong("it has no numbers '\(Tensor.features)' of shape [rows, features]") }
        let rows = features.shape[0]
        func column(_ name: String, _ type: Safetensors.ElementType) throws(NetworkError) -> Buffer
        {
            guard let entry = header.entries[name], entry.type == type, entry.shape == [rows] else {
                throw wrong("it has no '\(name)' of type \(type.rawValue), one for each row")
            }
            let buffer = Buffer(count: rows)
            let failure = buffer.withMutableFloats(0..<rows) { words -> PlatformError? in
                do throws(PlatformError) {
                    try file.read(&words, at: entry.range.lowerBound)
                    return nil
                } catch { return error }
            }
            if let failure { throw NetworkError(failure) }
            return buffer
        }
        let labels = try column(Tensor.labels, .int32)
        isWeighted = header.entries[Tensor.weights] != nil
        let weights: Buffer
        if isWeighted {
            weights = try column(Tensor.weights, .float32)
            for row in 0..<rows where !(weights[row] >= 0 && weights[row].isFinite) {
                throw wrong("row \(row) weighs \(weights[row])")
            }
        } else {
            weights = Buffer(count: rows)
            weights.fill(0..<rows, with: 1)
        }
        self.path = path
        self.rows = rows
        self.features = features.shape[1]
        source = FileRows(
            file, rows: rows,
            blocks: [FeatureBlock(port: .numeric, element: .float32, shape: [features.shape[1]])],
            offsets: [features.range.lowerBound], labels: labels, weights: weights)
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
