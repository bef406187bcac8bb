extension OperatorRegistry {
    static let products: [ONNXOperator] = []
}
