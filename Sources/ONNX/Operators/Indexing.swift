extension OperatorRegistry {
    static let indexing: [ONNXOperator] = []
}
