package import Kernels
import TensorCore

/// Random shifts and mirrorings of training images `[height, width, channels]`.
///
/// An image is mirrored with probability ½ where `flipsHorizontally`, and moved along each axis by a
/// number of cells that is uniform on `−shift...shift`; zeros come in from outside. What happens to a
/// row is a pure function of (seed, step, row), so neither shards nor threads change it.
package struct ImageAugmentation: Sendable {
    package var height: Int
    package var width: Int
    package var channels: Int
    package var shift: Int
    package var flipsHorizontally: Bool

    package init(height: Int, width: Int, channels: Int, shift: Int, flipsHorizontally: Bool) {
        self.height = height
        self.width = width
        self.channels = channels
        self.shift = shift
        self.flipsHorizontally = flipsHorizontally
    }

    /// Cells down and to the right by which a row's image moves, and whether it is mirrored first.
    package func change(
        seed: UInt64, step: Int, row: Int
    ) -> (down: Int, right: Int, flips: Bool) {
        let random = CounterRandom(seed: seed, name: "augmentation")
            .words(step: UInt32(truncatingIfNeeded: step), index: UInt64(row))
        func distance(_ word: UInt32) -> Int {
            Int(word.multipliedFullWidth(by: UInt32(2 * shift + 1)).high) - shift
        }
        return (distance(random.0), distance(random.1), flipsHorizontally && random.2 & 1 == 1)
    }

    /// Writes the changed image of each chosen row.
    ///
    /// - Parameter target: Where the first row's image begins in `arena`.
    package func fill(
        _ arena: Buffer, at target: Int, from images: Buffer, rows: some Collection<Int>,
        seed: UInt64, step: Int
    ) {
        let size = height * width * channels
        var target = target
        for row in rows {
            let (down, right, flips) = change(seed: seed, step: step, row: row)
            arena.fill(target..<target + size, with: 0)
            for y in max(0, down)..<min(height, height + down) {
                copyLine(
                    from: images, at: row * size + (y - down) * width * channels, to: arena,
                    at: target + y * width * channels, right: right, flips: flips)
            }
            target += size
        }
    }

    private func copyLine(
        from images: Buffer, at source: Int, to arena: Buffer, at target: Int, right: Int,
        flips: Bool
    ) {
        let columns = max(0, right)..<min(width, width + right)
        guard flips else {
            arena.copy(
                from: images, at: source + (columns.lowerBound - right) * channels,
                to: target + columns.lowerBound * channels, count: columns.count * channels)
            return
        }
        for x in columns {
            let from = width - 1 - (x - right)
            for channel in 0..<channels {
                arena[target + x * channels + channel] =
                    images[source + from * channels + channel]
            }
        }
    }
}
