/// Named tensors in the safetensors format: an 8-byte little-endian header length, a JSON header,
/// then the tensors' bytes without gaps.
///
/// The same tensors and metadata always give the same bytes: the header's keys are sorted, the
/// tensors lie by element size (largest first) and then name, and spaces pad the header so that
/// every tensor starts at a multiple of its element size.
///
/// - Source: the format's description in huggingface/safetensors, README.md.
package struct Safetensors: Sendable, Hashable {
    package enum ElementType: String, Sendable, CaseIterable {
        case float32 = "F32"
        case float64 = "F64"
        case int32 = "I32"
        case int64 = "I64"
        case uint8 = "U8"
        case int8 = "I8"

        package var byteCount: Int {
            switch self {
            case .float64, .int64: 8
            case .float32, .int32: 4
            case .uint8, .int8: 1
            }
        }
    }

    package struct Entry: Sendable, Hashable {
        package var type: ElementType
        package var shape: [Int]
        /// Where its bytes lie in `data`.
        package var range: Range<Int>
    }

    package private(set) var entries: [String: Entry] = [:]
    package var metadata: [String: String]
    /// The bytes of all tensors; for one that was read, the whole file.
    private var data: [UInt8] = []

    package init(metadata: [String: String] = [:]) { self.metadata = metadata }

    package var names: [String] { entries.keys.sorted() }

    // MARK: adding

    package mutating func add(_ name: String, shape: [Int], _ values: [Float]) {
        append(name, .float32, shape, count: values.count)
        for value in values { appendLittleEndian(value.bitPattern) }
    }

    package mutating func add(_ name: String, shape: [Int], _ values: [Double]) {
        append(name, .float64, shape, count: values.count)
        for value in values { appendLittleEndian(value.bitPattern) }
    }

    package mutating func add(_ name: String, shape: [Int], _ values: [Int32]) {
        append(name, .int32, shape, count: values.count)
        for value in values { appendLittleEndian(UInt32(bitPattern: value)) }
    }

    package mutating func add(_ name: String, shape: [Int], _ values: [Int64]) {
        append(name, .int64, shape, count: values.count)
        for value in values { appendLittleEndian(UInt64(bitPattern: value)) }
    }

    package mutating func add(_ name: String, shape: [Int], _ values: [UInt8]) {
        append(name, .uint8, shape, count: values.count)
        data.append(contentsOf: values)
    }

    package mutating func add(_ name: String, shape: [Int], _ values: [Int8]) {
        append(name, .int8, shape, count: values.count)
        data.append(contentsOf: values.map { UInt8(bitPattern: $0) })
    }

    private mutating func append(_ name: String, _ type: ElementType, _ shape: [Int], count: Int) {
        precondition(entries[name] == nil, "the tensor '\(name)' is there already")
        precondition(name != "__metadata__", "the format keeps this name for itself")
        precondition(
            shape.allSatisfy { $0 >= 0 } && shape.reduce(1, *) == count,
            "the tensor '\(name)' of shape \(shape) does not have \(count) elements")
        let range = data.count..<data.count + count * type.byteCount
        entries[name] = Entry(type: type, shape: shape, range: range)
        data.reserveCapacity(range.upperBound)
    }

    private mutating func appendLittleEndian(_ bits: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            data.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
    }

    private mutating func appendLittleEndian(_ bits: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
            data.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
    }

    // MARK: taking out

    /// - Throws: `RunStoreError` if there is no such tensor or it is of another type or shape.
    package func floats(_ name: String, shape: [Int]? = nil) throws(RunStoreError) -> [Float] {
        try bits32(entry(name, .float32, shape)).map { Float(bitPattern: $0) }
    }

    package func doubles(_ name: String, shape: [Int]? = nil) throws(RunStoreError) -> [Double] {
        try bits64(entry(name, .float64, shape)).map { Double(bitPattern: $0) }
    }

    package func int32s(_ name: String, shape: [Int]? = nil) throws(RunStoreError) -> [Int32] {
        try bits32(entry(name, .int32, shape)).map { Int32(bitPattern: $0) }
    }

    package func int64s(_ name: String, shape: [Int]? = nil) throws(RunStoreError) -> [Int64] {
        try bits64(entry(name, .int64, shape)).map { Int64(bitPattern: $0) }
    }

    package func bytes(_ name: String, shape: [Int]? = nil) throws(RunStoreError) -> [UInt8] {
        Array(data[try entry(name, .uint8, shape).range])
    }

    package func int8s(_ name: String, shape: [Int]? = nil) throws(RunStoreError) -> [Int8] {
        data[try entry(name, .int8, shape).range].map { Int8(bitPattern: $0) }
    }

    private func entry(
        _ name: String, _ type: ElementType, _ shape: [Int]?
    ) throws(RunStoreError) -> Entry {
        let nextStep = "Use the version of vouch that wrote it, or train again."
        guard let entry = entries[name] else {
            throw RunStoreError(
                file: name, problem: "there is no tensor of this name", nextStep: nextStep)
        }
        guard entry.type == type, shape == nil || shape == entry.shape else {
            let wanted = shape.map { " of shape \($0)" } ?? ""
            throw RunStoreError(
                file: name,
                problem: "the tensor holds \(entry.type.rawValue) of shape \(entry.shape), where "
                    + "\(type.rawValue)\(wanted) was expected",
                nextStep: nextStep)
        }
        return entry
    }

    private func bits32(_ entry: Entry) -> [UInt32] {
        var result: [UInt32] = []
        result.reserveCapacity(entry.range.count / 4)
        for at in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: 4) {
            result.append(
                UInt32(data[at]) | UInt32(data[at + 1]) << 8 | UInt32(data[at + 2]) << 16
                    | UInt32(data[at + 3]) << 24)
        }
        return result
    }

    private func bits64(_ entry: Entry) -> [UInt64] {
        var result: [UInt64] = []
        result.reserveCapacity(entry.range.count / 8)
        for at in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: 8) {
            var bits: UInt64 = 0
            for byte in 0..<8 { bits |= UInt64(data[at + byte]) << UInt64(8 * byte) }
            result.append(bits)
        }
        return result
    }
}

// MARK: - The file

extension Safetensors {
    /// The file's bytes.
    package func encoded() -> [UInt8] {
        let order = entries.sorted {
            ($1.value.type.byteCount, $0.key) < ($0.value.type.byteCount, $1.key)
        }
        let header = SafetensorsHeader.encoded(
            order.map { ($0.key, $0.value.type, $0.value.shape) }, metadata: metadata)
        var file = Safetensors()
        file.data.reserveCapacity(header.count + order.reduce(0) { $0 + $1.value.range.count })
        file.data.append(contentsOf: header)
        for (_, entry) in order { file.data.append(contentsOf: data[entry.range]) }
        return file.data
    }

    /// Reads a file's bytes; every length, offset and shape must agree.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - file: Its name, for errors.
    /// - Throws: `RunStoreError` naming the tensor where there is one.
    package init(decoding bytes: [UInt8], file: String) throws(RunStoreError) {
        let header = try SafetensorsHeader(
            of: bytes.count, file: file, read: { Array(bytes[$0]) })
        self.init(metadata: header.metadata)
        entries = header.entries
        data = bytes
    }
}
