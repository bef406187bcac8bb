import Kernels
import TensorCore
import Testing

/// A single row times a matrix, which is a kernel of ours, against sums in `Double`.
@Suite struct RowProductTests {
    private static func numbers(_ count: Int, _ name: String) -> [Float] {
        let random = CounterRandom(seed: 9, name: name)
        return (0..<count).map { Float(2 * random.uniform(index: UInt64($0)) - 1) }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 100, 257], [1, 2, 15, 64, 256, 300])
    func sums(_ k: Int, _ n: Int) {
        let (a, b, bias) = (
            Self.numbers(k, "a"), Self.numbers(k * n, "b"), Self.numbers(n, "bias")
        )
        for hasBias in [false, true] {
            for appliesReLU in [false, true] {
                let product = Matmul(
                    MatmulShape(
                        batchA: 1, batchB: 1, m: 1, n: n, k: k, transposeA: false,
                        transposeB: false, hasBias: hasBias, appliesReLU: appliesReLU))
                #expect(product.implementation == "vk_row_product")
                let arena = Buffer(a + b + bias + Array(repeating: .nan, count: n))
                let workspace = Workspace(
                    arena: arena, parameters: Buffer(count: 0), results: Buffer(count: 0))
                func region(_ offset: Int, _ count: Int) -> Region {
                    Region(space: .arena, offset: offset, count: count)
                }
                product.run(
                    a: region(0, k), b: region(k, k * n),
                    bias: hasBias ? region(k + k * n, n) : nil, c: region(k + k * n + n, n),
                    in: workspace)
                for j in 0..<n {
                    var sum = hasBias ? Double(bias[j]) : 0
                    var size = abs(sum)
                    for i in 0..<k {
                        let term = Double(a[i]) * Double(b[i * n + j])
                        sum += term
                        size += abs(term)
                    }
                    let expected = appliesReLU ? max(0, sum) : sum
                    // A term passes at most k/4 + 5 roundings of what has been added so far.
                    let allowed = (Double(k) / 4 + 5) * 0x1p-24 * size
                    let found = Double(arena[k + k * n + n + j])
                    #expect(abs(found - expected) <= allowed)
                }
            }
        }
    }
}
