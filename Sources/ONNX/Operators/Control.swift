extension OperatorRegistry {
    static let control: [ONNXOperator] = []
}
