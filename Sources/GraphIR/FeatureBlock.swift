package import TensorCore

/// What each row holds for one input of a graph.
package struct FeatureBlock: Sendable, Hashable {
    package var port: InputPort
    package var element: DType
    /// Of one row, such as `[height, width, channels]`; row-major.
    package var shape: [Int]

    package init(port: InputPort, element: DType, shape: [Int]) {
        self.port = port
        self.element = element
        self.shape = shape
    }

    /// Numbers of a row.
    package var width: Int { shape.reduce(1, *) }
}
