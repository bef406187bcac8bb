/// Operators on optionals. One that holds a value is that value here.
enum Optionals {
    static let operators: [ONNXOperator] = [
        ONNXOperator("Optional") { call throws(ONNXError) in [call.optionalValue(0) ?? .none] },
        ONNXOperator("OptionalGetElement", getElement),
        ONNXOperator("OptionalHasElement", hasElement),
    ]

    static func getElement(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let value = try call.value(0)
        guard value != .none else {
            throw call.failure("takes the value of an optional that holds none", kind: .input)
        }
        return [value]
    }

    static func hasElement(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        call.result(.scalar(call.optionalValue(0) ?? .none != .none))
    }
}
