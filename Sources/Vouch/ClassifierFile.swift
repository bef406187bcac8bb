import CPURuntime
import GraphIR
import Kernels
import Platform
import RunStore
import Runs
import TensorCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Classifier {
    private static let format = "vouch classifier 1"

    /// What the file holds beside tensors.
    private struct Description: Codable {
        var network: Network
        var history: [Epoch]
        var trainingEnd: TrainingEnd
    }

    /// Writes the classifier to a file, whole or not at all.
    ///
    /// The file is in the safetensors format: a tensor a parameter, such as `layer1/weight`, which other
    /// programs can read too; the network stands as JSON in the metadata.
    ///
    /// - Throws: where the file cannot be written; what stood there before still does then.
    public func save(to path: String) throws(NetworkError) {
        let description = Description(
            network: network, history: history, trainingEnd: trainingEnd)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text: String
        do {
            text = String(decoding: try encoder.encode(description), as: UTF8.self)
        } catch {
            throw NetworkError(
                "writing a classifier", at: path, "it cannot be written as JSON: \(error)",
                nextStep: "Report this with the network's layers.")
        }
        var tensors = Safetensors(metadata: ["format": Self.format, "classifier": text])
        for entry in layout.entries {
            tensors.add(
                entry.spec.name, shape: entry.spec.shape.bound(rows: 0),
                parameters.floats(entry.range))
        }
        do {
            try AtomicFile.write(tensors.encoded(), to: path)
        } catch {
            throw NetworkError(error)
        }
    }

    /// Reads a classifier that `save(to:)` wrote. It predicts the same bits as the one that was saved.
    ///
    /// - Parameter threads: For `probabilities(of:)`; `nil` for as many as the process has processors.
    /// - Throws: where the file cannot be read, is damaged or of another format.
    public init(contentsOf path: String, threads: Int? = nil) throws(NetworkError) {
        let bytes: [UInt8]
        do { bytes = try Files.read(path) } catch { throw NetworkError(error) }
        let tensors: Safetensors
        do {
            tensors = try Safetensors(decoding: bytes, file: path)
        } catch {
            throw NetworkError(error)
        }
        let next = "Name a file that Classifier.save(to:) of this version wrote, or train again."
        func wrong(_ problem: String) -> NetworkError {
            NetworkError("reading a classifier", at: path, problem, nextStep: next)
        }
        guard tensors.metadata["format"] == Self.format,
            let text = tensors.metadata["classifier"]
        else { throw wrong("its metadata do not say '\(Self.format)'") }
        let description: Description
        do {
            description = try JSONDecoder().decode(Description.self, from: Data(text.utf8))
        } catch {
            throw wrong("the network in its metadata cannot be read: \(error)")
        }
        let layout = ParameterLayout(try description.network.inferenceGraph())
        let parameters = Buffer(count: layout.count)
        for entry in layout.entries {
            do {
                let numbers = try tensors.floats(
                    entry.spec.name, shape: entry.spec.shape.bound(rows: 0))
                parameters.copy(
                    from: Buffer(numbers), at: 0, to: entry.offset, count: entry.count)
            } catch {
                throw wrong(error.description)
            }
        }
        try self.init(
            network: description.network, history: description.history,
            end: description.trainingEnd, parameters: parameters,
            threads: threads ?? Machine.cores)
    }
}
