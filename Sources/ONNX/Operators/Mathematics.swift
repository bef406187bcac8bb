extension OperatorRegistry {
    static let mathematics: [ONNXOperator] = []
}
