extension OperatorRegistry {
    static let indexing: [ONNXOperator] =
        Gathering.operators + Scattering.operators + Marking.operators + UniqueElements.operators
        + NGrams.operators
}
