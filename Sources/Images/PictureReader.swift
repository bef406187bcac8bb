import Platform
import Tables

/// Reads the pictures that cells name, by any number of threads at once.
package struct PictureReader: Sendable {
    /// A folder, to which paths are relative, or an archive.
    package let root: String
    package let limits: PictureLimits
    private let archive: PictureArchive?

    /// - Throws: `PictureError` where the root is an archive that cannot be read.
    package init(_ root: String, limits: PictureLimits = .standard) throws(PictureError) {
        self.root = root
        self.limits = limits
        archive = Files.kind(of: root) == .file ? try PictureArchive(root, limits: limits) : nil
    }

    /// The picture of one cell, and what its file was.
    ///
    /// - Throws: `PictureError`, which names the cell.
    package func load(_ cell: String) throws(PictureError) -> DecodedPicture {
        if let archive {
            guard let picture = archive.picture(cell) else {
                throw PictureError(
                    path: cell, reason: .notThere, problem: "no such picture in \(root)",
                    advice: "Name an array and a place in it, such as train_images/0.")
            }
            return DecodedPicture(
                picture: picture, format: .npz, mode: picture.channels == 1 ? "grey" : "RGB", notes: [])
        }
        do {
            let path = cell.hasPrefix("/") ? cell : root + "/" + cell
            return try PictureFile.load(path, limits: limits)
        } catch {
            var named = error
            named.path = cell
            throw named
        }
    }

    package func picture(_ cell: String) throws(PictureError) -> Picture { try load(cell).picture }

    /// What `transform` makes of each cell's picture, given to `body` one by one in the cells' order. A few hundred
    /// are decoded at a time, by `threads`, so that memory does not grow with their number.
    package func stream<Value: Sendable>(
        _ cells: [String], threads: Int,
        transform: @Sendable (Int, Result<DecodedPicture, PictureError>) -> Value,
        body: (Int, Value) throws -> Void
    ) rethrows {
        let count = 64 * max(threads, 1)
        for start in stride(from: 0, to: cells.count, by: count) {
            let values = inParallel(min(count, cells.count - start), threads: threads) { offset in
                transform(
                    start + offset,
                    Result { () throws(PictureError) in try load(cells[start + offset]) })
            }
            for (offset, value) in values.enumerated() { try body(start + offset, value) }
        }
    }
}
