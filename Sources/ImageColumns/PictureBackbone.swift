import Images
package import Imports
import Kernels
import ONNX
import Synchronization

/// An imported network with what a run keeps of it, and the features that it has made of pictures so far.
package final class PictureBackbone: Sendable {
    /// A file that a run keeps: the model, or external data of it.
    package struct StoredFile: Sendable {
        package let name: String
        package let bytes: [UInt8]

        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    package let record: BackboneRecord
    package let files: [StoredFile]
    private let backbone: Backbone
    private let pool: WorkerPool
    private let cache: FeatureCache
    private let identity: @Sendable ([UInt8]) -> String

    /// - Parameters:
    ///   - files: The first is the model, the others its external data.
    ///   - threads: Workers that pictures are given to; their features do not depend on it.
    ///   - identity: A text that tells bytes from others, such as their SHA-256.
    package init(
        _ backbone: Backbone, record: BackboneRecord, files: [StoredFile], threads: Int,
        identity: @escaping @Sendable ([UInt8]) -> String
    ) {
        self.identity = identity
        self.backbone = backbone
        self.record = record
        self.files = files
        pool = WorkerPool(threads: threads)
        cache = FeatureCache.of(record)
    }

    package var features: Int { record.features }
    /// Of the pictures that it is given: 1 or 3.
    private var channels: Int { backbone.input.channels }

    /// A picture as the network takes it; `nil` where it has colours and the network has none.
    func prepared(_ picture: Picture) -> PreparedPicture? {
        guard channels == 3 || picture.isGrey else { return nil }
        let own = picture.with(channels: channels).resized(width: record.width, height: record.height)
        return PreparedPicture(bytes: own.bytes, identity: identity(own.bytes))
    }

    /// Features of prepared pictures, row by row. What has the same pixels is computed once.
    ///
    /// - Returns: `[pictures, features]`.
    /// - Throws: where features are no numbers.
    func features(of pictures: [PreparedPicture]) throws(ONNXError) -> [[Float]] {
        var known = cache.features(of: pictures.map(\.identity))
        var seen = Set(known.keys)
        let asked = pictures.filter { seen.insert($0.identity).inserted }
        let found = try backbone.features(rows: asked.count, channels: channels, pool: pool) { row, pixels in
            for (place, byte) in asked[row].bytes.enumerated() { pixels[place] = Float(byte) }
        }
        for (row, picture) in asked.enumerated() {
            let own = Array(found[row * features..<(row + 1) * features])
            known[picture.identity] = own
            cache.keep(own, of: picture.identity)
        }
        return pictures.map { known[$0.identity] ?? [] }
    }
}

/// A picture as a backbone takes it, and what tells it from others.
struct PreparedPicture: Sendable {
    let bytes: [UInt8]
    /// Of the bytes.
    let identity: String
}

/// Features by the pixels that they are of, for as long as the program runs: folds, repeats and studies of a run ask for
/// the same pictures again and again.
private final class FeatureCache: Sendable {
    /// In bytes; what comes later is computed again.
    private static let most = 1 << 28
    private static let caches = Mutex<[BackboneRecord: FeatureCache]>([:])

    private let known = Mutex<[String: [Float]]>([:])

    static func of(_ record: BackboneRecord) -> FeatureCache {
        caches.withLock { caches in
            if let own = caches[record] { return own }
            let made = FeatureCache()
            caches[record] = made
            return made
        }
    }

    /// Those that are known.
    func features(of identities: [String]) -> [String: [Float]] {
        known.withLock { known in identities.reduce(into: [:]) { $0[$1] = known[$1] } }
    }

    func keep(_ features: [Float], of identity: String) {
        known.withLock { known in
            guard known.count * features.count * MemoryLayout<Float>.size < Self.most else { return }
            known[identity] = features
        }
    }
}
