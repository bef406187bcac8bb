/// Which elements of a tensor are folded into which of a result.
///
/// Axes that lie together and are all folded, or all kept, are one.
struct ReductionLayout {
    /// Elements of the result, and how many of the tensor go into each.
    let count: Int
    let group: Int
    private var extents: [Int] = []
    private var isFolded: [Bool] = []

    /// - Precondition: A tensor of these extents is there, and the result's elements were counted.
    init(_ shape: [Int], _ folds: [Bool]) {
        var count = 1
        var group = 1
        for (extent, folds) in zip(shape, folds) {
            if folds { group *= extent } else { count *= extent }
            if extent == 1 { continue }
            if isFolded.last == folds {
                extents[extents.count - 1] *= extent
            } else {
                extents.append(extent)
                isFolded.append(folds)
            }
        }
        self.count = count
        self.group = group
    }

    /// Each group's elements folded in their order.
    ///
    /// - Returns: `count` states; of an empty group `initial`.
    func fold<Rule: Fold>(
        _ rule: Rule, _ elements: [Rule.Element], from initial: Rule.State
    ) -> [Rule.State] {
        var states = [Rule.State](repeating: initial, count: count)
        guard !elements.isEmpty else { return states }
        let width = extents.last ?? 1
        let foldsRows = isFolded.last ?? true
        // How far apart the states of neighbours along each axis over rows lie.
        var steps = [Int](repeating: 0, count: extents.count)
        var step = 1
        for axis in extents.indices.reversed() where !isFolded[axis] {
            steps[axis] = step
            step *= extents[axis]
        }
        var results = RowOffsets(extents, steps: steps)
        for row in stride(from: 0, to: elements.count, by: width) {
            let offset = results.offset
            if foldsRows {
                var state = states[offset]
                for index in row..<row + width {
                    state = rule.folding(elements[index], into: state)
                }
                states[offset] = state
            } else {
                for index in 0..<width {
                    states[offset + index] = rule.folding(
                        elements[row + index], into: states[offset + index])
                }
            }
            results.advance()
        }
        return states
    }
}

/// What one more element makes of a state.
protocol Fold {
    associatedtype Element
    associatedtype State
    func folding(_ element: Element, into state: State) -> State
}

extension NodeCall {
    /// The first input of a reduction, how it is folded, and the extents of the result.
    ///
    /// - Parameter version: From which the axes are an input. From then on, no axes may mean that none is folded, where
    ///   `noop_with_empty_axes` says so: every element is then a group of its own.
    func reduction(
        axesAreInputFrom version: Int
    ) throws(ONNXError) -> (tensor: ONNXTensor, layout: ReductionLayout, shape: [Int]) {
        let tensor = try tensor(0)
        let given = try opset < version ? optionalInts("axes") : optionalIntegers(1)
        var axes = try self.axes(given ?? [], rank: tensor.rank)
        let keepsAll = opset >= version ? try flag("noop_with_empty_axes") : false
        if axes.isEmpty, !keepsAll { axes = Array(tensor.shape.indices) }
        let keepsAxes = try flag("keepdims", default: true)
        var isFolded = [Bool](repeating: false, count: tensor.rank)
        for axis in axes { isFolded[axis] = true }
        var shape: [Int] = []
        for (axis, extent) in tensor.shape.enumerated() {
            if !isFolded[axis] { shape.append(extent) } else if keepsAxes { shape.append(1) }
        }
        _ = try count(of: shape)
        return (tensor, ReductionLayout(tensor.shape, isFolded), shape)
    }
}
