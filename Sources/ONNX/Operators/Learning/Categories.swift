/// Operators that turn categories into numbers or others.
enum CategoryOperators {
    static let all: [ONNXOperator] = [
        ONNXOperator(.ml("OneHotEncoder"), preparing: oneHot),
        ONNXOperator(.ml("LabelEncoder"), preparing: LabelEncoding.prepare),
        ONNXOperator(.ml("CategoryMapper"), preparing: categoryMapper),
    ]

    /// A category that is there twice has its last place, and numbers are cut to whole ones first, as ONNX Runtime
    /// does.
    private static func oneHot(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        let numbers = try call.ints("cats_int64s", default: [])
        let texts = try call.texts("cats_strings")
        guard numbers.isEmpty != texts.isEmpty else {
            throw call.failure("wants categories of one type, either texts or whole numbers")
        }
        let numberPlaces = Dictionary(numbers.enumerated().map { (Int64($1), $0) }) { $1 }
        let textPlaces = Dictionary(texts.enumerated().map { (ByteText($1), $0) }) { $1 }
        let count = max(numbers.count, texts.count)
        let allowsUnknown = try call.flag("zeros", default: true)
        return { call throws(ONNXError) in
            let tensor = try call.tensor(0)
            var places: [Int?]
            if case .string(let values) = tensor.elements {
                places = values.map { textPlaces[ByteText($0)] }
            } else {
                places = Self.integers(try call.numbers(0)).map { numberPlaces[$0] }
            }
            let shape = tensor.shape + [count]
            var result = [Float](repeating: 0, count: try call.count(of: shape))
            for (index, place) in places.enumerated() {
                if let place {
                    result[index * count + place] = 1
                } else if !allowsUnknown {
                    throw call.failure(
                        "gets a category that it does not know as element \(index)", kind: .input,
                        advice: "Give categories that the model was trained with")
                }
            }
            return call.result(shape, result)
        }
    }

    private static func integers(_ numbers: some NumberArray) -> [Int64] { numbers.array.map(\.integer) }

    private static func categoryMapper(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        let texts = try call.texts("cats_strings")
        let numbers = try call.ints("cats_int64s", default: [])
        guard texts.count == numbers.count else {
            throw call.failure("has \(texts.count) categories as texts, and \(numbers.count) as numbers")
        }
        let mapping = TextMapping(
            texts: texts, numbers: numbers.map { Int64($0) },
            text: try call.text("default_string", default: "_Unused"),
            number: Int64(try call.int("default_int64", default: -1)))
        return { call throws(ONNXError) in try mapping.evaluate(call) }
    }
}

/// Texts to whole numbers and back. A text or number that is there twice has its last counterpart.
struct TextMapping: Sendable {
    private let numberOfText: [ByteText: Int64]
    private let textOfNumber: [Int64: String]
    private let text: String
    private let number: Int64

    init(texts: [String], numbers: [Int64], text: String, number: Int64) {
        numberOfText = Dictionary(zip(texts.map { ByteText($0) }, numbers)) { $1 }
        textOfNumber = Dictionary(zip(numbers, texts)) { $1 }
        self.text = text
        self.number = number
    }

    func evaluate(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        switch tensor.elements {
        case .string(let values):
            return call.result(tensor.shape, values.map { numberOfText[ByteText($0)] ?? number })
        case .int64(let values):
            return call.result(tensor.shape, values.map { textOfNumber[$0] ?? text })
        default:
            throw call.failure("wants texts or 64-bit whole numbers, and gets \(tensor.type.name)", kind: .input)
        }
    }
}
