/// Arrays of pictures in a NumPy archive (`.npz`): `train_images` beside `train_labels` as in MedMNIST, `x_train`
/// beside `y_train`, or `images` beside `labels`.
///
/// Arrays of pictures are kept inflated: bytes of `[pictures, height, width]`, with a last or second axis of 1, 3 or
/// 4 channels.
struct PictureArchive: Sendable {
    let path: String
    private let stacks: [String: PictureStack]
    /// What each stack's pictures are labelled, where the archive says it.
    private let labels: [String: [String]]

    init(_ path: String, limits: PictureLimits) throws(PictureError) {
        self.path = path
        let zip = try ZipFile(path, limits: limits)
        var stacks: [String: PictureStack] = [:]
        var labels: [String: [String]] = [:]
        var left = limits.arrayBytes
        let names = Set(zip.entries.keys)
        for name in names.sorted(by: bytewise) {
            guard let partner = Self.labelsName(for: name, among: names) else { continue }
            let array = try NumPyArray(zip.bytes(of: name, most: left), path: path, name: name)
            left -= array.bytes.count
            let stack = try PictureStack(array, limits: limits)
            stacks[name] = stack
            guard let partner = partner.isEmpty ? nil : partner else { continue }
            let texts = try NumPyArray(zip.bytes(of: partner, most: left), path: path, name: partner).texts()
            guard texts.count == stack.count else {
                throw PictureError(
                    path: path, reason: .damaged,
                    problem: "\(name) has \(stack.count) pictures, and \(partner) \(texts.count) labels",
                    advice: "Write the archive again with one label a picture.")
            }
            labels[name] = texts
        }
        guard !stacks.isEmpty else {
            throw PictureError(
                path: path, reason: .notAPicture,
                problem: "an archive without arrays of pictures; it has "
                    + names.sorted(by: bytewise).prefix(20).joined(separator: ", "),
                advice: "Name them train_images and train_labels, x_train and y_train, or images and labels.")
        }
        self.stacks = stacks
        self.labels = labels
    }

    /// The array of an array of pictures' labels: empty where there is none, `nil` where these are no pictures.
    private static func labelsName(for name: String, among names: Set<String>) -> String? {
        let candidate: String
        if name == "images" || name.hasSuffix("_images") {
            candidate = String(name.dropLast(6)) + "labels"
        } else if name == "x" || name.hasPrefix("x_") {
            candidate = "y" + name.dropFirst()
        } else if name == "X" || name.hasPrefix("X_") {
            candidate = "y" + name.dropFirst()
        } else {
            return nil
        }
        return names.contains(candidate) ? candidate : ""
    }

    var folder: PictureFolder {
        let parts = stacks.keys.reduce(into: [String: PicturePart]()) { found, name in
            found[name] = name.split(separator: "_").lazy.compactMap { PicturePart(named: $0) }.first
        }
        let isParted = parts.count == stacks.count && parts.values.contains(.train)
        var entries: [PictureFolder.Entry] = []
        for name in stacks.keys.sorted(by: bytewise) {
            let count = stacks[name]?.count ?? 0
            let digits = String(max(count - 1, 0)).count
            for place in 0..<count {
                let text = String(place)
                entries.append(
                    PictureFolder.Entry(
                        path: name + "/" + String(repeating: "0", count: digits - text.count) + text,
                        label: labels[name]?[place], part: isParted ? parts[name] : nil))
            }
        }
        return PictureFolder(path: path, entries: entries)
    }

    /// By the array's name and the place in it.
    func picture(_ cell: String) -> Picture? {
        guard let slash = cell.utf8.lastIndex(of: 0x2F), let stack = stacks[String(cell[..<slash])],
            let place = Int(cell[cell.index(after: slash)...]), (0..<stack.count).contains(place)
        else { return nil }
        return stack[place]
    }
}

/// Pictures of one size, behind one another.
struct PictureStack: Sendable {
    let count: Int
    private let width: Int
    private let height: Int
    private let channels: Int
    private let isChannelFirst: Bool
    private let array: NumPyArray

    init(_ array: NumPyArray, limits: PictureLimits) throws(PictureError) {
        let shape = array.shape
        let isKnown = shape.count == 3 || shape.count == 4
        isChannelFirst = shape.count == 4 && ![1, 3, 4].contains(shape[3]) && [1, 3, 4].contains(shape[1])
        guard isKnown, shape.count == 3 || isChannelFirst || [1, 3, 4].contains(shape[3]),
            ["u1", "b1", "u2"].contains(array.type)
        else {
            throw PictureError(
                path: array.path, reason: .unsupported,
                problem:
                    "\(array.name) is an array of \(array.type) of shape \(shape), which are no pictures that are read",
                advice: "Store bytes (uint8) of shape [pictures, height, width] or [pictures, height, width, 3].")
        }
        count = shape[0]
        channels = shape.count == 3 ? 1 : isChannelFirst ? shape[1] : shape[3]
        (height, width) = isChannelFirst ? (shape[2], shape[3]) : (shape[1], shape[2])
        self.array = array
        if count > 0 { try limits.check(width: width, height: height, path: array.path) }
    }

    subscript(place: Int) -> Picture {
        let size = width * height * channels
        var values = (0..<size).map { array.byte(place * size + $0) }
        if isChannelFirst, channels > 1 {
            let planes = values
            values = (0..<size).map { planes[$0 % channels * width * height + $0 / channels] }
        }
        if channels == 4 { values = Blending.overWhite(values, channels: 4).0 }
        return Picture(width: width, height: height, channels: channels == 4 ? 3 : channels, bytes: values)
    }
}

/// One array of an archive.
struct NumPyArray: Sendable {
    let path: String
    let name: String
    /// `u1` and the like, without the order of bytes.
    let type: String
    let shape: [Int]
    let bytes: [UInt8]
    private let isBigEndian: Bool
    private let start: Int

    /// Version 1, 2 or 3 of the format `.npy`, in C order.
    init(_ bytes: [UInt8], path: String, name: String) throws(PictureError) {
        func failure(_ problem: String) -> PictureError {
            PictureError(
                path: path, reason: .damaged, problem: "the array \(name) \(problem)",
                advice: "Write the archive again with numpy.savez.")
        }
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count >= 10 else {
            throw failure("does not begin as NumPy's arrays do")
        }
        let lengthBytes = bytes[6] == 1 ? 2 : 4
        let first = 8 + lengthBytes
        guard let length = bytes.littleEndian(at: 8, count: lengthBytes), first + length <= bytes.count else {
            throw failure("ends within its header")
        }
        let header = String(decoding: bytes[first..<(first + length)], as: UTF8.self)
        func value(_ key: String) -> Substring? {
            guard let at = header.firstRange(of: "'\(key)':") else { return nil }
            return header[at.upperBound...].drop { $0 == " " }
        }
        guard let descr = value("descr"), descr.first == "'", let shapeText = value("shape"), shapeText.first == "(",
            let close = shapeText.firstIndex(of: ")"), let order = value("fortran_order")
        else { throw failure("has a header without type, order and shape, or one of structures") }
        guard order.hasPrefix("False") else { throw failure("is stored by columns (fortran_order), which is not read") }
        let code = descr.dropFirst().prefix { $0 != "'" }
        isBigEndian = code.first == ">"
        type = String(code.drop { "<>|=".contains($0) })
        let texts = shapeText[..<close].dropFirst().split(separator: ",")
        var shape: [Int] = []
        for text in texts {
            guard let size = Int(text.filter { $0 != " " }), size >= 0 else {
                throw failure("has no shape in its header")
            }
            shape.append(size)
        }
        guard let one = Int(type.dropFirst()), one > 0, one < 100_000 else {
            throw failure("has elements of type \(type)")
        }
        var needed = one * (type.first == "U" ? 4 : 1)
        for size in shape {
            let (product, overflow) = needed.multipliedReportingOverflow(by: size)
            guard !overflow else { throw failure("declares the shape \(shape), more than a computer holds") }
            needed = product
        }
        guard bytes.count - first - length == needed else {
            throw failure(
                "has \(bytes.count - first - length) bytes, and its shape \(shape) of \(type) needs \(needed)")
        }
        self.path = path
        self.name = name
        self.shape = shape
        self.bytes = bytes
        start = first + length
    }

    /// An element as a value of 8 bits: of 16 bits the upper 8, of a truth value 0 or 255.
    ///
    /// - Precondition: the type is `u1`, `b1` or `u2`.
    func byte(_ place: Int) -> UInt8 {
        switch type {
        case "u2": bytes[start + 2 * place + (isBigEndian ? 0 : 1)]
        case "b1": bytes[start + place] == 0 ? 0 : 255
        default: bytes[start + place]
        }
    }

    /// Labels, one a picture: whole numbers or texts, of shape `[pictures]` or `[pictures, 1]`.
    func texts() throws(PictureError) -> [String] {
        let size = Int(type.dropFirst()) ?? 1
        let isText = type.first == "U"
        guard shape.count == 1 || (shape.count == 2 && shape[1] == 1), isText || "iub".contains(type.prefix(1)),
            isText || size <= 8
        else {
            throw PictureError(
                path: path, reason: .unsupported,
                problem: "\(name) is an array of \(type) of shape \(shape), and not one label a picture",
                advice: "Store whole numbers or texts of shape [pictures].")
        }
        func number(_ at: Int, _ count: Int) -> UInt64 {
            let part = bytes[at..<(at + count)]
            return (isBigEndian ? Array(part) : part.reversed()).reduce(0) { $0 << 8 | UInt64($1) }
        }
        return (0..<shape[0]).map { row in
            if isText {
                var text = String.UnicodeScalarView()
                for place in 0..<size {
                    let code = UInt32(truncatingIfNeeded: number(start + 4 * (row * size + place), 4))
                    if code != 0, let scalar = Unicode.Scalar(code) { text.append(scalar) }
                }
                return String(text)
            }
            let value = number(start + row * size, size)
            guard type.first == "i" else { return String(value) }
            let shift = 64 - 8 * UInt64(size)
            return String(Int64(bitPattern: value << shift) >> Int64(shift))
        }
    }
}
