import Platform

/// The files in a ZIP archive, stored or deflated, also beyond 4 GB; read one by one.
struct ZipFile {
    struct Entry {
        let method: Int
        let compressedCount: Int
        let count: Int
        let offset: Int
    }

    let path: String
    /// By name, without the ending `.npy`.
    private(set) var entries: [String: Entry] = [:]
    private let file: PositionedFile

    init(_ path: String, limits: PictureLimits) throws(PictureError) {
        self.path = path
        do {
            file = try PositionedFile(path)
        } catch {
            throw PictureError(path: path, reason: .unreadable, problem: error.reason, advice: error.nextStep)
        }
        guard try PictureFile.format(of: Self.read(file, 0..<min(file.count, 140)), path: path) == .npz else {
            throw PictureError(
                path: path, reason: .otherFormat, problem: "one picture, and neither a folder nor an archive of them",
                advice: "Name the folder that has a folder a class.")
        }
        // The record at the end, behind which a comment of up to 65,535 bytes may stand.
        let tailStart = max(file.count - 65_557, 0)
        let tail = try Self.read(file, tailStart..<file.count)
        guard
            let end = stride(from: tail.count - 22, through: 0, by: -1).first(where: {
                tail[$0..<($0 + 4)].elementsEqual([0x50, 0x4B, 5, 6])
            })
        else { throw Self.failure(path, "has no directory: it ends early") }
        var count = tail.littleEndian(at: end + 10, count: 2) ?? 0
        var size = tail.littleEndian(at: end + 12, count: 4) ?? 0
        var offset = tail.littleEndian(at: end + 16, count: 4) ?? 0
        if offset == 0xFFFF_FFFF || count == 0xFFFF || size == 0xFFFF_FFFF, end >= 20,
            let place = tail.littleEndian(at: end - 12, count: 8), place >= 0, place <= file.count - 56
        {
            let record = try Self.read(file, place..<(place + 56))
            guard record.starts(with: [0x50, 0x4B, 6, 6]) else { throw Self.failure(path, "has a damaged directory") }
            count = record.littleEndian(at: 32, count: 8) ?? 0
            size = record.littleEndian(at: 40, count: 8) ?? 0
            offset = record.littleEndian(at: 48, count: 8) ?? 0
        }
        guard offset >= 0, size >= 0, size <= 1 << 24, offset <= file.count - size, count >= 0 else {
            throw Self.failure(path, "has a directory that lies outside of it")
        }
        let directory = try Self.read(file, offset..<(offset + size))
        var place = 0
        for _ in 0..<min(count, 100_000) {
            guard place + 46 <= directory.count, directory[place..<(place + 4)].elementsEqual([0x50, 0x4B, 1, 2]),
                let flags = directory.littleEndian(at: place + 8, count: 2),
                let nameCount = directory.littleEndian(at: place + 28, count: 2),
                let extraCount = directory.littleEndian(at: place + 30, count: 2),
                let commentCount = directory.littleEndian(at: place + 32, count: 2),
                place + 46 + nameCount + extraCount + commentCount <= directory.count
            else { throw Self.failure(path, "has a damaged directory") }
            let nameEnd = place + 46 + nameCount
            var name = String(decoding: directory[(place + 46)..<nameEnd], as: UTF8.self)
            if name.hasSuffix(".npy") { name.removeLast(4) }
            guard flags & 1 == 0 else { throw Self.failure(path, "is encrypted") }
            entries[name] = Self.entry(directory, at: place, extra: nameEnd..<(nameEnd + extraCount))
            place = nameEnd + extraCount + commentCount
        }
    }

    /// Sizes and place, of a large archive from the additional field 1.
    private static func entry(_ directory: [UInt8], at place: Int, extra: Range<Int>) -> Entry {
        func number(_ offset: Int, _ count: Int) -> Int {
            directory.littleEndian(at: place + offset, count: count) ?? 0
        }
        var sizes = [number(24, 4), number(20, 4), number(42, 4)]
        var at = extra.lowerBound
        while at + 4 <= extra.upperBound {
            let length = directory.littleEndian(at: at + 2, count: 2) ?? 0
            if directory.littleEndian(at: at, count: 2) == 1 {
                var next = at + 4
                for field in 0..<3 where sizes[field] == 0xFFFF_FFFF {
                    if next + 8 <= min(at + 4 + length, extra.upperBound) {
                        sizes[field] = directory.littleEndian(at: next, count: 8) ?? 0
                    }
                    next += 8
                }
            }
            at += 4 + length
        }
        return Entry(method: number(10, 2), compressedCount: sizes[1], count: sizes[0], offset: sizes[2])
    }

    /// - Parameter most: Bytes that it may have.
    func bytes(of name: String, most: Int) throws(PictureError) -> [UInt8] {
        guard let entry = entries[name] else { throw Self.failure(path, "has no array \(name)") }
        guard entry.count >= 0, entry.compressedCount >= 0, entry.count <= most else {
            throw PictureError(
                path: path, reason: .tooLarge,
                problem: "the array \(name) declares \(entry.count) bytes, and at most \(most) are read",
                advice: "Store the pictures as files, a folder a class.")
        }
        guard entry.offset >= 0, entry.offset <= file.count - 30 else {
            throw Self.failure(path, "has no array \(name) where its directory says")
        }
        let head = try Self.read(file, entry.offset..<(entry.offset + 30))
        let start =
            entry.offset + 30 + (head.littleEndian(at: 26, count: 2) ?? 0) + (head.littleEndian(at: 28, count: 2) ?? 0)
        guard head.starts(with: [0x50, 0x4B, 3, 4]), entry.compressedCount <= file.count - start else {
            throw Self.failure(path, "ends before its array \(name) does")
        }
        // A byte of DEFLATE gives at most 1,032.
        guard entry.count / 1032 <= entry.compressedCount else {
            throw Self.failure(path, "declares more bytes for \(name) than its data can give")
        }
        let data = try Self.read(file, start..<(start + entry.compressedCount))
        switch entry.method {
        case 0 where entry.count == entry.compressedCount: return data
        case 8: return try LibraryDecoding.inflated(data[...], to: entry.count, path: path)
        default: throw Self.failure(path, "has an array \(name) that is compressed in a way that is not read")
        }
    }

    private static func read(_ file: PositionedFile, _ range: Range<Int>) throws(PictureError) -> [UInt8] {
        do {
            return try file.bytes(range)
        } catch {
            throw PictureError(path: file.path, reason: .unreadable, problem: error.reason, advice: error.nextStep)
        }
    }

    private static func failure(_ path: String, _ problem: String) -> PictureError {
        PictureError(
            path: path, reason: .damaged, problem: "the archive \(problem)",
            advice: "Copy or download it again, or write it again with numpy.savez.")
    }
}
