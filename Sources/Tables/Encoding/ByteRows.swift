package import Platform

/// Rows of bytes, such as pixels, of which a network reads scaled numbers.
///
/// They are kept as bytes, a quarter of what numbers take, and scaled where a worker writes them into an input. Some
/// of the rows are a list of places beside the same bytes, so that splits and folds copy nothing.
package struct ByteRows: Sendable, Hashable {
    /// What a byte stands for: `(byte − center) / spread` of its channel, the last axis of a row.
    package struct Scale: Sendable, Hashable, Codable {
        package var centers: [Float]
        /// Greater than 0.
        package var spreads: [Float]

        /// - Precondition: there are as many centers as spreads, and one at least.
        package init(centers: [Float], spreads: [Float]) {
            precondition(centers.count == spreads.count && !centers.isEmpty, "a scale a channel")
            self.centers = centers
            self.spreads = spreads
        }
    }

    /// Bytes of a row.
    package let width: Int
    package let scale: Scale
    private let bytes: StoredBytes
    /// The stored row of each row; `nil` for all, in their order.
    private let places: [Int32]?

    /// - Parameter bytes: `[rows, width]`.
    /// - Precondition: the bytes are whole rows, and a row has equally many of each channel.
    package init(_ bytes: [UInt8], width: Int, scale: Scale) {
        precondition(
            width > 0 && bytes.count.isMultiple(of: width)
                && width.isMultiple(of: scale.centers.count), "bytes of another number")
        self.init(.memory(bytes), width, scale, places: nil)
    }

    fileprivate init(_ bytes: StoredBytes, _ width: Int, _ scale: Scale, places: [Int32]?) {
        self.bytes = bytes
        self.width = width
        self.scale = scale
        self.places = places
    }

    package var count: Int { places?.count ?? bytes.count / width }

    /// These rows, in this order.
    package func selecting(rows: [Int]) -> ByteRows {
        ByteRows(bytes, width, scale, places: rows.map { Int32(place(of: $0)) })
    }

    private func place(of row: Int) -> Int { places.map { Int($0[row]) } ?? row }

    /// The bytes of a row, as they are stored.
    package func stored(_ row: Int) -> ArraySlice<UInt8> {
        let start = place(of: row) * width
        return bytes.slice(start..<start + width)
    }

    /// What the network reads of a row's byte.
    package func number(_ row: Int, _ part: Int) -> Float {
        let channel = part % scale.centers.count
        let index = place(of: row) * width + part
        let byte = bytes.withSpan { $0[index] }
        return (Float(byte) - scale.centers[channel]) / scale.spreads[channel]
    }

    /// What each of the 256 bytes stands for, channel by channel.
    package var numbers: [Float] {
        zip(scale.centers, scale.spreads).flatMap { center, spread in
            (0..<256).map { (Float($0) - center) / spread }
        }
    }

    /// Writes a row's numbers.
    ///
    /// - Parameters:
    ///   - numbers: Those of this scale.
    ///   - target: Has room for them.
    ///   - start: Where the first goes.
    package func write(
        _ row: Int, _ numbers: Span<Float>, into target: inout MutableSpan<Float>, at start: Int
    ) {
        let (first, channels) = (place(of: row) * width, scale.centers.count)
        bytes.withSpan { bytes in
            if channels == 1 {
                for part in 0..<width { target[start + part] = numbers[Int(bytes[first + part])] }
                return
            }
            for pixel in stride(from: 0, to: width, by: channels) {
                for channel in 0..<channels {
                    target[start + pixel + channel] =
                        numbers[channel << 8 + Int(bytes[first + pixel + channel])]
                }
            }
        }
    }
}

/// `[stored rows, width]`.
private enum StoredBytes: Sendable, Hashable {
    case memory([UInt8])
    /// More than memory should hold.
    case file(MappedFile)

    var count: Int {
        switch self {
        case .memory(let bytes): bytes.count
        case .file(let file): file.count
        }
    }

    func withSpan<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        switch self {
        case .memory(let bytes): body(bytes.span)
        case .file(let file): file.withBytes(body)
        }
    }

    func slice(_ range: Range<Int>) -> ArraySlice<UInt8> {
        switch self {
        case .memory(let bytes): bytes[range]
        case .file: withSpan { bytes in range.map { bytes[$0] } }[...]
        }
    }

    /// Two files are never the same.
    static func == (left: StoredBytes, right: StoredBytes) -> Bool {
        switch (left, right) {
        case (.memory(let left), .memory(let right)): left == right
        case (.file(let left), .file(let right)): left === right
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .memory(let bytes): hasher.combine(bytes)
        case .file(let file): hasher.combine(ObjectIdentifier(file))
        }
    }
}

/// Rows of bytes that come one after another: kept in memory up to a limit, and beyond it in a nameless file, so that a
/// hundred thousand pictures need no gigabyte.
package struct ByteRowsWriter: ~Copyable {
    /// In bytes; the default.
    package static let mostInMemory = 1 << 28
    /// So many are handed to the file at once.
    private static let piece = 1 << 22

    private let most: Int
    private var bytes: [UInt8] = []
    private var file: NamelessFile?
    /// Bytes that came.
    package private(set) var count = 0

    /// - Parameters:
    ///   - expected: As many bytes as there will probably be.
    ///   - most: As many bytes as are kept in memory.
    package init(expected: Int, most: Int = mostInMemory) {
        self.most = most
        if expected <= most { bytes.reserveCapacity(expected) }
    }

    /// - Throws: `PlatformError` where the file cannot be written, as where the disk is full.
    package mutating func append(_ row: [UInt8]) throws(PlatformError) {
        bytes += row
        count += row.count
        guard count > most, bytes.count >= Self.piece || file == nil else { return }
        try spill()
    }

    private mutating func spill() throws(PlatformError) {
        if file == nil { file = try NamelessFile() }
        try file?.append(bytes)
        bytes.removeAll(keepingCapacity: bytes.count <= 2 * Self.piece)
    }

    /// All rows; nothing comes after them.
    ///
    /// - Precondition: as of `ByteRows`.
    /// - Throws: as `append`.
    package mutating func finish(width: Int, scale: ByteRows.Scale) throws(PlatformError) -> ByteRows {
        if file != nil { try spill() }
        guard let file = file.take() else { return ByteRows(bytes, width: width, scale: scale) }
        return ByteRows(.file(try MappedFile(file)), width, scale, places: nil)
    }
}
