/// An operator that is written once for all types of numbers that have products: floats are computed as they are, those
/// of 16 bits as floats that are rounded at the end.
protocol ProductOperator: SendableMetatype {
    static func evaluate<Number: ProductNumber>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue]
}

/// An operator that is written once for floats and doubles; floats of 16 bits are computed as floats that are rounded
/// at the end.
protocol RealOperator: SendableMetatype {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue]
    /// The input whose type an output of floats takes; `nil` where it stays as it was computed.
    static func input(givingTypeOfOutput index: Int) -> Int?
}

extension RealOperator {
    static func input(givingTypeOfOutput index: Int) -> Int? { 0 }
}

extension ONNXOperator {
    static func product<Operator: ProductOperator>(_ name: String, _ work: Operator.Type) -> ONNXOperator {
        ONNXOperator(name) { call throws(ONNXError) in
            let type = try call.tensor(0).type
            switch type {
            case .float32: return try Operator.evaluate(call, Float.self)
            case .float16, .bfloat16:
                return try Operator.evaluate(call, Float.self).map { $0.rounded(to: type) }
            default:
                guard let number = SeldomNumbers.products[type] else {
                    throw call.failure("wants numbers that it multiplies, and gets \(type.name)")
                }
                return try SeldomNumbers.evaluate(work, call, number)
            }
        }
    }

    static func real<Operator: RealOperator>(_ name: String, _ work: Operator.Type) -> ONNXOperator {
        ONNXOperator(name) { call throws(ONNXError) in
            let type = try call.tensor(0).type
            var values: [ONNXValue]
            switch type {
            case .float32, .float16, .bfloat16: values = try Operator.evaluate(call, Float.self)
            default:
                guard let number = SeldomNumbers.reals[type] else {
                    throw call.failure("wants floats as input 1, and gets \(type.name)")
                }
                values = try SeldomNumbers.evaluate(work, call, number)
            }
            for index in values.indices {
                guard let input = Operator.input(givingTypeOfOutput: index),
                    let tensor = call.optionalValue(input)?.tensor
                else { continue }
                values[index] = values[index].rounded(to: tensor.type)
            }
            return values
        }
    }
}

/// Types that models seldom have: their operators share one text that asks the type at each step, since one compiled
/// for each took minutes of a build.
private enum SeldomNumbers {
    static let products: [ElementType: any ProductNumber.Type] = [
        .float64: Double.self, .int32: Int32.self, .int64: Int64.self, .uint32: UInt32.self,
        .uint64: UInt64.self,
    ]
    static let reals: [ElementType: any ONNXReal.Type] = [.float64: Double.self]

    @inline(never)
    static func evaluate<Operator: ProductOperator>(
        _: Operator.Type, _ call: NodeCall, _ number: any ProductNumber.Type
    ) throws(ONNXError) -> [ONNXValue] { try Operator.evaluate(call, number) }

    @inline(never)
    static func evaluate<Operator: RealOperator>(
        _: Operator.Type, _ call: NodeCall, _ number: any ONNXReal.Type
    ) throws(ONNXError) -> [ONNXValue] { try Operator.evaluate(call, number) }
}

extension ONNXValue {
    /// A tensor of floats in another type of floats.
    func rounded(to type: ElementType) -> ONNXValue {
        guard let tensor, tensor.type != type, tensor.type.isFloat else { return self }
        switch (tensor.elements, type) {
        case (.float32(let values), .float16):
            return .tensor(ONNXTensor(tensor.shape, values.map { Half($0) }))
        case (.float32(let values), .bfloat16):
            return .tensor(ONNXTensor(tensor.shape, values.map { BrainFloat($0) }))
        case (.float32(let values), .float64):
            return .tensor(ONNXTensor(tensor.shape, values.map { Double($0) }))
        case (.float64(let values), .float32):
            return .tensor(ONNXTensor(tensor.shape, values.map { Float($0) }))
        default: return self
        }
    }
}

extension NodeCall {
    /// The numbers of an input that has to be of the type in which the operator computes, floats of 16 bits as floats.
    func factors<Number: ProductNumber>(
        _ index: Int, as _: Number.Type = Number.self
    ) throws(ONNXError) -> [Number] {
        let tensor = try tensor(index)
        if let array = Number.array(tensor.elements) { return array }
        if case .tensor(let widened) = ONNXValue.tensor(tensor).widened,
            let array = Number.array(widened.elements)
        {
            return array
        }
        throw failure(
            "wants \(Number.elementType.name) as input \(index + 1), and gets \(tensor.type.name)")
    }

    /// Floats of any type, in the type in which the operator computes.
    func reals<Number: ONNXReal>(
        _ index: Int, as _: Number.Type = Number.self
    ) throws(ONNXError) -> [Number] {
        let tensor = try tensor(index)
        if let array = Number.array(tensor.elements) { return array }
        switch tensor.elements {
        case .float32(let values): return values.map { Number(rounding: Double($0)) }
        case .float64(let values): return values.map { Number(rounding: $0) }
        case .float16(let values): return values.map { Number(rounding: Double($0.float)) }
        case .bfloat16(let values): return values.map { Number(rounding: Double($0.float)) }
        default: throw failure("wants floats as input \(index + 1), and gets \(tensor.type.name)")
        }
    }

    func optionalReals<Number: ONNXReal>(
        _ index: Int, as type: Number.Type = Number.self
    ) throws(ONNXError) -> [Number]? {
        optionalValue(index) == nil ? nil : try reals(index, as: type)
    }

    /// Floats of an input of one type per channel, feature or the like.
    ///
    /// - Throws: where there are not `count` of them on one axis.
    func reals<Number: ONNXReal>(
        _ index: Int, count: Int, _ what: String, as type: Number.Type = Number.self
    ) throws(ONNXError) -> [Number] {
        let values = try reals(index, as: type)
        guard values.count == count else {
            throw failure(
                "wants \(count) of \(what) as input \(index + 1), and gets \(try tensor(index).shape)",
                kind: .input)
        }
        return values
    }

    /// Refuses what would go on beyond what one execution may take.
    func check(products factors: [Int]) throws(ONNXError) {
        try meter.spend(products: factors, at: place)
    }
}

extension ONNXValue {
    /// Floats of 16 bits as floats.
    fileprivate var widened: ONNXValue {
        guard let tensor else { return self }
        switch tensor.elements {
        case .float16(let values): return .tensor(ONNXTensor(tensor.shape, values.map(\.float)))
        case .bfloat16(let values): return .tensor(ONNXTensor(tensor.shape, values.map(\.float)))
        default: return self
        }
    }
}
