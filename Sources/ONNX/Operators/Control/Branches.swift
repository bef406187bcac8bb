/// `If`.
enum Branches {
    static let operators: [ONNXOperator] = [ONNXOperator("If", branch)]

    static func branch(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        try call.run(graph: try call.truth(0) ? "then_branch" : "else_branch", [])
    }
}
