/// A tensor of ONNX: extents, and elements of one type, row-major.
package struct ONNXTensor: Sendable, Hashable {
    package let shape: [Int]
    package let elements: Elements

    /// - Precondition: so many elements as the shape says.
    package init(_ shape: [Int], _ elements: Elements) {
        precondition(
            shape.reduce(1, *) == elements.count,
            "\(elements.count) elements are no tensor of \(shape)")
        self.shape = shape
        self.elements = elements
    }

    package init<Element: ONNXElement>(_ shape: [Int], _ array: [Element]) {
        self.init(shape, Element.elements(array))
    }

    package static func scalar<Element: ONNXElement>(_ value: Element) -> ONNXTensor {
        ONNXTensor([], [value])
    }

    /// A tensor of one axis.
    package static func vector<Element: ONNXElement>(_ values: [Element]) -> ONNXTensor {
        ONNXTensor([values.count], values)
    }

    package var rank: Int { shape.count }
    package var count: Int { elements.count }
    package var type: ElementType { elements.type }

    /// The same elements in other extents of the same product.
    package func reshaped(_ shape: [Int]) -> ONNXTensor { ONNXTensor(shape, elements) }
}

/// What a name of a graph stands for while it runs.
package indirect enum ONNXValue: Sendable, Hashable {
    case tensor(ONNXTensor)
    case sequence([ONNXValue])
    /// A map from texts or 64-bit whole numbers to tensors of one number, in the order in which it was made.
    case map([ONNXMapEntry])
    /// An optional that holds nothing.
    case none

    package var tensor: ONNXTensor? {
        if case .tensor(let tensor) = self { tensor } else { nil }
    }

    package var sequence: [ONNXValue]? {
        if case .sequence(let values) = self { values } else { nil }
    }

    /// In words, for errors.
    package var kind: String {
        switch self {
        case .tensor(let tensor): "a tensor of \(tensor.type.name) \(tensor.shape)"
        case .sequence(let values): "a sequence of \(values.count)"
        case .map(let entries): "a map of \(entries.count)"
        case .none: "an empty optional"
        }
    }

    /// Elements of all tensors in it, for what an execution may hold; of texts, one more for every four bytes.
    var weight: Int {
        switch self {
        case .tensor(let tensor):
            if case .string(let texts) = tensor.elements {
                texts.reduce(texts.count) { $0 + $1.utf8.count / 4 }
            } else {
                tensor.count
            }
        case .sequence(let values): values.reduce(values.count) { $0 + $1.weight }
        case .map(let entries): entries.count
        case .none: 0
        }
    }
}

extension ONNXGraph {
    /// Elements of the tensors that the graph has of its own, those of graphs within it left out.
    var weight: Int {
        var weight = initializers.values.reduce(0) { $0 + $1.count }
        for node in nodes {
            for case .tensor(let tensor) in node.attributes.values { weight += tensor.count }
        }
        return weight
    }
}

package struct ONNXMapEntry: Sendable, Hashable {
    package enum Key: Sendable, Hashable {
        case text(String)
        case number(Int64)
    }

    package var key: Key
    package var value: ONNXTensor

    package init(key: Key, value: ONNXTensor) {
        self.key = key
        self.value = value
    }
}
