extension OperatorRegistry {
    static let learning: [ONNXOperator] = []
}
