/// `LabelEncoder` of all versions: 1 by a list of texts, 2 by lists of keys and values, 4 by tensors of them too.
enum LabelEncoding {
    static func prepare(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        guard call.opset >= 2 else {
            let texts = try call.texts("classes_strings")
            let mapping = TextMapping(
                texts: texts, numbers: (0..<texts.count).map { Int64($0) },
                text: try call.text("default_string", default: "_Unused"),
                number: Int64(try call.int("default_int64", default: -1)))
            return { call throws(ONNXError) in try mapping.evaluate(call) }
        }
        let keys = try elements(call, "keys")
        let values = try elements(call, "values")
        guard keys.count == values.count else {
            throw call.failure("has \(keys.count) keys and \(values.count) values")
        }
        let standard = try standard(call, values)
        // Of version 4, NaN is a key; before, it is equal to none.
        let matchesMissing = call.opset >= 4
        let valuesArray = values.array
        func opened<Keys: ElementArray>(_ keys: Keys) -> ONNXOperator.Evaluation {
            var places: [LabelKey<Keys.Element>: Int] = [:]
            for (place, key) in keys.array.enumerated() {
                let key = LabelKey(key)
                guard matchesMissing || !key.isMissing else { continue }
                // The first of equal keys counts.
                if places[key] == nil { places[key] = place }
            }
            let known = places
            func values<Values: ElementArray>(_ values: Values) -> ONNXOperator.Evaluation {
                let array = values.array
                let other = Values.Element.array(standard)?.first ?? .zero
                return { call throws(ONNXError) in
                    let x: [Keys.Element] = try call.array(0)
                    let result = x.map { value in known[LabelKey(value)].map { array[$0] } ?? other }
                    return call.result(try call.tensor(0).shape, result)
                }
            }
            return values(valuesArray)
        }
        return opened(keys.array)
    }

    /// Keys or values, as one of three lists or a tensor.
    private static func elements(_ call: NodeCall, _ name: String) throws(ONNXError) -> Elements {
        var found: [Elements] = []
        if let texts = try call.optionalTexts(name + "_strings"), !texts.isEmpty { found.append(.string(texts)) }
        if let numbers = try call.optionalInts(name + "_int64s"), !numbers.isEmpty {
            found.append(.int64(numbers.map { Int64($0) }))
        }
        if let floats = try call.optionalFloats(name + "_floats"), !floats.isEmpty { found.append(.float32(floats)) }
        if let tensor = try call.optionalTensor(attribute: name + "_tensor"), tensor.count > 0 {
            found.append(tensor.elements)
        }
        guard found.count == 1 else {
            throw call.failure("has \(found.count) lists of \(name) instead of one")
        }
        return found[0]
    }

    /// One element of the values' type for a key that is not there.
    private static func standard(_ call: NodeCall, _ values: Elements) throws(ONNXError) -> Elements {
        if let tensor = try call.optionalTensor(attribute: "default_tensor") {
            guard tensor.type == values.type, tensor.count >= 1 else {
                throw call.failure("has a default of \(tensor.type.name) for values of \(values.type.name)")
            }
            return tensor.elements
        }
        switch values {
        case .string: return .string([try call.text("default_string", default: "_Unused")])
        case .int64: return .int64([Int64(try call.int("default_int64", default: -1))])
        case .float32: return .float32([try call.float("default_float", default: -0.0)])
        case .float64: return .float64([-0.0])
        case .int16: return .int16([-1])
        case .int32: return .int32([-1])
        default: throw call.failure("has values of \(values.type.name) without a default")
        }
    }
}

/// A key of a mapping: texts by their bytes, and NaN equal to itself.
private struct LabelKey<Element: ONNXElement>: Hashable, Sendable {
    let element: Element

    init(_ element: Element) { self.element = element }

    var isMissing: Bool { (element as? any ONNXNumber)?.isNaN ?? false }

    static func == (left: LabelKey, right: LabelKey) -> Bool {
        if let left = left.element as? String, let right = right.element as? String {
            return ByteText(left) == ByteText(right)
        }
        return left.element == right.element || (left.isMissing && right.isMissing)
    }

    func hash(into hasher: inout Hasher) {
        if let text = element as? String {
            ByteText(text).hash(into: &hasher)
        } else if !isMissing {
            element.hash(into: &hasher)
        }
    }
}
