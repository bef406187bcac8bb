import Platform

/// A file of one picture.
package enum PictureFile {
    /// Its pixels, turned as its EXIF data say; see `decode` for what else is known.
    ///
    /// - Throws: `PictureError`: what is wrong with the file and what to do.
    package static func read(
        _ path: String, limits: PictureLimits = .standard
    ) throws(PictureError) -> Picture {
        try load(path, limits: limits).picture
    }

    /// As `read`, with the format, the mode and what was odd.
    package static func load(
        _ path: String, limits: PictureLimits = .standard
    ) throws(PictureError) -> DecodedPicture {
        try decode(bytes(of: path, most: limits.fileBytes), path: path, limits: limits)
    }

    /// The picture in some bytes.
    ///
    /// - Parameter path: What errors call it; whether its ending promises another format is noted.
    package static func decode(
        _ bytes: [UInt8], path: String, limits: PictureLimits = .standard
    ) throws(PictureError) -> DecodedPicture {
        var decoded: DecodedPicture
        switch try format(of: bytes, path: path) {
        case .png:
            decoded = try LibraryDecoding.png(bytes, path: path, limits: limits)
            decoded.turn(by: Orientation.read(png: bytes))
        case .jpeg:
            decoded = try LibraryDecoding.jpeg(bytes, path: path, limits: limits)
            decoded.turn(by: Orientation.read(jpeg: bytes))
        case .bmp: decoded = try BMP.decode(bytes, path: path, limits: limits)
        case .pnm: decoded = try PNM.decode(bytes, path: path, limits: limits)
        case .npz:
            throw PictureError(
                path: path, reason: .otherFormat,
                problem: "an archive, which may hold many arrays, and not one picture",
                advice: "Name the archive itself instead of its folder, or leave it out.")
        }
        let ending = path.split(separator: "/").last.map { $0.split(separator: ".") } ?? []
        if ending.count > 1, let last = ending.last?.lowercased(),
            PictureFormat.allCases.contains(where: { $0 != decoded.format && $0.extensions.contains(last) })
        {
            decoded.notes.insert(.otherExtension)
        }
        return decoded
    }

    /// - Throws: `PictureError` where the bytes are of no format that is read.
    package static func format(of bytes: [UInt8], path: String) throws(PictureError) -> PictureFormat {
        if let format = PictureFormat(of: bytes) { return format }
        if bytes.isEmpty {
            throw PictureError(
                path: path, reason: .empty, problem: "the file has no bytes", advice: PictureError.again)
        }
        if let other = PictureFormat.otherName(of: bytes) {
            throw PictureError(
                path: path, reason: .otherFormat, problem: "\(other), which is not read",
                advice: PictureError.convert)
        }
        throw PictureError(
            path: path, reason: .notAPicture, problem: "its bytes are those of no picture",
            advice: "Leave it out, or convert it to PNG or JPEG.")
    }

    /// All bytes of a file that is one, and not a pipe, which would wait for its writer.
    static func bytes(of path: String, most: Int) throws(PictureError) -> [UInt8] {
        do {
            guard Files.kind(of: path) != .other else {
                throw PictureError(
                    path: path, reason: .unreadable, problem: "a device or a pipe, and no file",
                    advice: "Leave it out.")
            }
            let file = try PositionedFile(path)
            guard file.count <= most else {
                throw PictureError(
                    path: path, reason: .tooLarge, problem: "\(file.count) bytes, and at most \(most) are read",
                    advice: "Make it smaller, or leave it out.")
            }
            return try file.bytes(0..<file.count)
        } catch let error as PlatformError {
            throw PictureError(path: path, reason: .unreadable, problem: error.reason, advice: error.nextStep)
        } catch let error as PictureError {
            throw error
        } catch {
            throw PictureError(path: path, reason: .unreadable, problem: "\(error)", advice: PictureError.again)
        }
    }
}

extension DecodedPicture {
    mutating func turn(by orientation: Int) {
        guard (2...8).contains(orientation) else { return }
        picture = Orientation.turned(picture, by: orientation)
        notes.insert(.turned)
    }
}

extension PictureError {
    static let again = "Copy or download the file again, or leave it out."
    static let convert = "Convert it to PNG or JPEG, or leave it out."
}
