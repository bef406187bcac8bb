import GraphIR
import Kernels
import TensorCore

extension Lowering {
    /// A product of whole numbers with its ReLU. What a next one reads goes out in that one's bytes, while
    /// the sums are in the cache: the numbers are those of rounding in a pass of its own.
    mutating func lowerInt8Product(_ chain: [Value]) {
        let product = graph[chain[0]]
        let last = chain[chain.count - 1]
        let operands = product.inputs.compactMap { block(of: $0) }
        precondition(operands.count == product.inputs.count, "an operand is not computed")
        let reader = takenInBytes[last]
        let next = reader.flatMap { block(of: graph[$0].inputs[4]) }
        precondition((next == nil) == (reader == nil), "the next product's range is not computed")
        let extents = extents(last)
        let shape = Int8Shape(
            m: extents[0], n: extents[1], k: self.extents(product.inputs[1])[0],
            appliesReLU: chain.count > 1, takesBytes: takenInBytes[product.inputs[0]] == chain[0],
            givesBytes: next != nil)
        let c = target(last, words: next.map { _ in DType.int8.words(of: count(last)) })
        let index = int8Products.count
        int8Products.append(shape)
        emit(last, reads: operands + (next.map { [$0] } ?? []), writes: [c]) { region in
            .int8Matmul(
                index,
                Int8Operands(
                    a: region(operands[0]), weight: region(operands[1]),
                    scale: region(operands[2]), bias: region(operands[3]),
                    range: region(operands[4]), next: next.map(region), c: region(c)))
        }
    }
}
