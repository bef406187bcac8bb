import Kernels
import TensorCore
import Testing

/// Products whose operands lie a power of two apart are computed from copies; nobody should see that.
@Suite struct SpreadProductTests {
    private static func shape(
        batch: Int = 1, _ m: Int, _ n: Int, _ k: Int, transposeA: Bool = false,
        transposeB: Bool = false, shared: Bool = false
    ) -> MatmulShape {
        MatmulShape(
            batchA: shared ? 1 : batch, batchB: batch, m: m, n: n, k: k, transposeA: transposeA,
            transposeB: transposeB, hasBias: false, appliesReLU: false)
    }

    static let shapes: [(MatmulShape, a: Bool, b: Bool)] = [
        (shape(32, 1024, 8), false, true),
        (shape(1024, 32, 32, transposeA: true), true, false),
        (shape(1024, 1024, 16, transposeA: true), true, true),
        (shape(batch: 3, 64, 512, 16), false, true),
        (shape(batch: 2, 512, 512, 8, transposeA: true, shared: true), true, true),
        // Where a copy would cost more than it saves, or rows are read along.
        (shape(4, 1024, 8), false, false),
        (shape(64, 256, 8), false, false),
        (shape(64, 32, 1024, transposeB: true), false, false),
        (shape(64, 96, 80), false, false),
    ]

    @Test(arguments: shapes.indices) func equalsItsDefinition(_ index: Int) {
        let (shape, spreadsA, spreadsB) = Self.shapes[index]
        let product = Matmul(shape)
        let spreads = product.spreads
        // With AVX-512 nothing is copied.
        if spreads.a || spreads.b || !(spreadsA || spreadsB) {
            #expect(spreads.a == spreadsA && spreads.b == spreadsB, "\(shape)")
        }
        let random = CounterRandom(seed: 3, name: "spread")
        func numbers(_ count: Int, _ step: UInt32) -> [Float] {
            (0..<count).map { Float(random.uniform(step: step, index: UInt64($0))) - 0.5 }
        }
        let a = numbers(shape.batchA * shape.m * shape.k, 0)
        let b = numbers(shape.batchB * shape.k * shape.n, 1)
        let count = shape.batch * shape.m * shape.n
        let arena = Buffer(a + b + [Float](repeating: 0, count: count))
        let workspace = Workspace(
            arena: arena, parameters: Buffer(count: 0), results: Buffer(count: 0))
        func region(_ offset: Int, _ count: Int) -> Region {
            Region(space: .arena, offset: offset, count: count)
        }
        let regions = (
            region(0, a.count), region(a.count, b.count), region(a.count + b.count, count)
        )
        product.run(a: regions.0, b: regions.1, bias: nil, c: regions.2, in: workspace)
        let c = arena.floats(regions.2.range)
        // The operands stay as they were, for whoever reads them next.
        #expect(arena.floats(regions.0.range) == a && arena.floats(regions.1.range) == b)
        var worst = 0.0
        for batch in 0..<shape.batch {
            let (fromA, fromB) = (
                shape.batchA == 1 ? 0 : batch * shape.m * shape.k, batch * shape.k * shape.n
            )
            for row in stride(from: 0, to: shape.m, by: 7) {
                for column in stride(from: 0, to: shape.n, by: 5) {
                    var sum = 0.0
                    for inner in 0..<shape.k {
                        let x = a[
                            fromA
                                + (shape.transposeA
                                    ? inner * shape.m + row : row * shape.k + inner)]
                        let y = b[
                            fromB
                                + (shape.transposeB
                                    ? column * shape.k + inner : inner * shape.n + column)]
                        sum += Double(x) * Double(y)
                    }
                    let found = c[(batch * shape.m + row) * shape.n + column]
                    worst = max(worst, abs(Double(found) - sum))
                }
            }
        }
        // k products below 1/4, each sum rounded k times at most.
        let bound = Double(shape.k) * Double(shape.k) / 4 * Double(Float.ulpOfOne)
        #expect(worst <= max(bound, 1e-6), "\(shape)")
    }
}
