#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What stands before the tensors of a safetensors file: their names, types, shapes and places. A file that is
/// larger than memory is read and written by it.
package struct SafetensorsHeader: Sendable {
    package private(set) var metadata: [String: String]
    /// Ranges are those of the file's bytes.
    package private(set) var entries: [String: Safetensors.Entry] = [:]

    // MARK: writing

    /// The bytes before the tensors, which follow in the given order without gaps.
    ///
    /// - Parameter byteCount: As many bytes as there are to be, a multiple of 8; `nil` for as few as can be.
    /// - Precondition: they suffice.
    package static func encoded(
        _ tensors: [(name: String, type: Safetensors.ElementType, shape: [Int])],
        metadata: [String: String] = [:], byteCount: Int? = nil
    ) -> [UInt8] {
        var parts: [(key: String, text: String)] = []
        var offset = 0
        for (name, type, shape) in tensors {
            let end = offset + shape.reduce(type.byteCount, *)
            let text =
                "{\"dtype\":\"\(type.rawValue)\",\"shape\":\(JSONText.integers(shape)),"
                + "\"data_offsets\":\(JSONText.integers([offset, end]))}"
            parts.append((name, text))
            offset = end
        }
        if !metadata.isEmpty {
            let pairs = metadata.sorted { $0.key < $1.key }.map {
                JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value)
            }
            parts.append(("__metadata__", "{" + pairs.joined(separator: ",") + "}"))
        }
        parts.sort { $0.key < $1.key }
        let text =
            "{" + parts.map { JSONText.quoted($0.key) + ":" + $0.text }.joined(separator: ",") + "}"
        let least = (text.utf8.count + 7) / 8 * 8
        let length = byteCount.map { $0 - 8 } ?? least
        precondition(length >= least && length.isMultiple(of: 8), "no room for the header")
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: UInt64(length) >> UInt64(8 * $0)) }
        bytes.append(contentsOf: text.utf8)
        bytes.append(
            contentsOf: repeatElement(UInt8(ascii: " "), count: length - text.utf8.count))
        return bytes
    }

    // MARK: reading

    private struct Description: Decodable {
        var dtype: String
        var shape: [Int]
        var offsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }

    private struct Header: Decodable {
        var metadata: [String: String] = [:]
        var tensors: [String: Description] = [:]

        struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            for key in container.allKeys {
                if key.stringValue == "__metadata__" {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    tensors[key.stringValue] = try container.decode(Description.self, forKey: key)
                }
            }
        }
    }

    /// Reads what stands before the tensors; every length, offset and shape must agree.
    ///
    /// - Parameters:
    ///   - byteCount: Of the whole file.
    ///   - file: Its name, for errors.
    ///   - read: Some bytes of the file.
    /// - Throws: `RunStoreError` naming the tensor where there is one, and what `read` throws.
    package init(
        of byteCount: Int, file: String, read: (Range<Int>) throws(RunStoreError) -> [UInt8]
    ) throws(RunStoreError) {
        func wrong(_ problem: String) -> RunStoreError {
            RunStoreError(
                file: file, problem: problem,
                nextStep: "Copy the file again from where it came, or train again.")
        }
        guard byteCount >= 8 else {
            throw wrong("it has \(byteCount) bytes; a safetensors file has at least 8")
        }
        var length: UInt64 = 0
        for (place, byte) in try read(0..<8).enumerated() {
            length |= UInt64(byte) << UInt64(8 * place)
        }
        guard length <= 100_000_000, length <= UInt64(byteCount - 8) else {
            throw wrong(
                "its header claims \(length) bytes where \(byteCount - 8) follow (it is cut off, "
                    + "or not a safetensors file)")
        }
        let start = 8 + Int(length)
        let bytes = try read(8..<start)
        guard bytes.first == UInt8(ascii: "{") else {
            throw wrong("its header does not start with '{', so it is not a safetensors file")
        }
        let header: Header
        do {
            header = try JSONDecoder().decode(Header.self, from: Data(bytes))
        } catch {
            throw wrong("its header is not the JSON of a safetensors file")
        }
        metadata = header.metadata
        for (name, description) in header.tensors.sorted(by: { $0.key < $1.key }) {
            guard let type = Safetensors.ElementType(rawValue: description.dtype) else {
                let known = Safetensors.ElementType.allCases.map(\.rawValue)
                    .joined(separator: ", ")
                throw wrong(
                    "the tensor '\(name)' is of type \(description.dtype); known are \(known)")
            }
            let offsets = description.offsets
            guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1],
                offsets[1] <= byteCount - start
            else {
                throw wrong(
                    "the tensor '\(name)' claims the bytes \(offsets) of "
                        + "\(byteCount - start) (the file is cut off or damaged)")
            }
            var size = type.byteCount
            for extent in description.shape {
                let (product, overflow) = size.multipliedReportingOverflow(by: extent)
                guard extent >= 0, !overflow else {
                    throw wrong(
                        "the tensor '\(name)' has the impossible shape \(description.shape)")
                }
                size = product
            }
            guard size == offsets[1] - offsets[0] else {
                throw wrong(
                    "the tensor '\(name)' of shape \(description.shape) needs \(size) bytes and "
                        + "claims \(offsets[1] - offsets[0])")
            }
            entries[name] = Safetensors.Entry(
                type: type, shape: description.shape, range: start + offsets[0]..<start + offsets[1]
            )
        }
        // Sorted by place, each must start where the one before it ends.
        var end = start
        for (name, entry) in entries.sorted(by: {
            ($0.value.range.lowerBound, $0.value.range.upperBound)
                < ($1.value.range.lowerBound, $1.value.range.upperBound)
        }) {
            guard entry.range.lowerBound == end else {
                let how = entry.range.lowerBound < end ? "overlaps" : "leaves a gap after"
                throw wrong("the tensor '\(name)' \(how) the one before it")
            }
            end = entry.range.upperBound
        }
        guard end == byteCount else {
            throw wrong("\(byteCount - end) bytes at its end belong to no tensor")
        }
    }
}
