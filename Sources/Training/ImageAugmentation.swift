package import Kernels
package import GraphIR
import TensorCore

/// Random shifts and mirrorings of training images `[height, width, channels]`.
///
/// An image is mirrored with probability ½ where `flipsHorizontally`, and moved along each axis by a
/// number of cells that is uniform on `−shift...shift`; zeros come in from outside, or where `repeatsEdges` what
/// stands at the edge, as zero may be no background of scaled numbers. What happens to a row is a pure function of
/// (seed, step, row), so neither shards nor threads change it.
package struct ImageAugmentation: Sendable {
    package var height: Int
    package var width: Int
    package var channels: Int
    package var shift: Int
    package var flipsHorizontally: Bool
    package var repeatsEdges = false
    /// The input that they stand in.
    package var port = InputPort.numeric

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

    /// Changes the images of rows where they stand, one after another.
    ///
    /// - Parameter start: Where the first row's image begins in `arena`.
    package func apply(
        to arena: Buffer, at start: Int, rows: ChosenRows, seed: UInt64, step: Int
    ) {
        let line = width * channels
        for slot in 0..<rows.count {
            let image = start + slot * height * line
            let (down, right, flips) = change(seed: seed, step: step, row: rows[slot])
            for place in 0..<height {
                // From the end that the image moves to, so that a line is read before it is written over.
                let y = down > 0 ? height - 1 - place : place
                let target = image + y * line
                guard (0..<height).contains(y - down) else {
                    if !repeatsEdges { arena.fill(target..<target + line, with: 0) }
                    continue
                }
                let source = target - down * line
                if flips { mirror(arena, at: source) }
                move(arena, from: source, to: target, right: right)
            }
            if repeatsEdges, down != 0 { repeatEdge(arena, of: image, down: down, line: line) }
        }
    }

    private func mirror(_ arena: Buffer, at line: Int) {
        for x in 0..<width / 2 {
            let (left, right) = (line + x * channels, line + (width - 1 - x) * channels)
            for channel in 0..<channels {
                let number = arena[left + channel]
                arena[left + channel] = arena[right + channel]
                arena[right + channel] = number
            }
        }
    }

    /// The lines that came in from outside become the first, or the last, of those that were moved.
    private func repeatEdge(_ arena: Buffer, of image: Int, down: Int, line: Int) {
        let new = down > 0 ? 0..<down : height + down..<height
        let edge = down > 0 ? down : height + down - 1
        for y in new {
            arena.copy(from: arena, at: image + edge * line, to: image + y * line, count: line)
        }
    }

    /// Copies a line, which may be the target itself.
    private func move(_ arena: Buffer, from source: Int, to target: Int, right: Int) {
        let columns = max(0, right)..<min(width, width + right)
        arena.copy(
            from: arena, at: source + (columns.lowerBound - right) * channels,
            to: target + columns.lowerBound * channels, count: columns.count * channels)
        guard repeatsEdges else {
            arena.fill(target..<target + columns.lowerBound * channels, with: 0)
            arena.fill(target + columns.upperBound * channels..<target + width * channels, with: 0)
            return
        }
        for (new, edge) in [
            (0..<columns.lowerBound, columns.lowerBound),
            (columns.upperBound..<width, columns.upperBound - 1),
        ] {
            for x in new {
                arena.copy(
                    from: arena, at: target + edge * channels, to: target + x * channels,
                    count: channels)
            }
        }
    }
}
