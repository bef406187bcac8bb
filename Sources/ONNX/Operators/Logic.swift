extension OperatorRegistry {
    static let logic: [ONNXOperator] =
        Comparisons.operators + Truth.operators + [ONNXOperator("Where", Selection.choose)]
}
