import CImages

/// PNG and JPEG by libpng and libjpeg-turbo, DEFLATE by zlib. All calls to them are here.
enum LibraryDecoding {
    static func png(_ bytes: [UInt8], path: String, limits: PictureLimits) throws(PictureError) -> DecodedPicture {
        var header = vouch_image_header()
        let opened = unsafe bytes.withUnsafeBufferPointer {
            // The function reads at most the count that it is given.
            unsafe vouch_png_header($0.baseAddress, $0.count, &header)
        }
        let count = try decodedCount(opened, header, .png, path, limits)
        // A byte of DEFLATE gives at most 1,032.
        let samples = header.is_palette != 0 ? 1 : max(Int(header.channels), 2) - 1
        let rowBytes = (Int(header.width) * Int(header.bit_depth) * samples + 7) / 8
        guard Int(header.height) * rowBytes / 1032 <= bytes.count else {
            throw PictureError(
                path: path, reason: .truncated,
                problem: "its header declares \(header.width) x \(header.height) pixels, more than its "
                    + "\(bytes.count) bytes can hold",
                advice: PictureError.again)
        }
        var pixels = [UInt8](repeating: 0, count: count)
        let status = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe pixels.withUnsafeMutableBufferPointer {
                // It writes at most the count that it is given.
                unsafe vouch_png_decode(bytes.baseAddress, bytes.count, $0.baseAddress, $0.count, &header)
            }
        }
        try check(status, header, .png, path)
        return assembled(header, pixels, .png)
    }

    static func jpeg(_ bytes: [UInt8], path: String, limits: PictureLimits) throws(PictureError) -> DecodedPicture {
        var header = vouch_image_header()
        let opened = unsafe bytes.withUnsafeBufferPointer {
            // As for PNG.
            unsafe vouch_jpeg_header($0.baseAddress, $0.count, &header)
        }
        var pixels = [UInt8](repeating: 0, count: try decodedCount(opened, header, .jpeg, path, limits))
        let status = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe pixels.withUnsafeMutableBufferPointer {
                // As for PNG.
                unsafe vouch_jpeg_decode(bytes.baseAddress, bytes.count, $0.baseAddress, $0.count, &header)
            }
        }
        try check(status, header, .jpeg, path)
        return assembled(header, pixels, .jpeg)
    }

    /// - Throws: `PictureError` where the bytes do not inflate to exactly `count`.
    static func inflated(
        _ bytes: ArraySlice<UInt8>, to count: Int, path: String
    ) throws(PictureError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        let status = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe result.withUnsafeMutableBufferPointer {
                // It reads and writes at most the counts that it is given.
                unsafe vouch_inflate(bytes.baseAddress, bytes.count, $0.baseAddress, $0.count)
            }
        }
        guard Int(status) == VOUCH_IMAGE_OK else {
            throw PictureError(
                path: path, reason: Int(status) == VOUCH_IMAGE_TRUNCATED ? .truncated : .damaged,
                problem: "its compressed data do not give the \(count) bytes that its directory declares",
                advice: PictureError.again)
        }
        return result
    }
}

extension LibraryDecoding {
    /// How many bytes the picture takes as the library gives it, once the header is read and within the limits.
    private static func decodedCount(
        _ status: Int32, _ header: vouch_image_header, _ format: PictureFormat, _ path: String, _ limits: PictureLimits
    ) throws(PictureError) -> Int {
        try check(status, header, format, path)
        let (width, height) = (Int(header.width), Int(header.height))
        try limits.check(width: width, height: height, path: path)
        return width * height * Int(header.channels)
    }

    private static func check(
        _ status: Int32, _ header: vouch_image_header, _ format: PictureFormat, _ path: String
    ) throws(PictureError) {
        let said = text(header)
        let library = said.isEmpty ? "" : " (\(said))"
        switch Int(status) {
        case VOUCH_IMAGE_OK: return
        case VOUCH_IMAGE_TRUNCATED:
            throw PictureError(
                path: path, reason: .truncated, problem: "the \(format.name) ends early\(library)",
                advice: PictureError.again)
        case VOUCH_IMAGE_UNSUPPORTED:
            throw PictureError(
                path: path, reason: .unsupported, problem: "a kind of \(format.name) that is not read\(library)",
                advice: PictureError.convert)
        case VOUCH_IMAGE_NO_MEMORY:
            throw PictureError(
                path: path, reason: .tooLarge, problem: "no memory is left to read it",
                advice: "Close other programs, or make the picture smaller.")
        default:
            throw PictureError(
                path: path, reason: .damaged, problem: "the \(format.name) is damaged\(library)",
                advice: PictureError.again)
        }
    }

    /// The library's own words.
    private static func text(_ header: vouch_image_header) -> String {
        let bytes = unsafe withUnsafeBytes(of: header.message) { unsafe Array($0) }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func assembled(
        _ header: vouch_image_header, _ pixels: [UInt8], _ format: PictureFormat
    ) -> DecodedPicture {
        let (width, height) = (Int(header.width), Int(header.height))
        var notes: Set<PictureNote> = []
        if header.warnings > 0 { notes.insert(.oddities) }
        if header.bit_depth > 8 { notes.insert(.sixteenBits) }
        var mode: String
        let values: [UInt8]
        if header.is_cmyk != 0 {
            mode = "CMYK"
            notes.insert(.cmyk)
            values = Blending.rgb(cmyk: pixels, isInverted: header.is_inverted != 0)
        } else {
            let hasAlpha = header.channels % 2 == 0
            mode = header.is_palette != 0 ? "palette" : header.channels < 3 ? "grey" : "RGB"
            if hasAlpha { mode += " and alpha" }
            let blended = hasAlpha ? Blending.overWhite(pixels, channels: Int(header.channels)) : (pixels, false)
            values = blended.0
            if blended.1 { notes.insert(.blended) }
        }
        if header.bit_depth > 8 { mode += ", \(header.bit_depth) bits" }
        let picture = Picture(
            width: width, height: height, channels: values.count / (width * height), bytes: values)
        return DecodedPicture(picture: picture, format: format, mode: mode, notes: notes)
    }
}
