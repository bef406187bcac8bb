extension OperatorRegistry {
    static let reductions: [ONNXOperator] =
        Sums.operators + Extremes.operators + Arguments.operators + [
            ONNXOperator("Det", Determinants.determinant)
        ]
}
