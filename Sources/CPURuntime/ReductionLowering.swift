import GraphIR
import Kernels
import TensorCore

extension Lowering {
    /// Neighbouring axes reduce at once; axes apart reduce one run after another.
    mutating func lowerReduce(_ value: Value, _ kind: Op.Reduction, _ axes: [Int]) {
        let raw: ReductionKind =
            switch kind {
            case .sum: .sum
            case .mean: .mean
            case .max: .max
            }
        var shape = extents(graph[value].inputs[0])
        guard var x = block(of: graph[value].inputs[0]) else { return }
        var rest = axes[...]
        while let last = rest.popFirst() {
            var first = last
            while let next = rest.first, next == first - 1 {
                first = next
                rest = rest.dropFirst()
            }
            let outer = shape[..<first].reduce(1, *)
            let axis = shape[first...last].reduce(1, *)
            let inner = shape[(last + 1)...].reduce(1, *)
            for reduced in first...last { shape[reduced] = 1 }
            let y = rest.isEmpty ? target(value) : newBlock(outer * inner)
            let from = x
            emit(value, reads: [from], writes: [y]) {
                .reduce(raw, x: $0(from), y: $0(y), outer: outer, axis: axis, inner: inner)
            }
            x = y
        }
    }
}
