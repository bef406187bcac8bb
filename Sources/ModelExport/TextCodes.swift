import Foundation
import Tables

/// The texts that a category's column knows, each with its index; every other text has index 1.
///
/// A file compares texts byte by byte. Here two texts are one where they look alike, so that each known text stands
/// in the file under both of its normal forms.
struct TextCodes {
    private(set) var texts: [String] = []
    private(set) var indices: [Int] = []

    /// - Parameter missing: Texts that mean a missing cell, index 0, as an empty one does.
    init(_ encoder: CategoryEncoder, missing: [String]) {
        var seen: Set<[UInt8]> = []
        func add(_ text: String, _ index: Int) {
            guard seen.insert(Array(text.utf8)).inserted else { return }
            texts.append(text)
            indices.append(index)
        }
        for text in [""] + missing { add(text, 0) }
        for (text, index) in encoder.knownIndices.sorted(by: { $0.value < $1.value }) {
            add(text, Int(index))
            add(text.precomposedStringWithCanonicalMapping, Int(index))
            add(text.decomposedStringWithCanonicalMapping, Int(index))
        }
    }
}
