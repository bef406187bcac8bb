import Kernels
import Testing

/// Products with a narrow side are our own loops.
@Suite struct NarrowProductTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var shape: MatmulShape
        var name: String

        init(
            _ name: String, batchA: Int = 1, batchB: Int = 1, _ m: Int, _ n: Int, _ k: Int,
            transposeA: Bool = false, transposeB: Bool = false, hasBias: Bool = false,
            appliesReLU: Bool = false
        ) {
            self.name = name
            shape = MatmulShape(
                batchA: batchA, batchB: batchB, m: m, n: n, k: k, transposeA: transposeA,
                transposeB: transposeB, hasBias: hasBias, appliesReLU: appliesReLU)
        }

        var testDescription: String { "\(name) \(shape)" }
    }

    /// All widths up to the widest, and lengths that fill whole registers and do not.
    static let cases = widths + others

    private static let widths: [Case] = (1...8).flatMap { width -> [Case] in
        [
            Case("vk_narrow_product", 5, width, 16 * width + 3, hasBias: true),
            Case("vk_narrow_sums", 19 + width, width, 5 + width, transposeA: true),
            Case("vk_narrow_terms", 7, 30 + width, width, transposeB: true, hasBias: true),
        ]
    }

    private static let others = [
        Case("vk_narrow_product", 64, 2, 256, appliesReLU: true),
        Case("vk_narrow_product", batchA: 3, batchB: 3, 9, 2, 33),
        Case("vk_narrow_product", batchA: 1, batchB: 3, 9, 3, 32),
        Case("vk_narrow_sums", batchA: 3, batchB: 1, 40, 4, 6, transposeA: true),
        Case("vk_narrow_terms", batchA: 3, batchB: 3, 6, 20, 2, transposeB: true),
    ]

    @Test(arguments: cases) func equalsItsDefinition(_ product: Case) {
        let matmul = Matmul(product.shape)
        #expect(matmul.implementation == product.name)
        ProductCheck.equalsItsDefinition(matmul)
    }

    /// What is wider goes to oneDNN.
    @Test func widerOnesAreNotOurs() {
        for product in [
            Case("", 20, 9, 16), Case("", 20, 9, 16, transposeA: true),
            Case("", 20, 16, 9, transposeB: true),
            Case("", 20, 2, 16, transposeA: true, transposeB: true),
        ] {
            #expect(!Matmul(product.shape).implementation.hasPrefix("vk_"))
        }
    }

    /// Without a bias a row's product once read masked words at no address, a microsecond each time.
    @Test func noBiasIsZero() {
        let product = Matmul(Case("", 1, 40, 24).shape)
        #expect(product.implementation == "vk_row_product")
        ProductCheck.equalsItsDefinition(product)
    }
}
