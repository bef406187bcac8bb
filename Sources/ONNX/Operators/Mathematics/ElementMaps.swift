import RealModule

/// A function of one float, computed as float or double.
protocol RealMap: Sendable {
    func value<R: Real & BinaryFloatingPoint>(of x: R) -> R
}

/// A function of one number of any type.
protocol NumberMap: Sendable {
    func value<Number: ONNXNumber>(of x: Number) -> Number
}

private struct NumberMapWork<Map: NumberMap>: NumberWork {
    let map: Map

    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Elements {
        numbers.map { map.value(of: $0) }.elements
    }
}

extension Elements {
    /// A function of each element, of small floats computed as float and rounded; `nil` where they are no floats.
    func mapped(_ map: some RealMap) -> Elements? {
        switch self {
        case .float32(let values): .float32(values.map { map.value(of: $0) })
        case .float64(let values): .float64(values.map { map.value(of: $0) })
        case .float16(let values): .float16(values.map { Half(map.value(of: $0.float)) })
        case .bfloat16(let values): .bfloat16(values.map { BrainFloat(map.value(of: $0.float)) })
        default: nil
        }
    }

    /// `nil` where they are no numbers.
    func mapped(_ map: some NumberMap) -> Elements? { withNumbers(NumberMapWork(map: map)) }
}

extension NodeCall {
    /// A function of each element of the first input, which has to be of floats.
    func map(_ map: some RealMap) throws(ONNXError) -> [ONNXValue] {
        let tensor = try tensor(0)
        guard let elements = tensor.elements.mapped(map) else {
            throw failure("wants floats, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(tensor.shape, elements))]
    }

    /// A function of each element of the first input, which has to be of numbers.
    func map(_ map: some NumberMap) throws(ONNXError) -> [ONNXValue] {
        let tensor = try tensor(0)
        guard let elements = tensor.elements.mapped(map) else {
            throw failure("wants numbers, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(tensor.shape, elements))]
    }
}

extension ONNXOperator {
    init(_ name: String, _ map: some RealMap) {
        self.init(name) { call throws(ONNXError) in try call.map(map) }
    }

    init(_ name: String, _ map: some NumberMap) {
        self.init(name) { call throws(ONNXError) in try call.map(map) }
    }
}
