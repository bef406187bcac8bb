extension OperatorRegistry {
    static let shapes: [ONNXOperator] =
        Reshaping.operators + Rearranging.operators + Joining.operators + Slicing.operators
        + Padding.operators + Repeating.operators + ColumnsToImage.operators
}
