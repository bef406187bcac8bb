import Kernels
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
        ProductCheck.equalsItsDefinition(product)
    }
}
