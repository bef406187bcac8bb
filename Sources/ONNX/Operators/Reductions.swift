extension OperatorRegistry {
    static let reductions: [ONNXOperator] = []
}
