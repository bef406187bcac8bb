package import GraphIR
import Kernels
package import Platform
package import RunStore
import TensorCore
package import Training

/// Rows of numbers in a safetensors file: tensors `features` `[rows, features]` F32 and `labels` `[rows]` I32, and `weights`
/// `[rows]` F32 where rows weigh differently.
package struct StoredRows: Sendable {
    package let rows: Int
    /// Numbers of a row.
    package let features: Int
    package let isWeighted: Bool
    package let source: FileRows

    fileprivate enum Tensor {
        static let features = "features"
        static let labels = "labels"
        static let weights = "weights"
    }

    /// Reads labels and weights; numbers stay in the file.
    ///
    /// - Parameter path: What errors call the file.
    /// - Throws: where the file is of another format or damaged, or a weight cannot be.
    package init(
        _ file: PositionedFile, path: String, port: InputPort
    ) throws(RunStoreError) {
        func wrong(_ problem: String) -> RunStoreError {
            RunStoreError(
                file: path, problem: problem,
                nextStep: "Write the rows again by RowFile.write(to:features:).")
        }
        func wrong(_ error: PlatformError) -> RunStoreError {
            RunStoreError(file: path, problem: error.reason, nextStep: error.nextStep)
        }
        let header = try SafetensorsHeader(of: file.count, file: path) {
            range throws(RunStoreError) in
            do throws(PlatformError) { return try file.bytes(range) } catch { throw wrong(error) }
        }
        guard let features = header.entries[Tensor.features], features.type == .float32,
            features.shape.count == 2, features.shape[0] > 0, features.shape[1] > 0,
            features.shape[0] < 1 << 32
        else { throw wrong("it has no numbers '\(Tensor.features)' of shape [rows, features]") }
        let rows = features.shape[0]
        func column(
            _ name: String, _ type: Safetensors.ElementType
        ) throws(RunStoreError) -> Buffer {
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
            if let failure { throw wrong(failure) }
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
        self.rows = rows
        self.features = features.shape[1]
        source = FileRows(
            file, rows: rows,
            blocks: [FeatureBlock(port: port, element: .float32, shape: [features.shape[1]])],
            offsets: [features.range.lowerBound], labels: labels, weights: weights)
    }
}

/// Writes such a file part by part; it appears whole or not at all.
///
/// Labels and weights stay in memory until the end: 4 bytes a row, or 8 with weights.
package struct RowStream: ~Copyable {
    private let features: Int
    private let isWeighted: Bool
    private var file: StreamedFile
    private var labels: [Int32] = []
    private var weights: [Float] = []

    /// Bytes before the first row; they say how many follow, which is known at the end.
    private static let headerBytes = 4096

    package var rows: Int { labels.count }

    /// - Parameter features: Numbers of a row.
    package init(_ path: String, features: Int, isWeighted: Bool) throws(PlatformError) {
        file = try Self.begun(path)
        self.features = features
        self.isWeighted = isWeighted
    }

    /// A file with room for what stands before the rows.
    private static func begun(_ path: String) throws(PlatformError) -> StreamedFile {
        let file = try StreamedFile(path)
        try file.append([UInt8](repeating: 0, count: headerBytes))
        return file
    }

    /// - Parameters:
    ///   - numbers: `[rows, features]`.
    ///   - classes: One a row.
    ///   - own: One a row; `nil` for ones.
    package mutating func append(
        _ numbers: [Float], classes: [Int], weights own: [Float]?
    ) throws(PlatformError) {
        try file.append(numbers.span)
        for label in classes { labels.append(Int32(label)) }
        if isWeighted { weights += own ?? [Float](repeating: 1, count: classes.count) }
    }

    package mutating func finish() throws(PlatformError) {
        let header = SafetensorsHeader.encoded(
            [
                (StoredRows.Tensor.features, .float32, [rows, features]),
                (StoredRows.Tensor.labels, .int32, [rows]),
            ] + (isWeighted ? [(StoredRows.Tensor.weights, .float32, [rows])] : []),
            byteCount: Self.headerBytes)
        try file.append(labels.span)
        if isWeighted { try file.append(weights.span) }
        try file.replaceStart(header)
        try file.finish()
    }
}
