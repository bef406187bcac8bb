extension OperatorRegistry {
    static let sequences: [ONNXOperator] = []
}
