import CVouchKernels

package enum ReductionKind: Sendable { case sum, mean, max }

extension Workspace {
    /// `[outer, axis, inner]` to `[outer, 1, inner]`.
    package func reduce(
        _ kind: ReductionKind, _ x: Region, into y: Region, outer: Int, axis: Int, inner: Int
    ) {
        precondition(x.count == outer * axis * inner && y.count == outer * inner)
        let raw =
            switch kind {
            case .sum: VK_SUM
            case .mean: VK_MEAN
            case .max: VK_MAX
            }
        unsafe vk_reduce(raw, pointer(y), pointer(x), Int64(outer), Int64(axis), Int64(inner))
    }

    /// Softmax, or its logarithm, of each of `rows` rows of `n`.
    package func softmax(_ x: Region, into y: Region, rows: Int, n: Int, logarithm: Bool) {
        precondition(x.count == rows * n && y.count == rows * n)
        if logarithm {
            unsafe vk_log_softmax(pointer(y), pointer(x), Int64(rows), Int64(n))
        } else {
            unsafe vk_softmax(pointer(y), pointer(x), Int64(rows), Int64(n))
        }
    }

    /// Copies a box of words between two strided layouts.
    package func copy(_ x: Region, into y: Region, _ layout: BoxLayout) {
        precondition(
            layout.lastSource < x.count && layout.lastTarget < y.count,
            "the box does not fit its regions")
        unsafe layout.extents.withUnsafeBufferPointer { extents in
            unsafe layout.targetStrides.withUnsafeBufferPointer { target in
                unsafe layout.sourceStrides.withUnsafeBufferPointer { source in
                    unsafe vk_copy(
                        pointer(y) + layout.targetStart, pointer(x) + layout.sourceStart,
                        Int32(layout.extents.count), extents.baseAddress, target.baseAddress,
                        source.baseAddress)
                }
            }
        }
    }

    package func zero(_ y: Region) { self[y.space].fill(y.range, with: 0) }

    /// Rows of `table` `[values, width]` at `count` indices.
    package func gather(
        _ table: Region, _ indices: Region, into y: Region, count: Int, values: Int, width: Int
    ) {
        precondition(
            table.count == values * width && indices.count == count && y.count == count * width)
        let bad = unsafe vk_gather(
            pointer(y), pointer(table), self.indices(indices), Int64(count), Int64(values),
            Int64(width))
        precondition(bad < 0, "the index at position \(bad) is not in a table of \(values) rows")
    }

    /// Sets `table` `[values, width]` to the sums of `rows` by index.
    package func scatterAdd(
        _ rows: Region, _ indices: Region, into table: Region, count: Int, values: Int, width: Int
    ) {
        precondition(
            table.count == values * width && indices.count == count && rows.count == count * width)
        let bad = unsafe vk_scatter_add(
            pointer(table), self.indices(indices), pointer(rows), Int64(count), Int64(values),
            Int64(width))
        precondition(bad < 0, "the index at position \(bad) is not in a table of \(values) rows")
    }

    package func oneHot(_ indices: Region, into y: Region, count: Int, classes: Int) {
        precondition(indices.count == count && y.count == count * classes)
        let bad = unsafe vk_one_hot(
            pointer(y), self.indices(indices), Int64(count), Int64(classes))
        precondition(bad < 0, "the index at position \(bad) is not one of \(classes) classes")
    }

    /// The position of the first value of a region that is not finite.
    package func firstNonFinite(_ x: Region) -> Int? {
        let position = unsafe vk_first_non_finite(pointer(x), Int64(x.count))
        return position < 0 ? nil : Int(position)
    }
}

/// A box of words in two layouts.
package struct BoxLayout: Sendable, Hashable {
    let extents: [Int64]
    let sourceStrides: [Int64]
    let targetStrides: [Int64]
    let sourceStart: Int
    let targetStart: Int
    let lastSource: Int
    let lastTarget: Int

    /// - Parameters:
    ///   - extents: How many words along each axis; all positive.
    ///   - sourceStrides: Words between neighbours in the source; not negative.
    ///   - targetStrides: Words between neighbours in the target; not negative.
    package init(
        extents: [Int], sourceStrides: [Int], targetStrides: [Int], sourceStart: Int = 0,
        targetStart: Int = 0
    ) {
        precondition(
            extents.count == sourceStrides.count && extents.count == targetStrides.count
                && extents.allSatisfy { $0 > 0 }
                && (sourceStrides + targetStrides + [sourceStart, targetStart])
                    .allSatisfy { $0 >= 0 }
        )
        self.extents = extents.map(Int64.init)
        self.sourceStrides = sourceStrides.map(Int64.init)
        self.targetStrides = targetStrides.map(Int64.init)
        self.sourceStart = sourceStart
        self.targetStart = targetStart
        lastSource = zip(extents, sourceStrides).reduce(sourceStart) { $0 + ($1.0 - 1) * $1.1 }
        lastTarget = zip(extents, targetStrides).reduce(targetStart) { $0 + ($1.0 - 1) * $1.1 }
    }
}
