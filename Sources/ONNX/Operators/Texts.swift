extension OperatorRegistry {
    static let texts: [ONNXOperator] = []
}
