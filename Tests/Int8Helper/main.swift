import CPURuntime
import GraphIR
import Kernels
import TensorCore

// Prints the instructions that oneDNN uses in this process, a hash of the bits of products of whole numbers, and
// how many of their numbers are not what whole numbers in Swift give. ONEDNN_MAX_CPU_ISA is read once a process.

/// FNV-1a.
struct Hash {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ bits: UInt32) {
        for shift: UInt32 in [0, 8, 16, 24] {
            value = (value ^ UInt64(bits >> shift & 0xff)) &* 0x100_0000_01b3
        }
    }
}

/// Two products in a row, with a ReLU between that leaves bytes.
struct Chain {
    let rows: Int
    let widths: [Int]
    let x: [Float]
    let weights: [[Int8]]
    let scales: [[Float]]
    let biases: [[Float]]
    let ranges: [[Float]]

    /// Runs of greatest bytes and greatest weights of one sign, whose sums in 16 bits are as large as they get.
    init(rows: Int, widths: [Int]) {
        let random = CounterRandom(seed: 21, name: "saturation \(rows) \(widths)")
        func draw(_ step: UInt32, _ index: Int) -> Double {
            random.uniform(step: step, index: UInt64(index))
        }
        self.rows = rows
        self.widths = widths
        x = (0..<rows * widths[0]).map { draw(0, $0) < 0.6 ? 9 : Float(4 * draw(1, $0) - 1) }
        weights = (1..<widths.count).map { layer in
            (0..<widths[layer - 1] * widths[layer]).map { place in
                let sign = place % widths[layer] % 2 == 0 ? 1 : -1
                return draw(UInt32(10 + layer), place) < 0.7
                    ? Int8(63 * sign) : Int8(Int(draw(UInt32(20 + layer), place) * 127) - 63)
            }
        }
        scales = (1..<widths.count).map { layer in
            (0..<widths[layer]).map { Float(1e-4 * (1 + draw(UInt32(30 + layer), $0))) }
        }
        biases = (1..<widths.count).map { layer in
            (0..<widths[layer]).map { Float(draw(UInt32(40 + layer), $0) - 0.5) }
        }
        ranges = (1..<widths.count).map { $0 == 1 ? [51, 51] : [23.7, 0] }
    }

    func graph() throws -> Graph {
        var b = GraphBuilder()
        var y = b.input(InputPort("x"), [.rows, .fixed(widths[0])])
        for layer in 1..<widths.count {
            let (inputs, outputs) = (Extent.fixed(widths[layer - 1]), Extent.fixed(widths[layer]))
            func parameter(_ name: String, _ shape: Shape, _ dtype: DType = .float32) -> Value {
                b.parameter(
                    "\(name)\(layer)", shape, role: .state, initializer: .constant(0), dtype: dtype)
            }
            y = b.apply(
                .int8Matmul,
                [
                    y, parameter("int8", [inputs, outputs], .int8), parameter("scale", [outputs]),
                    parameter("bias", [outputs]), parameter("range", [2]),
                ])
            if layer < widths.count - 1 { y = b.unary(.relu, y) }
        }
        b.output(OutputPort("y"), y)
        return try b.build()
    }

    func run() throws -> [Float] {
        let graph = try graph()
        let layout = ParameterLayout(graph)
        let parameters = Buffer(count: layout.count)
        for layer in 1..<widths.count {
            for (name, numbers) in [
                ("scale", scales), ("bias", biases), ("range", ranges),
            ] {
                guard let entry = layout.entry(named: "\(name)\(layer)") else { continue }
                let own = numbers[layer - 1]
                parameters.copy(from: own.span, to: entry.offset)
            }
            if let entry = layout.entry(named: "int8\(layer)") {
                parameters.copy(int8s: weights[layer - 1], to: entry.offset)
            }
        }
        let plan = Plan(graph, outputs: [OutputPort("y")], rows: rows, parameters: layout)
        let executor = Executor(plan)
        guard let input = plan.inputs[InputPort("x")], let output = plan.outputs[OutputPort("y")]
        else { return [] }
        executor.arena.copy(from: x.span, to: input.offset)
        executor.run(parameters: parameters, results: Buffer(count: 0))
        return executor.arena.floats(output.range)
    }

    /// The same by the operation's definition.
    func expected() -> [Float] {
        var y = x
        for layer in 1..<widths.count {
            let (k, n) = (widths[layer - 1], widths[layer])
            let (inverse, zero) = (ranges[layer - 1][0], ranges[layer - 1][1])
            let own = weights[layer - 1]
            let whole = y.map { number in
                Int32(min(max((number * inverse).rounded(.toNearestOrEven), -zero), 255 - zero))
            }
            y = (0..<rows * n).map { place in
                let (row, column) = (place / n, place % n)
                var sum: Int32 = 0
                for inner in 0..<k { sum += whole[row * k + inner] * Int32(own[inner * n + column]) }
                let scaled = Float(sum) * scales[layer - 1][column]
                let number = scaled + biases[layer - 1][column]
                return layer < widths.count - 1 ? max(number, 0) : number
            }
        }
        return y
    }
}

let chains = [
    Chain(rows: 1, widths: [64, 48, 33]), Chain(rows: 33, widths: [71, 17, 5]),
    Chain(rows: 1, widths: [1, 1]), Chain(rows: 300, widths: [33, 64, 40]),
    Chain(rows: 40, widths: [256, 256, 32]),
]
var hash = Hash()
var wrong = 0
for chain in chains {
    let found = try chain.run()
    for (number, right) in zip(found, chain.expected()) {
        hash.add(number.bitPattern)
        if number.bitPattern != right.bitPattern { wrong += 1 }
    }
}
print(processorInstructions(), String(hash.value, radix: 16), wrong)
