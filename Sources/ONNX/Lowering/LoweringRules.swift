import RealModule

/// How nodes become nodes of a graph: a table a subject.
enum LoweringRules {
    static let all: [String: Tracer.Rule] = {
        var all: [String: Tracer.Rule] = [:]
        for table in [elementwise, logic, reductions, norms, images, products, arrangement, indexing] {
            all.merge(table) { _, _ in preconditionFailure("an operator has two rules") }
        }
        return all
    }()
}

enum ONNXLogarithm {
    static func natural(_ x: Double) -> Double { Double.log(x) }
}
