/// What a file and its execution may take, so that a broken or hostile one ends with an error.
package struct ONNXLimits: Sendable, Hashable {
    /// Bytes of a file, and of its external data together.
    package var fileBytes = 4 << 30
    /// Elements of one tensor.
    package var tensorElements = 1 << 30
    /// Axes of one tensor.
    package var axes = 64
    /// Values of one sequence that an operator makes at once.
    package var sequenceValues = 1 << 22
    /// Bytes of the texts of one tensor that an operator makes.
    package var textBytes = 1 << 30
    /// Nodes, those of subgraphs and functions too.
    package var nodes = 1 << 17
    /// Graphs within graphs.
    package var depth = 32
    /// Elements that one execution may hold at once.
    package var heldElements = 1 << 31
    /// Units of each kind of work that `WorkMeter` counts in one execution: some seconds.
    package var work = 1 << 29
    /// What is allowed on top for each element of the inputs, and less for one of the model's tensors.
    package var workOfElement = 1 << 16

    package init() {}

    /// The product of extents.
    ///
    /// - Throws: where one is negative, there are too many, or the product of those that are not 0 is above
    ///   `tensorElements`: a tensor without elements is not to have 2^40 rows either, which somebody may walk through.
    package func count(of shape: [Int], at place: String) throws(ONNXError) -> Int {
        guard shape.count <= axes else {
            throw ONNXError(.limit, at: place, "has \(shape.count) axes, more than \(axes)")
        }
        var count = 1
        for extent in shape {
            guard extent >= 0 else {
                throw ONNXError(.malformed, at: place, "has an extent of \(extent) in \(shape)")
            }
            let (product, overflows) = count.multipliedReportingOverflow(by: max(extent, 1))
            guard !overflows, product <= tensorElements else {
                throw ONNXError(
                    .limit, at: place,
                    "has extents \(shape), which are more than \(tensorElements) elements")
            }
            count = product
        }
        return shape.contains(0) ? 0 : count
    }
}
