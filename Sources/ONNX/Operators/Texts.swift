extension OperatorRegistry {
    static let texts: [ONNXOperator] = TextOperators.operators
}
