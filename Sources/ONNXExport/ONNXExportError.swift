/// What cannot be written as an ONNX file: where, what is wrong, and what to do.
package struct ONNXExportError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Such as a column or a node of the graph.
    package var place: String
    package var problem: String
    package var advice: String

    package init(at place: String, _ problem: String, advice: String) {
        self.place = place
        self.problem = problem
        self.advice = advice
    }

    package var description: String { "\(place) \(problem). \(advice)" }
}
