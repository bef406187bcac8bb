import Kernels

/// Times single products of floats and of whole numbers by turns: `engine-step products`.
///
/// Prints Markdown: of each shape the fastest of several blocks, and the median of the blocks' ratios. A
/// product of whole numbers takes floats and leaves floats here, so that rounding is in its time; with VNNI it is
/// expected to take a quarter to a third of the time of floats.
enum ProductRates {
    private static let shapes = [
        (8192, 256, 256), (8192, 256, 100), (2048, 128, 128), (256, 256, 256), (32, 256, 256),
        (8192, 64, 64), (8192, 32, 32), (1, 256, 256),
    ]
    private static let blocks = 15
    /// Operations of a block of one kind, so that it lasts some milliseconds.
    private static let blockOperations = 3e8

    static func show() {
        print("oneDNN \(oneDNNVersion()), \(processorInstructions())\n")
        print("| rows × outputs × inputs | f32, µs | int8, µs | f32 ÷ int8 |\n|---|---:|---:|---:|")
        for (m, n, k) in shapes {
            let (floats, wholes) = calls(m, n, k)
            let repeats = max(1, Int(blockOperations / (2 * Double(m * n * k))))
            var times: [(floats: Double, wholes: Double)] = []
            for _ in 0..<blocks {
                times.append((seconds(repeats, floats), seconds(repeats, wholes)))
            }
            let ratios = times.map { $0.floats / $0.wholes }.sorted()
            func fastest(_ kind: KeyPath<(floats: Double, wholes: Double), Double>) -> String {
                rounded((times.map { $0[keyPath: kind] }.min() ?? 0) * 1e6, 1)
            }
            print(
                "| \(m) × \(n) × \(k) | \(fastest(\.floats)) | \(fastest(\.wholes)) "
                    + "| \(rounded(ratios[blocks / 2], 2)) |")
        }
    }

    private static func rounded(_ number: Double, _ digits: Int) -> String {
        let unit = digits == 1 ? 10.0 : 100.0
        return "\((number * unit).rounded() / unit)"
    }

    private static func seconds(_ repeats: Int, _ call: () -> Void) -> Double {
        let clock = ContinuousClock()
        let begin = clock.now
        for _ in 0..<repeats { call() }
        return (clock.now - begin) / .seconds(1) / Double(repeats)
    }

    /// One call of each kind, with bias and ReLU.
    private static func calls(
        _ m: Int, _ n: Int, _ k: Int
    ) -> (floats: () -> Void, wholes: () -> Void) {
        let parameters = Buffer(count: (n * k + 3) / 4)
        parameters.copy(int8s: (0..<n * k).map { Int8($0 * 37 % 127 - 63) }, to: 0)
        let x = (0..<m * k).map { Float($0 * 29 % 101) / 50 - 1 }
        let weights = (0..<n * k).map { Float($0 * 37 % 127 - 63) / 500 }
        let columns = [Float](repeating: 0.01, count: 2 * n)
        let arena = Buffer(x + weights + columns + [127, 127] + [Float](repeating: 0, count: m * n))
        var next = 0
        func region(_ count: Int) -> Region {
            defer { next += count }
            return Region(space: .arena, offset: next, count: count)
        }
        let (a, b, bias, scale) = (region(m * k), region(n * k), region(n), region(n))
        let (range, c) = (region(2), region(m * n))
        let workspace = Workspace(arena: arena, parameters: parameters, results: Buffer(count: 0))
        let floats = Matmul(
            MatmulShape(
                batchA: 1, batchB: 1, m: m, n: n, k: k, transposeA: false, transposeB: false,
                hasBias: true, appliesReLU: true))
        let wholes = Int8Product(
            Int8Shape(m: m, n: n, k: k, appliesReLU: true, takesBytes: false, givesBytes: false))
        let operands = Int8Operands(
            a: a, weight: Region(space: .parameters, offset: 0, count: parameters.count),
            scale: scale, bias: bias, range: range, next: nil, c: c)
        return (
            { floats.run(a: a, b: b, bias: bias, c: c, in: workspace) },
            { wholes.run(operands, in: workspace) }
        )
    }
}
