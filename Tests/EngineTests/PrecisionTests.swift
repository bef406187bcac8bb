import Kernels
import TensorCore
import Testing

/// Products whose factors may be rounded to bfloat16.
@Suite struct PrecisionTests {
    /// On a processor without AMX the same bits as in float32; with it, each factor is off by at most
    /// 2⁻⁸ of itself, so that a sum is by 2⁻⁷ of the sum of magnitudes.
    @Test(arguments: [(64, 128, 96), (33, 17, 5)]) func products(m: Int, n: Int, k: Int) {
        let random = CounterRandom(seed: 2, name: "factors")
        let a = (0..<m * k).map { Float(random.uniform(step: 0, index: UInt64($0))) - 0.5 }
        let b = (0..<k * n).map { Float(random.uniform(step: 1, index: UInt64($0))) - 0.5 }
        func product(_ precision: Precision) -> [Float] {
            let arena = Buffer(a + b + Array(repeating: 0, count: m * n))
            func region(_ offset: Int, _ count: Int) -> Region {
                Region(space: .arena, offset: offset, count: count)
            }
            let none = Buffer(count: 0)
            Matmul(
                MatmulShape(
                    batchA: 1, batchB: 1, m: m, n: n, k: k, transposeA: false, transposeB: false,
                    hasBias: false, appliesReLU: false, precision: precision)
            ).run(
                a: region(0, m * k), b: region(m * k, k * n), bias: nil,
                c: region(m * k + k * n, m * n),
                in: Workspace(arena: arena, parameters: none, results: none))
            return arena.floats(m * k + k * n..<arena.count)
        }
        let (exact, rounded) = (product(.float32), product(.bfloat16))
        guard Precision.bfloat16.isNative else {
            #expect(rounded == exact)
            return
        }
        for row in 0..<m {
            for column in 0..<n {
                let terms = (0..<k).reduce(Float(0)) {
                    $0 + abs(a[row * k + $1] * b[$1 * n + column])
                }
                let place = row * n + column
                #expect(abs(rounded[place] - exact[place]) <= terms / 128)
            }
        }
    }
}
