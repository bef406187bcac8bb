import CImages

extension Picture {
    /// The picture as a PNG file.
    ///
    /// - Throws: `PictureError` where there is no memory for it.
    package func png() throws(PictureError) -> [UInt8] {
        var made: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = unsafe bytes.withUnsafeBufferPointer { pixels in
            // A picture has as many bytes as its sizes say.
            unsafe vouch_png_encode(
                pixels.baseAddress, UInt32(width), UInt32(height), UInt32(channels), &made, &count)
        }
        guard Int(status) == VOUCH_IMAGE_OK, let own = unsafe made else {
            throw PictureError(
                path: "the drawing", reason: .tooLarge, problem: "\(width) x \(height) pixels cannot be written as PNG",
                advice: "Give a smaller picture.")
        }
        defer { unsafe vouch_image_free(own) }
        // It gave `count` bytes.
        return unsafe Array(UnsafeBufferPointer(start: own, count: count))
    }
}
