/// Operators that choose and join features.
enum FeatureOperators {
    static let all: [ONNXOperator] = [
        ONNXOperator(.ml("ArrayFeatureExtractor"), arrayFeatureExtractor),
        ONNXOperator(.ml("FeatureVectorizer"), featureVectorizer),
    ]

    /// Elements of the last axis; of a tensor of one axis, one row of them.
    private static func arrayFeatureExtractor(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let places = try call.integers(1)
        guard let width = tensor.shape.last else {
            throw call.failure("wants an axis of features, and gets a scalar", kind: .input)
        }
        guard !places.isEmpty else { throw call.failure("gets no places of features", kind: .input) }
        for place in places where !(0..<width).contains(place) {
            throw call.failure("asks for feature \(place) of \(width)", kind: .input)
        }
        let shape = (tensor.rank == 1 ? [1] : Array(tensor.shape.dropLast())) + [places.count]
        let count = try call.count(of: shape)
        func extracted(_ array: some ElementArray) -> [ONNXValue] {
            let elements = array.array
            var result: [_] = Array(elements.prefix(0))
            result.reserveCapacity(count)
            for row in 0..<(count / places.count) {
                for place in places { result.append(elements[row * width + place]) }
            }
            return call.result(shape, result)
        }
        return extracted(tensor.elements.array)
    }

    /// Inputs side by side as floats, each cut or filled with 0 to the count that is told for it.
    private static func featureVectorizer(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensors = try call.tensors()
        var parts: [(x: [Float], rows: Int, width: Int)] = []
        for tensor in tensors {
            guard !tensor.shape.isEmpty else { throw call.failure("gets a scalar instead of rows", kind: .input) }
            let rows = tensor.rank == 1 ? 1 : tensor.shape[0]
            parts.append((try call.scalars(tensor.elements), rows, rows == 0 ? 0 : tensor.count / rows))
        }
        let widths = try call.optionalInts("inputdimensions") ?? parts.map(\.width)
        guard widths.count == parts.count, !parts.isEmpty, widths.allSatisfy({ $0 >= 0 }) else {
            throw call.failure("has counts \(widths) of features for \(parts.count) inputs")
        }
        let rows = parts[0].rows
        guard parts.allSatisfy({ $0.rows == rows }) else {
            throw call.failure("gets inputs of \(parts.map(\.rows)) rows", kind: .input)
        }
        var total = 0
        for width in widths {
            let (sum, overflows) = total.addingReportingOverflow(width)
            guard !overflows else { throw call.failure("has counts of features beyond any tensor", kind: .limit) }
            total = sum
        }
        var result = [Float](repeating: 0, count: try call.count(of: [rows, total]))
        var start = 0
        for (part, width) in zip(parts, widths) {
            for row in 0..<rows {
                for column in 0..<min(width, part.width) {
                    result[row * total + start + column] = part.x[row * part.width + column]
                }
            }
            start += width
        }
        return call.result([rows, total], result)
    }
}
