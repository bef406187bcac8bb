extension OperatorRegistry {
    static let products: [ONNXOperator] = [
        .product("MatMul", MatMul.self),
        .product("Gemm", Gemm.self),
        .product("Einsum", Einsum.self),
        ONNXOperator("MatMulInteger", IntegerProducts.matMulInteger),
        ONNXOperator("QLinearMatMul", IntegerProducts.qLinearMatMul),
    ]
}
