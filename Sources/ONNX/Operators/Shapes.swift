extension OperatorRegistry {
    static let shapes: [ONNXOperator] = []
}
