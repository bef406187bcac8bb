import GraphIR

/// Inputs of the graphs that are made here of a model's.
extension InputPort {
    /// Points of rows, one or two side by side: `[rows, copies · width]`.
    static let points = InputPort("points")
    /// Rows of numbers that are multiplied by vectors.
    static let rows = InputPort("rows")
    /// Stands for the numbers that a hidden layer puts out, which a graph cut behind it gets as points.
    static let hidden = InputPort("hidden")
}

/// Outputs of them.
extension OutputPort {
    /// A row's points, `[rows, width]`.
    static let points = OutputPort("points")
    /// The explained number, `[rows, 1]`.
    static let attributed = OutputPort("attributed")
    /// Its gradient by the points.
    static let gradient = OutputPort("gradient")
    /// Products of rows and vectors, `[rows, vectors]`.
    static let products = OutputPort("products")
}
