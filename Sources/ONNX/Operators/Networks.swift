extension OperatorRegistry {
    static let networks: [ONNXOperator] = []
}
