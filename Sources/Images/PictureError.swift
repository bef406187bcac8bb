/// Why a file gave no picture, and what to do.
package struct PictureError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Reason: String, Sendable, Hashable, Codable, CaseIterable {
        case unreadable, outside, empty, notAPicture, otherFormat, tooLarge, truncated, damaged
        case unsupported, notThere

        /// For counts of several files.
        package var text: String {
            switch self {
            case .unreadable: "cannot be opened"
            case .outside: "a link out of the folder"
            case .empty: "no bytes"
            case .notAPicture: "no picture"
            case .otherFormat: "a format that is not read"
            case .tooLarge: "too large"
            case .truncated: "ends early"
            case .damaged: "damaged"
            case .unsupported: "a kind that is not read"
            case .notThere: "not there"
            }
        }
    }

    package var path: String
    package var reason: Reason
    /// What is wrong, as a clause.
    package var problem: String
    /// A sentence.
    package var advice: String

    package init(path: String, reason: Reason, problem: String, advice: String) {
        self.path = path
        self.reason = reason
        self.problem = problem
        self.advice = advice
    }

    package var description: String { "reading the picture \(path): \(problem). \(advice)" }
}

/// What a picture may take: judged by its header, before anything is allocated for it.
package struct PictureLimits: Sendable, Hashable {
    /// Width times height.
    package var pixels: Int
    /// Width, and height.
    package var side: Int
    /// Of the file of one picture.
    package var fileBytes: Int
    /// Of the numbers of one array in an archive, and of an archive's file.
    package var arrayBytes: Int

    package init(
        pixels: Int = 1 << 26, side: Int = 65_500, fileBytes: Int = 1 << 28, arrayBytes: Int = 1 << 30
    ) {
        self.pixels = pixels
        self.side = side
        self.fileBytes = fileBytes
        self.arrayBytes = arrayBytes
    }

    /// 67 million pixels, a little more than the largest that a telephone takes: 200 MB decoded.
    package static let standard = PictureLimits()

    /// - Throws: `PictureError` where the sizes are beyond the limits.
    package func check(width: Int, height: Int, path: String) throws(PictureError) {
        guard width > 0, height > 0 else {
            throw PictureError(
                path: path, reason: .damaged, problem: "its header declares \(width) x \(height) pixels",
                advice: "Make the file again from its source, or leave it out.")
        }
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        guard width <= side, height <= side, !overflow, count <= pixels else {
            throw PictureError(
                path: path, reason: .tooLarge,
                problem: "its header declares \(width) x \(height) pixels, and at most \(pixels) are read "
                    + "(a side at most \(side))",
                advice: "Make it smaller, or leave it out: a header of this kind may also be made to fill the memory.")
        }
    }
}

/// The format of a file, told by its bytes and never by its name.
package enum PictureFormat: String, Sendable, Hashable, Codable, CaseIterable {
    case png, jpeg, bmp, pnm, npz

    package var name: String { self == .npz ? "NumPy archive" : rawValue.uppercased() }

    /// Endings of names that promise it.
    package var extensions: Set<String> {
        switch self {
        case .png: ["png"]
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .bmp: ["bmp", "dib"]
        case .pnm: ["pnm", "pbm", "pgm", "ppm"]
        case .npz: ["npz"]
        }
    }

    package init?(of bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(8))
        if head == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] {
            self = .png
        } else if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if head.starts(with: [0x42, 0x4D]) {
            self = .bmp
        } else if head.count >= 3, head[0] == 0x50, (0x31...0x36).contains(head[1]),
            head[2] == 0x23 || head[2].isPNMSpace
        {
            self = .pnm
        } else if head.starts(with: [0x50, 0x4B, 3, 4]) || head.starts(with: [0x50, 0x4B, 5, 6]) {
            self = .npz
        } else {
            return nil
        }
    }

    /// A format that is known and not read.
    package static func otherName(of bytes: [UInt8]) -> String? {
        func has(_ text: String, at place: Int) -> Bool {
            bytes.dropFirst(place).starts(with: text.utf8)
        }
        if has("GIF8", at: 0) { return "a GIF" }
        if has("II*\0", at: 0) || has("MM\0*", at: 0) { return "a TIFF" }
        if has("RIFF", at: 0), has("WEBP", at: 8) { return "a WebP picture" }
        if has("ftypavif", at: 4) { return "an AVIF picture" }
        if has("ftyphei", at: 4) || has("ftypmif1", at: 4) { return "a HEIC picture" }
        if has("DICM", at: 128) { return "a DICOM file" }
        if has("%PDF", at: 0) { return "a PDF" }
        if has("<svg", at: 0) || has("<?xml", at: 0) { return "an SVG or XML file" }
        return nil
    }
}

/// Something odd about a file that was read all the same.
package enum PictureNote: String, Sendable, Hashable, Codable, CaseIterable {
    /// The name's ending promises another format.
    case otherExtension
    /// The library warned of something that leaves the pixels as they are.
    case oddities
    /// Transparent parts were laid over white.
    case blended
    /// Of 16 bits the upper 8 are taken.
    case sixteenBits
    /// Turned or mirrored as its EXIF data say.
    case turned
    /// CMYK, converted without a profile.
    case cmyk

    /// What follows a number of pictures.
    package var text: String {
        switch self {
        case .otherExtension: "with a name that promises another format, read by their bytes"
        case .oddities: "with oddities outside the pixels, such as bytes that belong to nothing"
        case .blended: "with transparent parts, laid over white"
        case .sixteenBits: "with more than 8 bits a value, of which the upper 8 are taken"
        case .turned: "turned or mirrored as EXIF data say"
        case .cmyk: "in CMYK, converted to RGB without a colour profile"
        }
    }
}

/// A picture and what its file was.
package struct DecodedPicture: Sendable, Hashable {
    package var picture: Picture
    package var format: PictureFormat
    /// As the file has it: `grey`, `RGB`, `palette`, `grey and alpha`, `RGB and alpha`, `CMYK`; 16 bits are said.
    package var mode: String
    package var notes: Set<PictureNote>
}
