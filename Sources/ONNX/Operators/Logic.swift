extension OperatorRegistry {
    static let logic: [ONNXOperator] = []
}
