extension OperatorRegistry {
    static let control: [ONNXOperator] = Branches.operators + Loops.operators + Scans.operators
}
