import CPURuntime
import GraphIR
import Kernels
import TensorCore

/// The product of each row with each vector, `[rows, vectors]`.
///
/// - Parameters:
///   - rows: `[rows, width]`.
///   - vectors: `[vectors, width]`.
func rowProducts(
    _ rows: [Float], with vectors: [Float], width: Int, threads: Int
) -> [Float] {
    let (count, columns) = (rows.count / width, vectors.count / width)
    guard count > 0, columns > 0 else { return [] }
    var builder = GraphBuilder()
    let input = builder.input(.rows, [.rows, .fixed(width)])
    let matrix = builder.parameter(
        "vectors", [.fixed(columns), .fixed(width)], role: .weight, initializer: .constant(0))
    builder.output(
        .products, builder.apply(.matmul(transposeA: false, transposeB: true), [input, matrix]))
    guard let graph = try? builder.build() else {
        preconditionFailure("a product of two matrices is a graph")
    }
    let layout = ParameterLayout(graph)
    let parameters = Buffer(count: layout.count)
    for entry in layout.entries { parameters.copy(from: vectors.span, to: entry.offset) }
    let inference = BatchInference(
        graph, outputs: [.products], layout: layout, pool: WorkerPool(threads: threads))
    let result = Buffer(count: count * columns)
    inference.run(
        rows: count, parameters: parameters,
        fill: { range, executor in
            guard let input = executor.plan.inputs[.rows] else { return }
            executor.arena.copy(
                from: rows.span.extracting(range.lowerBound * width..<range.upperBound * width),
                to: input.offset)
        },
        collect: { range, executor in
            guard let region = executor.plan.outputs[.products] else { return }
            result.copy(
                from: executor.arena, at: region.offset, to: range.lowerBound * columns,
                count: range.count * columns)
        })
    return result.floats(0..<result.count)
}
