/// The labels of a classifier, texts or whole numbers.
enum ClassLabels: Sendable {
    case texts([String])
    case numbers([Int64])

    /// - Parameter numbers: The attribute of whole numbers, which has two names in ONNX.
    /// - Throws: where there are none, or both.
    init(_ call: NodeCall, numbers: String, texts: String = "classlabels_strings") throws(ONNXError) {
        let textLabels = try call.texts(texts)
        let numberLabels = try call.ints(numbers, default: [])
        guard textLabels.isEmpty || numberLabels.isEmpty else {
            throw call.failure("has both '\(texts)' and '\(numbers)'")
        }
        guard !textLabels.isEmpty || !numberLabels.isEmpty else {
            throw call.failure("has no labels: neither '\(texts)' nor '\(numbers)'")
        }
        self = textLabels.isEmpty ? .numbers(numberLabels.map { Int64($0) }) : .texts(textLabels)
    }

    var count: Int {
        switch self {
        case .texts(let labels): labels.count
        case .numbers(let labels): labels.count
        }
    }

    /// One label a row.
    func tensor<Scalar>(_ choices: [TreeClassification<Scalar>.Choice]) -> ONNXTensor {
        switch self {
        case .texts(let labels):
            .vector(
                choices.map { choice in
                    switch choice {
                    case .label(let index), .literal(let index): labels[min(index, labels.count - 1)]
                    }
                })
        case .numbers(let labels):
            .vector(
                choices.map { choice in
                    switch choice {
                    case .label(let index): labels[index]
                    case .literal(let number): Int64(number)
                    }
                })
        }
    }

    /// - Parameter indices: Of labels, each below `count`.
    func tensor(_ indices: [Int]) -> ONNXTensor {
        switch self {
        case .texts(let labels): .vector(indices.map { labels[$0] })
        case .numbers(let labels): .vector(indices.map { labels[$0] })
        }
    }
}

extension NodeCall {
    /// Rows and features of an input of two axes, or of one, which is one row.
    func rows(_ shape: [Int]) throws(ONNXError) -> (rows: Int, width: Int) {
        switch shape.count {
        case 1: return (1, shape[0])
        case 2: return (shape[0], shape[1])
        default: throw failure("wants rows of features, and gets a tensor of \(shape)", kind: .input)
        }
    }

    /// The first input as rows of features in floats.
    func featureRows() throws(ONNXError) -> (x: [Float], rows: Int, width: Int) {
        let tensor = try tensor(0)
        let (rows, width) = try rows(tensor.shape)
        return (try scalars(tensor.elements), rows, width)
    }

    /// Numbers as the type in which a model computes; whole numbers are rounded to it.
    func scalars<Scalar: TreeScalar>(_ elements: Elements) throws(ONNXError) -> [Scalar] {
        switch elements {
        case .float32(let values): return values as? [Scalar] ?? values.map { Scalar($0) }
        case .float64(let values): return values as? [Scalar] ?? values.map { Scalar($0) }
        case .float16(let values): return values.map { Scalar($0.float) }
        case .int64(let values): return values.map { Scalar($0) }
        case .int32(let values): return values.map { Scalar($0) }
        default: throw failure("wants numbers, and gets \(elements.type.name)", kind: .input)
        }
    }
}
