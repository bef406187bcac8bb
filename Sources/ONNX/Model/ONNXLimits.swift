/// What a file and its execution may take, so that a broken or hostile one ends with an error.
package struct ONNXLimits: Sendable, Hashable {
    /// Bytes of a file, and of its external data together.
    package var fileBytes = 4 << 30
    /// Elements of one tensor.
    package var tensorElements = 1 << 30
    /// Nodes, those of subgraphs and functions too.
    package var nodes = 1_000_000
    /// Graphs within graphs.
    package var depth = 32
    /// Elements that one execution may hold at once.
    package var heldElements = 1 << 31
    /// Elements made and iterations of loops in one execution.
    package var work = 1 << 36

    package init() {}

    /// The product of extents.
    ///
    /// - Throws: where one is negative, or the product is above `tensorElements`.
    package func count(of shape: [Int], at place: String) throws(ONNXError) -> Int {
        var count = 1
        for extent in shape {
            guard extent >= 0 else {
                throw ONNXError(.malformed, at: place, "has an extent of \(extent) in \(shape)")
            }
            let (product, overflows) = count.multipliedReportingOverflow(by: extent)
            // A zero may follow, so that only what cannot be counted is refused at once.
            count = overflows ? .max : product
            if overflows && !shape.contains(0) { break }
        }
        if shape.contains(0) { return 0 }
        guard count <= tensorElements else {
            throw ONNXError(
                .limit, at: place, "has extents \(shape), which are more than \(tensorElements) elements")
        }
        return count
    }
}
