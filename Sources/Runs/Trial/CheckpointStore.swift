import Foundation
package import Models
import NN
import Platform
import RunStore
import Tables
package import Training

/// Where an unfinished training of a run folder keeps its checkpoints.
package func trainingFolder(of output: String) -> String {
    Files.folder(of: output) + "/." + Files.name(of: output) + ".training"
}

/// The place of an unfinished training: `.NAME.training` beside the run folder, locked by the
/// process that trains.
///
/// A checkpoint appears whole or not at all, so a kill loses at most the epochs since the last one,
/// and the continued training gives the same bits.
package final class CheckpointStore {
    private let folder: String
    /// What the checkpoint must have been made with: configuration and data.
    private let fingerprint: String
    private let lock: FileLock

    package init(output: String, fingerprint: String) throws {
        let folder = trainingFolder(of: output)
        try Files.makeFolder(folder)
        let lock = try FileLock(folder, for: "training in")
        self.folder = folder
        self.fingerprint = fingerprint
        self.lock = lock
    }

    private func file(_ fold: Int) -> String { folder + "/checkpoint\(fold).safetensors" }

    package func save(_ state: TrainingState, fold: Int) throws {
        var tensors = Safetensors(metadata: [
            "fingerprint": fingerprint,
            "header": String(decoding: try JSON.encode(state.header), as: UTF8.self),
        ])
        for (name, numbers) in state.tensors {
            tensors.add(name, shape: [numbers.count], numbers)
        }
        try AtomicFile.write(tensors.encoded(), to: file(fold))
    }

    /// The last checkpoint, or `nil` where the training was killed before the first.
    ///
    /// - Throws: `VouchError` when it belongs to another configuration or other data.
    package func load(fold: Int) throws -> TrainingState? {
        let file = file(fold)
        guard Files.exists(file) else { return nil }
        let tensors = try Safetensors(decoding: try Files.read(file), file: file)
        guard tensors.metadata["fingerprint"] == fingerprint else {
            throw VouchError(
                "--resume: the checkpoint in \(folder) was made with other options or other data. "
                    + "Repeat the options of the first run, or leave --resume out to train anew")
        }
        let header = try JSON.decode(
            TrainingState.Header.self, from: Array((tensors.metadata["header"] ?? "").utf8),
            file: file)
        var state = TrainingState(header: header, tensors: [:])
        for name in tensors.names { state.tensors[name] = try tensors.floats(name) }
        return state
    }

    func removeCheckpoints() throws {
        for name in try Files.names(in: folder) { try Files.remove(folder + "/" + name) }
    }

    /// Ends the training's place, once the run folder stands.
    package func remove() throws {
        try Files.remove(folder)
    }

    /// Leaves nothing behind a training that failed before its first checkpoint. A failure to
    /// clear it leaves a hidden folder, which the next training takes.
    package func removeIfEmpty() {
        if !Files.exists(file(0)) { try? Files.remove(folder) }
    }
}

/// JSON as the run folder writes it: sorted keys, readable, the same bytes for the same value.
package enum JSON {
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return Array(try encoder.encode(value))
    }

    package static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], file: String, kinds: InputKinds = .shipped
    ) throws -> Value {
        let decoder = JSONDecoder()
        decoder.userInfo[.columnEncoders] = kinds.encoders
        decoder.userInfo[.blockStems] = kinds.stems
        decoder.userInfo[.columnResources] = kinds.resources
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try decoder.decode(type, from: Data(bytes))
        } catch {
            throw VouchError(
                "\(file) cannot be read: \(error). "
                    + "It was written by another version of vouch, or changed; train again")
        }
    }
}
