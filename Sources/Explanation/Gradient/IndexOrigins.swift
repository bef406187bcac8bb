package import GraphIR
import TensorCore

/// Which number of a graph's inputs something came from.
package struct InputOrigin: Sendable, Hashable {
    package var input: InputPort
    /// Among the input's numbers of one row.
    package var place: Int

    package init(input: InputPort, place: Int) {
        self.input = input
        self.place = place
    }
}

extension Graph {
    /// Where each element of one row of an index comes from, or `nil` where it is more than a choice of
    /// inputs' elements.
    func indexOrigins(of value: Value) -> [InputOrigin]? {
        let node = self[value]
        switch node.op {
        case .input:
            let port = InputPort(node.label)
            return (0..<node.shape.count(rows: 1)).map { InputOrigin(input: port, place: $0) }
        case .reshape:
            return indexOrigins(of: node.inputs[0])
        case .slice(let axis, let start, let end):
            guard let whole = indexOrigins(of: node.inputs[0]) else { return nil }
            let extents = self[node.inputs[0]].shape.bound(rows: 1)
            let inner = extents[(axis + 1)...].reduce(1, *)
            let outer = extents[..<axis].reduce(1, *)
            var kept: [InputOrigin] = []
            for block in 0..<outer {
                let from = block * extents[axis] * inner
                kept += whole[from + start * inner..<from + end * inner]
            }
            return kept
        default:
            return nil
        }
    }
}
