/// Operators that change numbers one by one or row by row.
enum ScalingOperators {
    static let all: [ONNXOperator] = [
        ONNXOperator(.ml("Scaler"), scaler), ONNXOperator(.ml("Normalizer"), normalizer),
        ONNXOperator(.ml("Imputer"), imputer), ONNXOperator(.ml("Binarizer"), binarizer),
    ]

    /// Features of a row, as ONNX Runtime counts them for a tensor of any rank: the extent of its second axis.
    private static func stride(_ call: NodeCall, _ shape: [Int]) throws(ONNXError) -> Int {
        guard !shape.isEmpty else { throw call.failure("wants rows of features, and gets a scalar", kind: .input) }
        return shape.count == 1 ? shape[0] : shape[1]
    }

    /// `(x − offset) · scale`, of doubles in doubles, otherwise in floats.
    private static func scaler(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let stride = try stride(call, tensor.shape)
        let offset = try call.floats("offset", default: [0])
        let scale = try call.floats("scale", default: [1])
        func scaled<Scalar: TreeScalar>(_ x: [Scalar]) throws(ONNXError) -> [Float] {
            guard [1, stride].contains(offset.count), [1, stride].contains(scale.count) else {
                throw call.failure(
                    "has \(offset.count) offsets and \(scale.count) scales, and gets rows of \(stride) features",
                    kind: .input)
            }
            var result: [Float] = []
            result.reserveCapacity(x.count)
            for index in x.indices {
                let column = index % stride
                let value =
                    (x[index] - Scalar(offset[offset.count == 1 ? 0 : column]))
                    * Scalar(scale[scale.count == 1 ? 0 : column])
                result.append(value.single)
            }
            return result
        }
        if case .float64(let x) = tensor.elements { return call.result(tensor.shape, try scaled(x)) }
        let x: [Float] = try call.scalars(tensor.elements)
        return call.result(tensor.shape, try scaled(x))
    }

    /// MAX divides by the greatest number, which may be negative, and not by the greatest magnitude. A row whose norm
    /// is 0 stays. Of L2 a number is `±√(x² / Σx²)`, squared in the input's own type.
    private static func normalizer(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let (rows, width) = try call.rows(tensor.shape)
        let text = try call.text("norm", default: "MAX")
        guard ["MAX", "L1", "L2"].contains(text) else {
            throw call.failure("has a norm '\(text)', which is none of ONNX's")
        }
        let x: [Float] = try call.scalars(tensor.elements)
        guard text == "L2" else {
            var result = x
            for row in 0..<rows {
                let range = row * width..<(row + 1) * width
                var norm: Float = text == "MAX" ? -.greatestFiniteMagnitude : 0
                for index in range {
                    norm = text == "L1" ? norm + x[index].magnitude : norm < x[index] ? x[index] : norm
                }
                if norm != 0 { for index in range { result[index] = x[index] / norm } }
            }
            return call.result(tensor.shape, result)
        }
        guard let numbers = tensor.elements.numbers else { throw call.failure("wants numbers", kind: .input) }
        let squares = squares(numbers)
        var result = x
        for row in 0..<rows {
            let range = row * width..<(row + 1) * width
            var sum: Float = 0
            for index in range { sum += squares[index] }
            guard sum != 0 else { continue }
            for index in range {
                let root = (squares[index] / sum).squareRoot()
                result[index] = x[index] < 0 ? -root : root
            }
        }
        return call.result(tensor.shape, result)
    }

    private static func squares(_ numbers: some NumberArray) -> [Float] {
        numbers.array.map { Float($0.multiplying($0).double) }
    }

    /// NaN is replaced where it is the value to be replaced.
    private static func imputer(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let stride = try stride(call, tensor.shape)
        let floats = try call.floats("imputed_value_floats")
        let integers = try call.ints("imputed_value_int64s", default: [])
        guard floats.isEmpty != integers.isEmpty else {
            throw call.failure("wants imputed values of one type, either floats or whole numbers")
        }
        guard tensor.type.isFloat == integers.isEmpty, let numbers = tensor.elements.numbers else {
            throw call.failure(
                "has imputed values of another type than its input, which is of \(tensor.type.name)", kind: .input)
        }
        let replacedFloat = Double(try call.float("replaced_value_float", default: 0))
        let replacedInteger = Int64(try call.int("replaced_value_int64", default: 0))
        func imputed<Number: ONNXNumber>(_ x: [Number]) -> [ONNXValue] {
            let replaced = Number.isFloat ? Number(replacedFloat) : Number(wrapping: replacedInteger)
            let values =
                Number.isFloat
                ? floats.map { Number(Double($0)) } : integers.map { Number(wrapping: Int64($0)) }
            var result = x
            for index in x.indices where x[index] == replaced || (x[index].isNaN && replaced.isNaN) {
                result[index] = values[values.count == stride ? index % stride : 0]
            }
            return call.result(tensor.shape, result)
        }
        func opened(_ numbers: some NumberArray) -> [ONNXValue] { imputed(numbers.array) }
        return opened(numbers)
    }

    /// 1 of what is above the threshold, else 0; NaN is refused, as ONNX Runtime does.
    private static func binarizer(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        let threshold = Double(try call.float("threshold", default: 0))
        func binarized<Number: ONNXNumber>(_ x: [Number]) throws(ONNXError) -> [ONNXValue] {
            var result: [Number] = []
            result.reserveCapacity(x.count)
            for (index, value) in x.enumerated() {
                guard !value.isNaN else { throw call.failure("gets NaN as element \(index)", kind: .input) }
                result.append(Number(value.double > threshold ? 1.0 : 0.0))
            }
            return call.result(tensor.shape, result)
        }
        func opened(_ numbers: some NumberArray) throws(ONNXError) -> [ONNXValue] {
            try binarized(numbers.array)
        }
        return try opened(try call.numbers(0))
    }
}
