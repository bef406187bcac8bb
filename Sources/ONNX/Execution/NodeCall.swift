/// A node while it runs: what it was given, and its attributes, with the checks that every operator needs.
package struct NodeCall {
    package let node: ONNXNode
    /// Version of the operators of the node's domain that the file asks for.
    package let opset: Int
    /// `nil` for an optional input that is not given.
    package let inputs: [ONNXValue?]
    package let limits: ONNXLimits
    /// Of the execution that the node is a part of.
    let meter: WorkMeter
    /// Runs the graph that is an attribute of the node.
    let running: (_ attribute: String, _ inputs: [ONNXValue]) throws(ONNXError) -> [ONNXValue]

    package init(
        node: ONNXNode, opset: Int, inputs: [ONNXValue?], limits: ONNXLimits = ONNXLimits(),
        meter: WorkMeter? = nil,
        running: @escaping (_ attribute: String, _ inputs: [ONNXValue]) throws(ONNXError) ->
            [ONNXValue] = { _, _ throws(ONNXError) in [] }
    ) {
        self.node = node
        self.opset = opset
        self.inputs = inputs
        self.limits = limits
        self.meter = meter ?? WorkMeter(limits)
        self.running = running
    }

    package var place: String { node.place }

    /// An error of this node.
    package func failure(
        _ problem: String, kind: ONNXError.Kind = .malformed, advice: String? = nil
    ) -> ONNXError {
        ONNXError(kind, at: place, problem, advice: advice)
    }

    /// Outputs that the node names, asked for or not.
    package var outputCount: Int { node.outputs.count }

    /// Whether somebody may read an output.
    package func wants(output index: Int) -> Bool {
        index < node.outputs.count && !node.outputs[index].isEmpty
    }

    // MARK: Inputs

    package func value(_ index: Int) throws(ONNXError) -> ONNXValue {
        guard index < inputs.count, let value = inputs[index] else {
            throw failure("misses its input \(index + 1)")
        }
        return value
    }

    package func optionalValue(_ index: Int) -> ONNXValue? {
        index < inputs.count ? inputs[index] : nil
    }

    package func tensor(_ index: Int) throws(ONNXError) -> ONNXTensor {
        let value = try value(index)
        guard let tensor = value.tensor else {
            throw failure("wants a tensor as input \(index + 1), and gets \(value.kind)")
        }
        return tensor
    }

    /// `nil` where it is not given.
    package func optionalTensor(_ index: Int) throws(ONNXError) -> ONNXTensor? {
        guard let value = optionalValue(index) else { return nil }
        guard let tensor = value.tensor else {
            throw failure("wants a tensor as input \(index + 1), and gets \(value.kind)")
        }
        return tensor
    }

    /// All inputs as tensors, of an operator that takes any number.
    package func tensors() throws(ONNXError) -> [ONNXTensor] {
        var tensors: [ONNXTensor] = []
        for index in inputs.indices { tensors.append(try tensor(index)) }
        return tensors
    }

    /// The numbers of an input of one type.
    package func numbers(_ index: Int) throws(ONNXError) -> any NumberArray {
        let tensor = try tensor(index)
        guard let numbers = tensor.elements.numbers else {
            throw failure("wants numbers as input \(index + 1), and gets \(tensor.type.name)")
        }
        return numbers
    }

    /// The elements of an input that has to be of a type.
    package func array<Element: ONNXElement>(
        _ index: Int, of _: Element.Type = Element.self
    ) throws(ONNXError) -> [Element] {
        let tensor = try tensor(index)
        guard let array = Element.array(tensor.elements) else {
            throw failure(
                "wants \(Element.elementType.name) as input \(index + 1), and gets \(tensor.type.name)")
        }
        return array
    }

    /// Whole numbers of any type, such as extents, axes or indices.
    package func integers(_ index: Int) throws(ONNXError) -> [Int] {
        let tensor = try tensor(index)
        guard tensor.type.isInteger, let numbers = tensor.elements.numbers else {
            throw failure("wants whole numbers as input \(index + 1), and gets \(tensor.type.name)")
        }
        return Self.integers(numbers)
    }

    package func optionalIntegers(_ index: Int) throws(ONNXError) -> [Int]? {
        optionalValue(index) == nil ? nil : try integers(index)
    }

    private static func integers(_ numbers: some NumberArray) -> [Int] {
        numbers.array.map { Int($0.integer) }
    }

    // MARK: Attributes

    package func has(_ name: String) -> Bool { node.attributes[name] != nil }

    private func wrong(_ name: String) -> ONNXError {
        failure("has an attribute '\(name)' of another type than its operator's")
    }

    /// `nil` where it is not given.
    package func optionalInt(_ name: String) throws(ONNXError) -> Int? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .int(let value) = attribute else { throw wrong(name) }
        return Int(value)
    }

    package func int(_ name: String, default value: Int) throws(ONNXError) -> Int {
        try optionalInt(name) ?? value
    }

    /// One that has to be there.
    package func int(_ name: String) throws(ONNXError) -> Int {
        guard let value = try optionalInt(name) else { throw failure("misses the attribute '\(name)'") }
        return value
    }

    package func flag(_ name: String, default value: Bool = false) throws(ONNXError) -> Bool {
        try int(name, default: value ? 1 : 0) != 0
    }

    package func optionalFloat(_ name: String) throws(ONNXError) -> Float? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .float(let value) = attribute else { throw wrong(name) }
        return value
    }

    package func float(_ name: String, default value: Float) throws(ONNXError) -> Float {
        try optionalFloat(name) ?? value
    }

    package func optionalText(_ name: String) throws(ONNXError) -> String? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .string(let bytes) = attribute else { throw wrong(name) }
        return String(decoding: bytes, as: UTF8.self)
    }

    package func text(_ name: String, default value: String) throws(ONNXError) -> String {
        try optionalText(name) ?? value
    }

    package func optionalInts(_ name: String) throws(ONNXError) -> [Int]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .ints(let values) = attribute else { throw wrong(name) }
        return values.map { Int($0) }
    }

    package func ints(_ name: String, default values: [Int]) throws(ONNXError) -> [Int] {
        try optionalInts(name) ?? values
    }

    package func optionalFloats(_ name: String) throws(ONNXError) -> [Float]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .floats(let values) = attribute else { throw wrong(name) }
        return values
    }

    package func floats(_ name: String, default values: [Float] = []) throws(ONNXError) -> [Float] {
        try optionalFloats(name) ?? values
    }

    package func optionalTexts(_ name: String) throws(ONNXError) -> [String]? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .strings(let values) = attribute else { throw wrong(name) }
        return values.map { String(decoding: $0, as: UTF8.self) }
    }

    package func texts(_ name: String, default values: [String] = []) throws(ONNXError) -> [String] {
        try optionalTexts(name) ?? values
    }

    package func optionalTensor(attribute name: String) throws(ONNXError) -> ONNXTensor? {
        guard let attribute = node.attributes[name] else { return nil }
        guard case .tensor(let tensor) = attribute else { throw wrong(name) }
        return tensor
    }

    /// An axis that may count from the end.
    ///
    /// - Throws: where a tensor of that rank has no such axis.
    package func axis(_ axis: Int, rank: Int) throws(ONNXError) -> Int {
        let place = axis < 0 ? axis + rank : axis
        guard (0..<rank).contains(place) else {
            throw failure("asks for axis \(axis) of a tensor with \(rank)")
        }
        return place
    }

    /// Axes that may count from the end, each once.
    package func axes(_ axes: [Int], rank: Int) throws(ONNXError) -> [Int] {
        guard axes.count <= rank else {
            throw failure("names \(axes.count) axes of a tensor with \(rank)")
        }
        var result: [Int] = []
        for axis in axes {
            let place = try self.axis(axis, rank: rank)
            guard !result.contains(place) else { throw failure("names axis \(axis) twice") }
            result.append(place)
        }
        return result
    }

    // MARK: Results

    /// Elements of a result, which has to be asked before memory is taken for one whose extents come from data or
    /// attributes.
    package func count(of shape: [Int]) throws(ONNXError) -> Int { try limits.count(of: shape, at: place) }

    /// A result whose elements are of one type.
    package func result<Element: ONNXElement>(_ shape: [Int], _ array: [Element]) -> [ONNXValue] {
        [.tensor(ONNXTensor(shape, array))]
    }

    /// Runs the graph that is an attribute of the node.
    package func run(graph attribute: String, _ inputs: [ONNXValue]) throws(ONNXError) -> [ONNXValue] {
        try running(attribute, inputs)
    }
}
