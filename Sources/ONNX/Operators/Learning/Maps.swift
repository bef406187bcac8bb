/// Operators that read or make maps.
enum MapOperators {
    static let all: [ONNXOperator] = [
        ONNXOperator(.ml("ZipMap"), zipMap), ONNXOperator(.ml("DictVectorizer"), dictVectorizer),
        ONNXOperator(.ml("CastMap"), castMap),
    ]

    /// A sequence of one map a row.
    private static func zipMap(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let labels = try ClassLabels(call, numbers: "classlabels_int64s")
        let (rows, width) = try call.rows(try call.tensor(0).shape)
        let x = try call.array(0, of: Float.self)
        guard width == labels.count else {
            throw call.failure("has \(labels.count) labels, and gets rows of \(width) numbers", kind: .input)
        }
        let keys: [ONNXMapEntry.Key] =
            switch labels {
            case .texts(let texts): texts.map { .text($0) }
            case .numbers(let numbers): numbers.map { .number($0) }
            }
        // Of equal labels the last one's number counts.
        var last: [ONNXMapEntry.Key: Int] = [:]
        for (place, key) in keys.enumerated() { last[key] = place }
        let places = keys.indices.filter { last[keys[$0]] == $0 }
        return [
            .sequence(
                (0..<rows).map { row in
                    .map(places.map { ONNXMapEntry(key: keys[$0], value: .scalar(x[row * width + $0])) })
                })
        ]
    }

    private static func map(_ call: NodeCall) throws(ONNXError) -> [ONNXMapEntry] {
        let value = try call.value(0)
        guard case .map(let entries) = value else {
            throw call.failure("wants a map, and gets \(value.kind)", kind: .input)
        }
        return entries
    }

    /// `[1, vocabulary]`: the value of each word, 0 of one that the map does not have. The values of an empty map are
    /// taken for floats, as a map does not tell its type here.
    private static func dictVectorizer(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let texts = try call.texts("string_vocabulary")
        let numbers = try call.ints("int64_vocabulary", default: [])
        guard texts.isEmpty != numbers.isEmpty else {
            throw call.failure("wants a vocabulary of one type, either texts or whole numbers")
        }
        var textValues: [ByteText: ONNXTensor] = [:]
        var numberValues: [Int64: ONNXTensor] = [:]
        let entries = try map(call)
        for entry in entries {
            switch entry.key {
            case .text(let text): textValues[ByteText(text)] = entry.value
            case .number(let number): numberValues[number] = entry.value
            }
        }
        let found =
            texts.map { textValues[ByteText($0)] } + numbers.map { numberValues[Int64($0)] }
        func values<Element: ONNXElement>(_: Element.Type) throws(ONNXError) -> [ONNXValue] {
            var result: [Element] = []
            for tensor in found {
                guard let tensor else {
                    result.append(.zero)
                    continue
                }
                guard let value = Element.array(tensor.elements)?.first else {
                    throw call.failure("gets a map of values of several types", kind: .input)
                }
                result.append(value)
            }
            return call.result([1, result.count], result)
        }
        switch entries.first?.value.elements {
        case nil, .float32: return try values(Float.self)
        case .float64: return try values(Double.self)
        case .int64: return try values(Int64.self)
        case .string: return try values(String.self)
        default: throw call.failure("gets a map of values of another type than ONNX allows", kind: .input)
        }
    }

    /// `[1, entries]` by ascending keys, or `[1, max_map]` with a number that stands for what is not there: 0, or the
    /// text `0.f` that ONNX Runtime writes.
    private static func castMap(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        var entries: [(key: Int64, value: ONNXTensor)] = []
        for entry in try map(call) {
            guard case .number(let key) = entry.key else {
                throw call.failure("wants a map of whole numbers, and gets one of texts", kind: .input)
            }
            entries.append((key, entry.value))
        }
        entries.sort { $0.key < $1.key }
        let form = try call.text("map_form", default: "DENSE")
        let type = try call.text("cast_to", default: "TO_FLOAT")
        guard ["DENSE", "SPARSE"].contains(form) else {
            throw call.failure("has a form '\(form)' of its map, which is none of ONNX's")
        }
        let count = form == "DENSE" ? entries.count : try call.int("max_map", default: 1)
        let shape = [1, count]
        _ = try call.count(of: shape)
        guard form == "DENSE" || entries.allSatisfy({ $0.key >= 0 }) else {
            throw call.failure("gets a map with a negative key", kind: .input)
        }
        func cast<Element: ONNXElement>(
            _ pad: Element, _ convert: (ONNXTensor) throws(ONNXError) -> Element
        ) throws(ONNXError) -> [ONNXValue] {
            var result = [Element](repeating: pad, count: count)
            for (index, entry) in entries.enumerated() {
                let place = form == "DENSE" ? index : entry.key < count ? Int(entry.key) : nil
                if let place { result[place] = try convert(entry.value) }
            }
            return call.result(shape, result)
        }
        func number(_ tensor: ONNXTensor) throws(ONNXError) -> Float {
            switch tensor.elements {
            case .float32(let values) where values.count == 1: return values[0]
            case .string(let values) where values.count == 1:
                if let number = Float(values[0]) { return number }
                throw call.failure("gets the text '\(values[0])', which is no number", kind: .input)
            default: throw call.failure("wants a map of floats or texts", kind: .input)
            }
        }
        switch type {
        case "TO_FLOAT": return try cast(Float(0), number)
        case "TO_INT64":
            return try cast(Int64(0)) { tensor throws(ONNXError) in
                if case .string(let texts) = tensor.elements, let text = texts.first {
                    guard let number = Int64(text) else {
                        throw call.failure("gets the text '\(text)', which is no whole number", kind: .input)
                    }
                    return number
                }
                return try number(tensor).integer
            }
        case "TO_STRING":
            return try cast("0.f") { tensor throws(ONNXError) in
                if case .string(let texts) = tensor.elements, let text = texts.first { return text }
                return try number(tensor).withSixDecimals
            }
        default: throw call.failure("casts to '\(type)', which is none of ONNX's types")
        }
    }
}

extension Float {
    /// As C's `%f` writes it.
    var withSixDecimals: String {
        guard isFinite else { return isNaN ? (sign == .minus ? "-nan" : "nan") : self < 0 ? "-inf" : "inf" }
        let sign = sign == .minus ? "-" : ""
        // From 2^24 on a float is a whole number; below, its millionfold is a whole number of less than 53 bits,
        // exactly.
        guard magnitude < 0x1p24 else { return sign + "\(UInt128(magnitude)).000000" }
        let millionths = UInt64((Double(magnitude) * 1e6).rounded(.toNearestOrEven))
        let decimals = String(millionths % 1_000_000)
        return sign + "\(millionths / 1_000_000)." + String(repeating: "0", count: 6 - decimals.count) + decimals
    }
}
