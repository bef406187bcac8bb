extension OperatorRegistry {
    static let quantization: [ONNXOperator] = []
}
