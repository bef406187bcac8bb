import Kernels
import TensorCore
import Testing

/// A matrix product run on numbers in [−1/2, 1/2], and held against its definition.
enum ProductCheck {
    static func numbers(_ count: Int, step: UInt32) -> [Float] {
        let random = CounterRandom(seed: 3, name: "factors")
        return (0..<count).map { Float(random.uniform(step: step, index: UInt64($0))) - 0.5 }
    }

    static func run(_ product: Matmul, a: [Float], b: [Float], bias: [Float]? = nil) -> [Float] {
        let count = product.shape.batch * product.shape.m * product.shape.n
        let operands = a + b + (bias ?? [])
        let arena = Buffer(operands + [Float](repeating: 0, count: count))
        func region(_ offset: Int, _ count: Int) -> Region {
            Region(space: .arena, offset: offset, count: count)
        }
        let c = region(operands.count, count)
        product.run(
            a: region(0, a.count), b: region(a.count, b.count),
            bias: bias.map { region(a.count + b.count, $0.count) }, c: c,
            in: Workspace(arena: arena, parameters: Buffer(count: 0), results: Buffer(count: 0)))
        // The operands stay as they were, for whoever reads them next.
        let stays = zip(arena.floats(0..<operands.count), operands).allSatisfy {
            $0.bitPattern == $1.bitPattern
        }
        #expect(stays)
        return arena.floats(c.range)
    }

    /// Every number of the result against a sum in double precision.
    static func equalsItsDefinition(_ product: Matmul) {
        let shape = product.shape
        let a = numbers(shape.batchA * shape.m * shape.k, step: 0)
        let b = numbers(shape.batchB * shape.k * shape.n, step: 1)
        let bias = shape.hasBias ? numbers(shape.n, step: 2) : nil
        let c = run(product, a: a, b: b, bias: bias)
        var worst = 0.0
        for batch in 0..<shape.batch {
            let fromA = shape.batchA == 1 ? 0 : batch * shape.m * shape.k
            let fromB = shape.batchB == 1 ? 0 : batch * shape.k * shape.n
            for row in 0..<shape.m {
                for column in 0..<shape.n {
                    var sum = Double(bias?[column] ?? 0)
                    for inner in 0..<shape.k {
                        let x = shape.transposeA ? inner * shape.m + row : row * shape.k + inner
                        let y =
                            shape.transposeB ? column * shape.k + inner : inner * shape.n + column
                        sum += Double(a[fromA + x]) * Double(b[fromB + y])
                    }
                    if shape.appliesReLU { sum = max(0, sum) }
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
