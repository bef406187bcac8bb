package import GraphIR
package import Kernels
import TensorCore

/// Encoded rows in memory.
package struct EncodedData: RowSource {
    package let rows: Int
    package let blocks: [FeatureBlock]
    /// Each block's `[rows, …]`.
    private let values: [Buffer]
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
    ///   - values: Each block's `[rows, …]`.
    ///   - labels: As many of each row as the network's loss wants, or none.
    ///   - weights: One a row, finite and ≥ 0.
    /// - Precondition: the lengths fit.
    package init(
        rows: Int, blocks: [FeatureBlock], values: [Buffer], labels: Buffer, weights: Buffer
    ) {
        precondition(blocks.count == values.count, "a buffer for each block")
        for (block, values) in zip(blocks, values) {
            precondition(
                values.count == rows * block.width, "the block \(block.port) of another size")
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
            rows.copy(from: values[index], width: blocks[index].width, to: start, in: arena)
        }
    }

    package func copy(_ cells: [CellCopy], ofBlock block: Int, to arena: Buffer) {
        let width = blocks[block].width
        for cell in cells {
            arena.copy(
                from: values[block], at: cell.row * width + cell.part, to: cell.target, count: 1)
        }
    }
}

extension EncodedData {
    /// Rows of numbers and indices, as an encoder of tables makes them.
    ///
    /// - Parameters:
    ///   - numeric: `[rows, numericWidth]`.
    ///   - categories: `[rows, categoryWidth]`, each below its column's cardinality.
    ///   - further: Other blocks, with their `[rows, …]`.
    ///   - labels: One a row, or none.
    ///   - weights: One a row, finite and ≥ 0; `nil` for ones.
    /// - Precondition: the lengths fit.
    package init(
        rows: Int, numeric: [Float], numericWidth: Int, categories: [Int32], categoryWidth: Int,
        further: [(block: FeatureBlock, values: Buffer)] = [], labels: Labels,
        weights: [Float]? = nil
    ) {
        var blocks: [FeatureBlock] = []
        var values: [Buffer] = []
        if numericWidth > 0 {
            blocks.append(FeatureBlock(port: .numeric, element: .float32, shape: [numericWidth]))
            values.append(Buffer(numeric))
        }
        if categoryWidth > 0 {
            blocks.append(FeatureBlock(port: .categories, element: .int32, shape: [categoryWidth]))
            values.append(Buffer(categories))
        }
        blocks += further.map(\.block)
        values += further.map(\.values)
        self.init(
            rows: rows, blocks: blocks, values: values, labels: labels.buffer(rows: rows),
            weights: Buffer(weights ?? Array(repeating: 1, count: rows)))
    }
}
