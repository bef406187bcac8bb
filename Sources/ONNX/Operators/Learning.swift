extension OperatorRegistry {
    /// The operators of ai.onnx.ml. Where its text and ONNX Runtime disagree, they do what ONNX Runtime does, and say
    /// so.
    static let learning: [ONNXOperator] =
        TreeOperators.all + LinearOperators.all + SupportVectorOperators.all + ScalingOperators.all
        + CategoryOperators.all + FeatureOperators.all + MapOperators.all
}
