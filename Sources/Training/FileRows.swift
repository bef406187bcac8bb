package import GraphIR
package import Kernels
package import Platform
import Synchronization

/// Encoded rows in a file, each read when a batch needs it.
///
/// In memory are the answers and the weights, 8 bytes a row, and, of a part of the file's rows, which they are, 4
/// more; nothing else is kept but what the batch at hand holds. Blocks are read row by row where rows are shuffled,
/// so that rows that were read lately come from the system's cache and others from the disk, a page at a time; rows
/// that follow one another are read at once.
package final class FileRows: RowSource {
    package let rows: Int
    package let blocks: [FeatureBlock]
    package let labels: Buffer
    package let weights: Buffer
    private let file: PositionedFile
    /// The byte at which each block's first row begins; the others follow without gaps.
    private let offsets: [Int]
    /// Where each row stands in the file; `nil` for all in their order.
    private let places: [UInt32]?
    private let failure = Mutex<PlatformError?>(nil)

    /// All rows of a file.
    ///
    /// - Parameters:
    ///   - offsets: The byte at which each block's `[rows, …]` begin, 4-byte words of this machine's byte order.
    ///   - labels: One a row, or none.
    ///   - weights: One a row, finite and ≥ 0.
    /// - Precondition: the lengths fit, and the file has fewer than 2³² rows.
    package convenience init(
        _ file: PositionedFile, rows: Int, blocks: [FeatureBlock], offsets: [Int], labels: Buffer,
        weights: Buffer
    ) {
        self.init(
            file, rows: rows, blocks: blocks, offsets: offsets, labels: labels, weights: weights,
            places: nil)
    }

    private init(
        _ file: PositionedFile, rows: Int, blocks: [FeatureBlock], offsets: [Int], labels: Buffer,
        weights: Buffer, places: [UInt32]?
    ) {
        precondition(blocks.count == offsets.count, "a place for each block")
        precondition(weights.count == rows && rows < 1 << 32, "another number of rows")
        self.file = file
        self.rows = rows
        self.blocks = blocks
        self.offsets = offsets
        self.labels = labels
        self.weights = weights
        self.places = places
    }

    /// Some of the rows, in the given order, which stay in the file.
    package func part(_ chosen: [Int]) -> FileRows {
        func copied(_ source: Buffer) -> Buffer {
            guard source.count > 0 else { return source }
            let result = Buffer(count: chosen.count)
            ChosenRows.list(chosen[...]).copy(from: source, width: 1, to: 0, in: result)
            return result
        }
        return FileRows(
            file, rows: chosen.count, blocks: blocks, offsets: offsets, labels: copied(labels),
            weights: copied(weights), places: chosen.map { UInt32(place(of: $0)) })
    }

    private func place(of row: Int) -> Int { places.map { Int($0[row]) } ?? row }

    package func fill(_ arena: Buffer, at starts: [Int?], rows chosen: ChosenRows) {
        var slot = 0
        while slot < chosen.count {
            let first = place(of: chosen[slot])
            var end = slot + 1
            while end < chosen.count, place(of: chosen[end]) == first + end - slot { end += 1 }
            for index in blocks.indices {
                guard let start = starts[index] else { continue }
                let width = blocks[index].width
                read(
                    arena, start + slot * width..<start + end * width,
                    at: offsets[index] + 4 * first * width)
            }
            slot = end
        }
    }

    package func copy(_ cells: [CellCopy], ofBlock block: Int, to arena: Buffer) {
        let width = blocks[block].width
        for cell in cells {
            read(
                arena, cell.target..<cell.target + 1,
                at: offsets[block] + 4 * (place(of: cell.row) * width + cell.part))
        }
    }

    package func check() throws(TrainingFailure) {
        guard let failure = failure.withLock({ $0 }) else { return }
        throw TrainingFailure(
            description: "reading '\(failure.path)': \(failure.reason)", isOfRows: true)
    }

    private func read(_ arena: Buffer, _ range: Range<Int>, at offset: Int) {
        arena.withMutableFloats(range) { words in
            do throws(PlatformError) {
                try file.read(&words, at: offset)
            } catch {
                for index in words.indices { words[index] = 0 }
                failure.withLock { if $0 == nil { $0 = error } }
            }
        }
    }
}
