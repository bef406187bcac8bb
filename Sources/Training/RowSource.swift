package import GraphIR
package import Kernels

/// Encoded rows that a network learns from or is run on, wherever they are.
///
/// A source hands out the rows of a batch when a worker asks for them, so that they need not all be in memory; what
/// is, 4-byte answers and weights, is small. Workers call it at once, each for a shard of its own. A source whose
/// rows come from outside keeps its first failure and gives zeros from then on; who uses it asks `check` before
/// believing what was computed.
package protocol RowSource: Sendable {
    var rows: Int { get }
    var blocks: [FeatureBlock] { get }
    /// Of each row what the network's loss wants: a number, a class, or a share of each class; empty where none is
    /// known.
    var labels: Buffer { get }
    /// One a row, finite and ≥ 0.
    var weights: Buffer { get }

    /// Writes chosen rows into an executor's inputs.
    ///
    /// - Parameter starts: For each block where its first row goes; `nil` where it is not wanted.
    func fill(_ arena: Buffer, at starts: [Int?], rows: ChosenRows)

    /// Writes single numbers of a block.
    func copy(_ cells: [CellCopy], ofBlock block: Int, to arena: Buffer)

    /// - Throws: what went wrong since the source was opened.
    func check() throws(TrainingFailure)
}

/// A number of a row, and where it goes.
package struct CellCopy: Sendable {
    package var row: Int
    /// Among the row's numbers of its block.
    package var part: Int
    package var target: Int
}

extension RowSource {
    package func check() throws(TrainingFailure) {}

    /// The given rows, in the given order, in memory.
    package func selecting(_ chosen: [Int]) -> EncodedData {
        let rows = ChosenRows.list(chosen[...])
        let values = blocks.indices.map { own in
            let buffer = Buffer(count: chosen.count * blocks[own].width)
            fill(buffer, at: blocks.indices.map { $0 == own ? 0 : nil }, rows: rows)
            return buffer
        }
        let own = self.rows
        func copied(_ source: Buffer) -> Buffer {
            guard source.count > 0, own > 0 else { return source }
            let width = source.count / own
            let result = Buffer(count: chosen.count * width)
            rows.copy(from: source, width: width, to: 0, in: result)
            return result
        }
        return EncodedData(
            rows: chosen.count, blocks: blocks, values: values.map(BlockRows.words),
            labels: copied(labels),
            weights: copied(weights))
    }
}
