extension OperatorRegistry {
    static let networks: [ONNXOperator] = [
        .real("Conv", Convolution.self),
        .real("ConvTranspose", TransposedConvolution.self),
        ONNXOperator("ConvInteger", IntegerConvolution.convInteger),
        ONNXOperator("QLinearConv", IntegerConvolution.qLinearConv),
        ONNXOperator("MaxPool", MaxPool.evaluate),
        .real("AveragePool", AveragePool.self),
        .real("LpPool", LpPool.self),
        .real("GlobalAveragePool", GlobalAveragePool.self),
        .real("GlobalMaxPool", GlobalMaxPool.self),
        .real("GlobalLpPool", GlobalLpPool.self),
        .real("MaxUnpool", MaxUnpool.self),
    ]
}
