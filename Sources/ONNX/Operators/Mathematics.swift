extension OperatorRegistry {
    static let mathematics: [ONNXOperator] =
        arithmetic + functions + Activations.operators + Softmaxes.operators + Bits.operators + [
            ONNXOperator("Cast", Casts.cast),
            ONNXOperator("CastLike", Casts.castLike),
            ONNXOperator("Identity", Copies.identity),
            ONNXOperator("Dropout", Copies.dropout),
            ONNXOperator("EyeLike", Copies.eyeLike),
        ]

    private static let arithmetic: [ONNXOperator] = [
        ONNXOperator("Add", Addition()),
        ONNXOperator("Sub", Subtraction()),
        ONNXOperator("Mul", Multiplication()),
        ONNXOperator("Div", Division()),
        ONNXOperator("Mod", Arithmetic.remainder),
        ONNXOperator("Pow", Arithmetic.power),
        ONNXOperator(folding: "Max", Larger()),
        ONNXOperator(folding: "Min", Smaller()),
        ONNXOperator(folding: "Sum", Addition()),
        ONNXOperator("Mean", Arithmetic.mean),
        ONNXOperator("Clip", Arithmetic.clip),
        ONNXOperator("CumSum", Arithmetic.cumulativeSum),
    ]

    private static let functions: [ONNXOperator] = [
        ONNXOperator("Abs", AbsoluteValue()),
        ONNXOperator("Neg", Negation()),
        ONNXOperator("Sign", Signum()),
        ONNXOperator("Ceil", Rounding(rule: .up)),
        ONNXOperator("Floor", Rounding(rule: .down)),
        ONNXOperator("Round", Rounding(rule: .toNearestOrEven)),
        ONNXOperator("Sqrt", SquareRoot()),
        ONNXOperator("Reciprocal", Reciprocal()),
        ONNXOperator("Exp", ElementaryFunction.exp),
        ONNXOperator("Log", ElementaryFunction.log),
        ONNXOperator("Erf", ElementaryFunction.erf),
        ONNXOperator("Sin", ElementaryFunction.sin),
        ONNXOperator("Cos", ElementaryFunction.cos),
        ONNXOperator("Tan", ElementaryFunction.tan),
        ONNXOperator("Asin", ElementaryFunction.asin),
        ONNXOperator("Acos", ElementaryFunction.acos),
        ONNXOperator("Atan", ElementaryFunction.atan),
        ONNXOperator("Sinh", ElementaryFunction.sinh),
        ONNXOperator("Cosh", ElementaryFunction.cosh),
        ONNXOperator("Asinh", ElementaryFunction.asinh),
        ONNXOperator("Acosh", ElementaryFunction.acosh),
        ONNXOperator("Atanh", ElementaryFunction.atanh),
    ]
}
