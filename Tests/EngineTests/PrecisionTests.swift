import Kernels
import TensorCore
import Testing

/// Products whose factors may be rounded to bfloat16.
@Suite struct PrecisionTests {
    /// To the nearest number of 8 significant bits, ties to even; by arithmetic, not by bits.
    private static func rounded(_ x: Float) -> Float {
        guard x.isFinite, x != 0 else { return x }
        let unit = Float(sign: .plus, exponent: x.exponent - 7, significand: 1)
        return (x / unit).rounded(.toNearestOrEven) * unit
    }

    private static func shape(
        _ m: Int, _ n: Int, _ k: Int, precision: Precision, transposeA: Bool = false,
        transposeB: Bool = false, batch: Int = 1
    ) -> MatmulShape {
        MatmulShape(
            batchA: batch, batchB: batch, m: m, n: n, k: k, transposeA: transposeA,
            transposeB: transposeB, hasBias: false, appliesReLU: false, precision: precision)
    }

    /// Where the processor multiplies bfloat16, a product of rounded factors, and of the factors themselves
    /// where rounding them would not pay; elsewhere the bits of float32.
    @Test(arguments: [
        (64, 128, 96, 1, false, false), (64, 96, 128, 1, true, false),
        (64, 128, 96, 1, false, true), (48, 80, 64, 3, false, false), (33, 17, 5, 1, false, false),
    ])
    func products(m: Int, n: Int, k: Int, batch: Int, transposeA: Bool, transposeB: Bool) {
        let a = ProductCheck.numbers(batch * m * k, step: 0)
        let b = ProductCheck.numbers(batch * k * n, step: 1)
        func product(_ precision: Precision, _ a: [Float], _ b: [Float]) -> [Float] {
            ProductCheck.run(
                Matmul(
                    Self.shape(
                        m, n, k, precision: precision, transposeA: transposeA,
                        transposeB: transposeB, batch: batch)), a: a, b: b)
        }
        let found = product(.bfloat16, a, b)
        let pays = Precision.bfloat16.isNative && m > 40
        let expected = product(
            .float32, pays ? a.map(Self.rounded) : a, pays ? b.map(Self.rounded) : b)
        if pays {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 })
            let differs = found != product(.float32, a, b)
            #expect(differs)
        } else {
            let equal = found == expected
            #expect(equal)
        }
    }

    /// Ties go to even, and what is not finite stays so: times the identity.
    @Test func rounding() {
        guard Precision.bfloat16.isNative else { return }
        let side = 64
        var a = [Float](repeating: 0, count: side * side)
        let ties: [Float] = [
            1 + 0x1p-8, 1 + 3 * 0x1p-8, 1 + 0x1p-8 + 0x1p-20, -1 - 0x1p-8, 0x1.fffp0, 0x1p-120,
        ]
        for (place, tie) in ties.enumerated() { a[place] = tie }
        a[side] = .nan
        a[2 * side] = .greatestFiniteMagnitude
        let identity = (0..<side * side).map { $0 % (side + 1) == 0 ? Float(1) : 0 }
        let found = ProductCheck.run(
            Matmul(Self.shape(side, side, side, precision: .bfloat16)), a: a, b: identity)
        let expected: [Float] = [1, 1 + 0x1p-6, 1 + 0x1p-7, -1, 2, 0x1p-120]
        #expect(Array(found[..<ties.count]) == expected)
        #expect(found[side..<2 * side].allSatisfy { $0.isNaN })
        #expect(found[2 * side] == .infinity)
    }

    struct Images: CustomTestStringConvertible, Sendable {
        var channels: Int
        var outputs: Int
        var groups = 1
        var stride = 1
        var testDescription: String { "\(channels)→\(outputs), groups \(groups), stride \(stride)" }
    }

    @Test(
        arguments: [ConvolutionShape.Kind.forward, .inputGradient, .weightGradient],
        [
            Images(channels: 32, outputs: 48), Images(channels: 3, outputs: 32),
            Images(channels: 32, outputs: 64, groups: 2),
            Images(channels: 32, outputs: 32, stride: 2),
            Images(channels: 32, outputs: 32, groups: 32),
        ])
    func convolutions(kind: ConvolutionShape.Kind, images: Images) {
        let axis = SlidingAxis(
            input: 12, output: 12 / images.stride, window: 3, stride: images.stride, dilation: 1,
            before: 1)
        func convolution(_ precision: Precision) -> Convolution {
            Convolution(
                ConvolutionShape(
                    kind: kind, images: 2, channels: images.channels, outputs: images.outputs,
                    groups: images.groups, vertical: axis, horizontal: axis, precision: precision))
        }
        let counts = convolution(.float32).shape.words
        let a = ProductCheck.numbers(counts.a, step: 0)
        let b = ProductCheck.numbers(counts.b, step: 1)
        func run(_ precision: Precision, _ a: [Float], _ b: [Float]) -> [Float] {
            let convolution = convolution(precision)
            let arena = Buffer(a + b + [Float](repeating: 0, count: counts.c))
            func region(_ offset: Int, _ count: Int) -> Region {
                Region(space: .arena, offset: offset, count: count)
            }
            let c = region(counts.a + counts.b, counts.c)
            convolution.run(
                a: region(0, counts.a), b: region(counts.a, counts.b), bias: nil, c: c,
                scratch: Buffer(count: convolution.scratchWords),
                in: Workspace(
                    arena: arena, parameters: Buffer(count: 0), results: Buffer(count: 0)))
            let stays = arena.floats(0..<counts.a + counts.b) == a + b
            #expect(stays)
            return arena.floats(c.range)
        }
        let found = run(.bfloat16, a, b)
        let exact = run(.float32, a, b)
        // One input channel a group: rounding does not pay.
        guard Precision.bfloat16.isNative, found != exact else {
            let equal = found == exact
            #expect(equal)
            #expect(!Precision.bfloat16.isNative || images.groups == 32)
            return
        }
        let expected = run(.float32, a.map(Self.rounded), b.map(Self.rounded))
        #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 2e-5 * max(1, abs($1)) })
    }
}
