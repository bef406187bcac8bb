/// A tensor as `outer · extent · inner`, seen along one axis.
struct AxisLayout {
    let outer: Int
    let extent: Int
    /// How far apart neighbours along the axis lie.
    let inner: Int

    /// - Precondition: A tensor of these extents is there, and has the axis.
    init(_ shape: [Int], axis: Int) {
        outer = shape[..<axis].reduce(1, *)
        extent = shape[axis]
        inner = shape[(axis + 1)...].reduce(1, *)
    }

    /// All axes from one on as one.
    init(_ shape: [Int], from axis: Int) {
        outer = shape[..<axis].reduce(1, *)
        extent = shape[axis...].reduce(1, *)
        inner = 1
    }

    /// Calls `body` with the place of the first element of each line along the axis, in the order of a tensor without
    /// the axis.
    func forEachLine(_ body: (_ start: Int) -> Void) {
        for first in 0..<outer {
            for second in 0..<inner { body(first * extent * inner + second) }
        }
    }
}
