import GraphIR

// Graphs that tests build by hand name their inputs and outputs as they please.
extension InputPort: ExpressibleByStringInterpolation {
    package init(stringLiteral name: String) { self.init(name) }
}

extension OutputPort: ExpressibleByStringInterpolation {
    package init(stringLiteral name: String) { self.init(name) }
}
