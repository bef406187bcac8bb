extension OperatorRegistry {
    static let quantization: [ONNXOperator] = [
        ONNXOperator("QuantizeLinear", LinearQuantization.quantize),
        ONNXOperator("DequantizeLinear", LinearQuantization.dequantize),
        ONNXOperator("DynamicQuantizeLinear", Quantization.dynamicQuantizeLinear),
    ]
}
