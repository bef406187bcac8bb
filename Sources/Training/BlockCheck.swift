import GraphIR
import TensorCore

extension Graph {
    /// Whether a source with these blocks, labels and weights can write what the graph reads.
    ///
    /// Rows may have several parts in an input, as pairs have.
    func reads(_ blocks: [FeatureBlock]) -> Bool {
        let others: Set<InputPort> = [.label, .weight, .share, .penalty]
        return inputs.allSatisfy { port, value in
            guard let block = blocks.first(where: { $0.port == port }) else {
                return others.contains(port)
            }
            return self[value].dtype == block.element
                && self[value].shape.count(rows: 1).isMultiple(of: max(block.width, 1))
        }
    }
}
