import CPURuntime
import GraphIR
import Kernels
package import ONNX
import TensorCore

/// Where the rows of a tensor lie: in runs of neighbours, one for each place of the axes before that of the rows.
struct RowRuns: Sendable {
    /// Runs.
    let outer: Int
    /// Elements of a row in a run.
    let inner: Int
    let hasRows: Bool

    init(_ shape: Shape) {
        hasRows = shape.dependsOnRows
        let axis = shape.rowAxis ?? 0
        outer = hasRows ? shape.extents[..<axis].reduce(1) { $0 * $1.count(rows: 1) } : 1
        inner = shape.extents[axis...].reduce(1) { $0 * $1.count(rows: 1) }
    }

    /// Elements of a run in so many rows.
    func length(_ rows: Int) -> Int { hasRows ? inner * rows : inner }
}

/// A tensor that is written into the inputs of batches.
struct InputSource: Sendable {
    private enum Numbers: Sendable {
        case floats([Float])
        case indices([Int32])
    }

    private let port: InputPort
    private let numbers: Numbers
    private let runs: RowRuns
    private let count: Int

    /// For each form in which the graph reads an input.
    ///
    /// - Throws: where whole numbers are more than the graph's floats hold, or look up what is not there.
    static func all(_ input: LoweredNetwork.Input, _ tensor: ONNXTensor) throws(ONNXError) -> [InputSource] {
        let (floats, indices) = try input.forms(of: tensor)
        let runs = RowRuns(input.shape)
        var sources: [InputSource] = []
        if let port = input.numbers, let floats {
            sources.append(InputSource(port: port, numbers: .floats(floats), runs: runs, count: tensor.count))
        }
        if let port = input.indices, let indices {
            sources.append(InputSource(port: port, numbers: .indices(indices), runs: runs, count: tensor.count))
        }
        return sources
    }
    func write(_ rows: Range<Int>, to executor: Executor) {
        guard let region = executor.plan.inputs[port] else { return }
        let length = runs.length(rows.count)
        let step = runs.outer == 0 ? 0 : count / runs.outer
        let first = runs.hasRows ? rows.lowerBound * runs.inner : 0
        for run in 0..<runs.outer {
            let (from, to) = (run * step + first, region.offset + run * length)
            switch numbers {
            case .floats(let floats):
                executor.arena.copy(from: floats.span.extracting(from..<from + length), to: to)
            case .indices(let indices):
                executor.arena.withMutableIndices(to..<to + length) { words in
                    for place in 0..<length { words[place] = indices[from + place] }
                }
            }
        }
    }
}

extension LoweredNetwork.Input {
    /// A tensor in each form in which the graph reads the input, in its order.
    ///
    /// - Throws: where whole numbers are more than the graph's floats hold, or look up what is not there.
    package func forms(of tensor: ONNXTensor) throws(ONNXError) -> (numbers: [Float]?, indices: [Int32]?) {
        let place = "input '\(name)'"
        var floats: [Float]?
        var indices: [Int32]?
        if numbers != nil {
            switch tensor.elements {
            case .float32(let values): floats = values
            case .bool(let values): floats = values.map { $0 ? 1 : 0 }
            default: floats = try Self.integers(tensor, at: place).map { Float($0) }
            }
        }
        if self.indices != nil {
            var places = try Self.integers(tensor, at: place)
            if let least = tables.min() {
                for index in places.indices {
                    // Indices may count from the end; of which table, has to be clear then.
                    if places[index] < 0 && tables.count == 1 { places[index] += Int32(least) }
                    guard places[index] >= 0, places[index] < least else {
                        throw ONNXError(
                            .input, at: place, "looks up place \(places[index]) of a table of \(least)",
                            advice: "Give whole numbers from 0 to \(least - 1)")
                    }
                }
            }
            indices = places
        }
        return (floats, indices)
    }

    private static func integers(_ tensor: ONNXTensor, at place: String) throws(ONNXError) -> [Int32] {
        guard let numbers = tensor.elements.numbers else {
            throw ONNXError(.input, at: place, "is of \(tensor.type.name)")
        }
        return try integers(numbers, at: place)
    }

    private static func integers(_ numbers: some NumberArray, at place: String) throws(ONNXError) -> [Int32] {
        var result: [Int32] = []
        result.reserveCapacity(numbers.count)
        for number in numbers.array {
            let number = number.integer
            guard number.magnitude <= LoweredNetwork.Input.greatestWhole else {
                throw ONNXError(
                    .input, at: place,
                    "holds \(number), and whole numbers up to \(LoweredNetwork.Input.greatestWhole) are computed with")
            }
            result.append(Int32(number))
        }
        return result
    }
}

/// What an output of all rows is put together in.
struct OutputTarget: Sendable {
    let output: LoweredNetwork.Output
    private let numbers: Buffer
    private let runs: RowRuns
    private let length: Int

    init(_ output: LoweredNetwork.Output, rows: Int) {
        self.output = output
        runs = RowRuns(output.shape)
        length = runs.length(rows)
        numbers = Buffer(count: runs.outer * length)
    }

    func read(_ rows: Range<Int>, from executor: Executor, parameters: Buffer) {
        guard let region = executor.plan.outputs[output.port] else { return }
        // What no row changes is written by one batch.
        if !runs.hasRows && rows.lowerBound > 0 { return }
        let source = region.space == .parameters ? parameters : executor.arena
        let part = runs.length(rows.count)
        let first = runs.hasRows ? rows.lowerBound * runs.inner : 0
        for run in 0..<runs.outer {
            numbers.copy(
                from: source, at: region.offset + run * part, to: run * length + first, count: part)
        }
    }

    func tensor(rows: Int) -> ONNXTensor {
        let shape = output.shape.bound(rows: rows)
        let floats = numbers.floats(0..<numbers.count)
        switch output.type {
        case .bool: return ONNXTensor(shape, floats.map { $0 != 0 })
        case .int64: return ONNXTensor(shape, floats.map { Int64($0) })
        case .int32: return ONNXTensor(shape, floats.map { Int32($0) })
        case .int16: return ONNXTensor(shape, floats.map { Int16(Double($0)) })
        case .int8: return ONNXTensor(shape, floats.map { Int8(Double($0)) })
        case .uint8: return ONNXTensor(shape, floats.map { UInt8(Double($0)) })
        case .uint16: return ONNXTensor(shape, floats.map { UInt16(Double($0)) })
        case .uint32: return ONNXTensor(shape, floats.map { UInt32(Double($0)) })
        case .uint64: return ONNXTensor(shape, floats.map { UInt64(Double($0)) })
        default: return ONNXTensor(shape, floats)
        }
    }
}
