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
    /// `[stored rows, width]`.
    private let bytes: [UInt8]
    /// The stored row of each row; `nil` for all, in their order.
    private let places: [Int32]?

    /// - Parameter bytes: `[rows, width]`.
    /// - Precondition: the bytes are whole rows, and a row has equally many of each channel.
    package init(_ bytes: [UInt8], width: Int, scale: Scale) {
        precondition(
            width > 0 && bytes.count.isMultiple(of: width)
                && width.isMultiple(of: scale.centers.count), "bytes of another number")
        self.init(bytes, width, scale, places: nil)
    }

    private init(_ bytes: [UInt8], _ width: Int, _ scale: Scale, places: [Int32]?) {
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
        return bytes[start..<start + width]
    }

    /// What the network reads of a row's byte.
    package func number(_ row: Int, _ part: Int) -> Float {
        let channel = part % scale.centers.count
        let byte = bytes[place(of: row) * width + part]
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
        let bytes = bytes.span
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
