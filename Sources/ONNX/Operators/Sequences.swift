extension OperatorRegistry {
    static let sequences: [ONNXOperator] = Lists.operators + Optionals.operators
}
