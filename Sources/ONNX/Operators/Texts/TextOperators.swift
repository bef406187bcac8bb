/// Operators on texts. All of them compare and cut bytes of UTF-8 or Unicode scalars, as ONNX Runtime does, never
/// the characters of Swift, which take several scalars as one.
enum TextOperators {
    static let operators: [ONNXOperator] = [
        ONNXOperator("StringConcat", concat), ONNXOperator("StringSplit", split),
        ONNXOperator("StringNormalizer", normalize), ONNXOperator("RegexFullMatch", matches),
    ]

    static func concat(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let (left, right) = (try call.tensor(0), try call.tensor(1))
        let shape = try call.broadcast([left.shape, right.shape])
        let before = Broadcasting.stretched(
            try call.array(0, of: String.self), left.shape, to: shape)
        let after = Broadcasting.stretched(
            try call.array(1, of: String.self), right.shape, to: shape)
        var bytes = 0
        var result: [String] = []
        result.reserveCapacity(before.count)
        for (one, other) in zip(before, after) {
            bytes = try call.sum(bytes, one.utf8.count + other.utf8.count)
            guard bytes <= call.limits.textBytes else {
                throw call.failure(
                    "makes texts of more than \(call.limits.textBytes) bytes", kind: .limit)
            }
            result.append(one + other)
        }
        return call.result(shape, result)
    }

    /// Where no delimiter is given texts are cut at spaces, and none is left at their ends.
    ///
    /// As ONNX Runtime has it, only the space is white space, and the empty text has no parts with any delimiter.
    static func split(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let texts = try call.array(0, of: String.self)
        let shape = try call.tensor(0).shape
        let delimiter = Array(try call.text("delimiter", default: "").utf8)
        let given = try call.optionalInt("maxsplit") ?? -1
        let most = given < 0 ? Int.max : given
        var parts: [[String]] = []
        var longest = 0
        for text in texts {
            let bytes = Array(text.utf8)
            let cut =
                delimiter.isEmpty || bytes.isEmpty
                ? words(bytes, splits: most) : pieces(bytes, between: delimiter, splits: most)
            parts.append(cut.map { String(decoding: $0, as: UTF8.self) })
            longest = max(longest, cut.count)
        }
        let count = try call.count(of: shape + [longest])
        var result: [String] = []
        result.reserveCapacity(count)
        for list in parts {
            result.append(contentsOf: list)
            result.append(contentsOf: repeatElement("", count: longest - list.count))
        }
        return [
            .tensor(ONNXTensor(shape + [longest], result)),
            .tensor(ONNXTensor(shape, parts.map { Int64($0.count) })),
        ]
    }

    private static func words(_ bytes: [UInt8], splits: Int) -> [ArraySlice<UInt8>] {
        let space = UInt8(ascii: " ")
        var rest = bytes[...]
        while rest.last == space { rest.removeLast() }
        var words: [ArraySlice<UInt8>] = []
        while true {
            rest = rest.drop { $0 == space }
            guard !rest.isEmpty else { return words }
            guard words.count < splits, let end = rest.firstIndex(of: space) else {
                return words + [rest]
            }
            words.append(rest[..<end])
            rest = rest[end...]
        }
    }

    private static func pieces(
        _ bytes: [UInt8], between delimiter: [UInt8], splits: Int
    ) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        var place = 0
        while pieces.count < splits, place + delimiter.count <= bytes.count {
            if bytes[place] == delimiter[0],
                bytes[place..<place + delimiter.count].elementsEqual(delimiter)
            {
                pieces.append(bytes[start..<place])
                place += delimiter.count
                start = place
            } else {
                place += 1
            }
        }
        return pieces + [bytes[start...]]
    }

    /// Letters are changed one scalar for one, by Unicode's simple cases and no locale: ß stays ß in upper case.
    static func normalize(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        var texts = try call.array(0, of: String.self)
        let shape = try call.tensor(0).shape
        guard shape.count == 1 || (shape.count == 2 && shape[0] == 1) else {
            throw call.failure("wants one row of texts, and gets \(shape)", kind: .input)
        }
        let stopWords = try call.texts("stopwords")
        if !stopWords.isEmpty {
            if try call.flag("is_case_sensitive") {
                let stops = Set(stopWords.map { ByteText($0) })
                texts.removeAll { stops.contains(ByteText($0)) }
            } else {
                let stops = Set(stopWords.map { ByteText($0.simpleLowercase) })
                texts.removeAll { stops.contains(ByteText($0.simpleLowercase)) }
            }
        }
        switch try call.text("case_change_action", default: "NONE") {
        case "NONE": break
        case "LOWER": texts = texts.map(\.simpleLowercase)
        case "UPPER": texts = texts.map(\.simpleUppercase)
        case let other: throw call.failure("has the change of case '\(other)', which there is not")
        }
        if texts.isEmpty { texts = [""] }
        return call.result(shape.dropLast() + [texts.count], texts)
    }

    static func matches(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let texts = try call.array(0, of: String.self)
        guard let pattern = try call.optionalText("pattern") else {
            throw call.failure("misses the attribute 'pattern'")
        }
        let program: PatternProgram
        do {
            program = try PatternProgram(pattern)
        } catch {
            throw call.failure(
                "has a pattern '\(pattern)' that \(error.problem)", kind: .unsupported)
        }
        var steps = 0
        for text in texts { steps = try call.sum(steps, text.utf8.count + 1) }
        try call.meter.spend(try call.product(steps, program.count), at: call.place)
        return call.result(try call.tensor(0).shape, texts.map { program.matches($0) })
    }
}

extension String {
    var simpleLowercase: String { mappingScalars(\.simpleLowercase) }
    var simpleUppercase: String { mappingScalars(\.simpleUppercase) }

    private func mappingScalars(_ map: (Unicode.Scalar) -> Unicode.Scalar) -> String {
        var result = String.UnicodeScalarView()
        for scalar in unicodeScalars { result.append(map(scalar)) }
        return String(result)
    }
}

extension Unicode.Scalar {
    /// Itself where its lower case is more than one scalar.
    var simpleLowercase: Unicode.Scalar { only(properties.lowercaseMapping) }
    var simpleUppercase: Unicode.Scalar { only(properties.uppercaseMapping) }

    private func only(_ text: String) -> Unicode.Scalar {
        let scalars = text.unicodeScalars
        return scalars.count == 1 ? scalars.first ?? self : self
    }
}
