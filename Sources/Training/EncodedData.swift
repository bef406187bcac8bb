package import GraphIR
package import Kernels
package import Tables
import TensorCore

/// What the rows of a block are kept as.
package enum BlockRows: Sendable {
    /// `[rows, …]`.
    case words(Buffer)
    /// Numbers of a quarter of the size, scaled where they are written.
    case bytes(ByteRows)
}

/// Encoded rows in memory.
package struct EncodedData: RowSource {
    package let rows: Int
    package let blocks: [FeatureBlock]
    private let values: [BlockRows]
    package let labels: Buffer
    package let weights: Buffer

    /// The target of a row, as the network's loss wants it.
    package enum Labels: Sendable {
        /// 0 or 1, or the standardised target.
        case numbers([Float])
        case classes([Int32])
        /// Each class's share of a row's answer, `[rows, classes]`.
        case shares([Float], classes: Int)
        /// Rows to predict only.
        case none

        /// - Precondition: there are as many as rows, each of its width, or none.
        fileprivate func buffer(rows: Int) -> Buffer {
            let buffer =
                switch self {
                case .numbers(let numbers): Buffer(numbers)
                case .classes(let classes): Buffer(classes)
                case .shares(let shares, _): Buffer(shares)
                case .none: Buffer(count: 0)
                }
            if case .none = self { return buffer }
            precondition(buffer.count == rows * width, "another number of labels")
            return buffer
        }

        /// Numbers of a row.
        private var width: Int { if case .shares(_, let classes) = self { classes } else { 1 } }
    }

    /// - Parameters:
    ///   - values: Each block's.
    ///   - labels: As many of each row as the network's loss wants, or none.
    ///   - weights: One a row, finite and ≥ 0.
    /// - Precondition: the lengths fit.
    package init(
        rows: Int, blocks: [FeatureBlock], values: [BlockRows], labels: Buffer, weights: Buffer
    ) {
        precondition(blocks.count == values.count, "rows for each block")
        for (block, values) in zip(blocks, values) {
            let count =
                switch values {
                case .words(let words): words.count
                case .bytes(let bytes): bytes.count * bytes.width
                }
            precondition(count == rows * block.width, "the block \(block.port) of another size")
        }
        precondition(weights.count == rows, "another number of weights")
        self.rows = rows
        self.blocks = blocks
        self.values = values
        self.labels = labels
        self.weights = weights
    }

    package func fill(_ arena: Buffer, at starts: [Int?], rows: ChosenRows) {
        for index in blocks.indices {
            guard let start = starts[index] else { continue }
            switch values[index] {
            case .words(let words):
                rows.copy(from: words, width: blocks[index].width, to: start, in: arena)
            case .bytes(let bytes): rows.write(bytes, to: start, in: arena)
            }
        }
    }

    package func copy(_ cells: [CellCopy], ofBlock block: Int, to arena: Buffer) {
        let width = blocks[block].width
        switch values[block] {
        case .words(let words):
            for cell in cells {
                arena.copy(
                    from: words, at: cell.row * width + cell.part, to: cell.target, count: 1)
            }
        case .bytes(let bytes):
            for cell in cells { arena[cell.target] = bytes.number(cell.row, cell.part) }
        }
    }
}

extension ChosenRows {
    /// Writes what the bytes of these rows stand for, row by row.
    fileprivate func write(_ bytes: ByteRows, to start: Int, in target: Buffer) {
        let (rows, width) = (count, bytes.width)
        let numbers = bytes.numbers
        target.withMutableFloats(start..<start + rows * width) { floats in
            for slot in 0..<rows {
                bytes.write(self[slot], numbers.span, into: &floats, at: slot * width)
            }
        }
    }
}

extension EncodedData {
    /// Rows of numbers and indices, as an encoder of tables makes them.
    ///
    /// - Parameters:
    ///   - numeric: `[rows, numericWidth]`.
    ///   - categories: `[rows, categoryWidth]`, each below its column's cardinality.
    ///   - further: Other blocks, with their rows.
    ///   - labels: One a row, or none.
    ///   - weights: One a row, finite and ≥ 0; `nil` for ones.
    /// - Precondition: the lengths fit.
    package init(
        rows: Int, numeric: [Float], numericWidth: Int, categories: [Int32], categoryWidth: Int,
        further: [(block: FeatureBlock, values: BlockRows)] = [], labels: Labels,
        weights: [Float]? = nil
    ) {
        var blocks: [FeatureBlock] = []
        var values: [BlockRows] = []
        if numericWidth > 0 {
            blocks.append(FeatureBlock(port: .numeric, element: .float32, shape: [numericWidth]))
            values.append(.words(Buffer(numeric)))
        }
        if categoryWidth > 0 {
            blocks.append(FeatureBlock(port: .categories, element: .int32, shape: [categoryWidth]))
            values.append(.words(Buffer(categories)))
        }
        blocks += further.map(\.block)
        values += further.map(\.values)
        self.init(
            rows: rows, blocks: blocks, values: values, labels: labels.buffer(rows: rows),
            weights: Buffer(weights ?? Array(repeating: 1, count: rows)))
    }
}
