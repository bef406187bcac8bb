/// How the weights of the leaves that a row reaches become one number.
enum TreeAggregate: Int {
    case average = 0
    case sum, least, greatest
}

/// What the trees give for some rows, before base values and transforms.
struct TreeTotals<Scalar: TreeScalar> {
    /// `[rows, targets]`
    var scores: [Scalar]
    /// `[rows, targets]`: whether any leaf had a weight for the target; empty where there is one target.
    var seen: [Bool]
}

/// A step from a split to a child, 1 for that of `x ≤ threshold`.
private protocol TreeStep {
    static func offset<Scalar: TreeScalar>(_ x: Scalar, _ threshold: Scalar, _ missing: Int32) -> Int32
}

/// Of rows without NaN, or trees that treat it as any number above a threshold.
private enum PlainStep: TreeStep {
    @inline(__always)
    static func offset<Scalar: TreeScalar>(_ x: Scalar, _ threshold: Scalar, _ missing: Int32) -> Int32 {
        x <= threshold ? 1 : 0
    }
}

private enum MissingStep: TreeStep {
    @inline(__always)
    static func offset<Scalar: TreeScalar>(_ x: Scalar, _ threshold: Scalar, _ missing: Int32) -> Int32 {
        (x <= threshold ? 1 : 0) | (x != x ? missing : 0)
    }
}

extension TreeEnsembleLayout {
    /// Rows that go through one tree after another while they lie in the nearest cache.
    private static var block: Int { 64 }

    /// The totals of some rows: a pure function, so that others may take other rows at the same time.
    ///
    /// Weights are added in the order of the trees in the type of the thresholds, which is what ONNX Runtime does with
    /// one thread, so that sums of 32-bit floats are the same to the bit.
    ///
    /// - Parameters:
    ///   - inputs: `[…, stride]`, row-major.
    ///   - stride: Features of a row, `width` at least.
    /// - Complexity: O(rows · trees · depth). Eight ways through trees are taken side by side, so that the waits of
    ///   each for memory hide behind the others': eight rows of one tree, or eight trees of one row.
    func totals(
        _ inputs: Span<Scalar>, rows: Range<Int>, stride: Int, _ aggregate: TreeAggregate
    ) -> TreeTotals<Scalar> {
        var totals = TreeTotals<Scalar>(
            scores: [Scalar](repeating: 0, count: rows.count * targets),
            seen: [Bool](repeating: false, count: targets > 1 ? rows.count * targets : 0))
        var start = rows.lowerBound
        while start < rows.upperBound {
            let end = min(start + Self.block, rows.upperBound)
            let missing =
                tracksMissing && Self.hasMissing(inputs, start * stride..<end * stride)
            if missing {
                add(MissingStep.self, inputs, start..<end, stride, aggregate, &totals, at: start - rows.lowerBound)
            } else {
                add(PlainStep.self, inputs, start..<end, stride, aggregate, &totals, at: start - rows.lowerBound)
            }
            start = end
        }
        return totals
    }

    private static func hasMissing(_ inputs: Span<Scalar>, _ range: Range<Int>) -> Bool {
        var count = 0
        for index in range {
            let x = inputs[index]
            count &+= x != x ? 1 : 0
        }
        return count > 0
    }

    private func add<Step: TreeStep>(
        _: Step.Type, _ inputs: Span<Scalar>, _ rows: Range<Int>, _ stride: Int,
        _ aggregate: TreeAggregate, _ totals: inout TreeTotals<Scalar>, at offset: Int
    ) {
        let records = records.span
        if rows.count < 8 {
            for row in rows {
                var leaves = [Int32](repeating: 0, count: roots.count)
                descend(
                    Step.self, records, inputs, starts: roots.span, startStep: 1, row: row * stride, rowStep: 0,
                    &leaves)
                for tree in roots.indices {
                    count(
                        leaves[tree], first: tree == 0, aggregate, &totals, offset + row - rows.lowerBound)
                }
            }
            return
        }
        var leaves = [Int32](repeating: 0, count: rows.count)
        for tree in roots.indices {
            descend(
                Step.self, records, inputs, starts: roots.span.extracting(tree..<tree + 1), startStep: 0,
                row: rows.lowerBound * stride, rowStep: stride, &leaves)
            if targets == 1 && (aggregate == .sum || aggregate == .average) {
                let values = values.span
                for lane in leaves.indices { totals.scores[offset + lane] += values[Int(leaves[lane])] }
            } else {
                for lane in leaves.indices {
                    count(leaves[lane], first: tree == 0, aggregate, &totals, offset + lane)
                }
            }
        }
    }

    /// The leaves that are reached on several ways, way i from record `starts[i · startStep]` with the features that
    /// begin at `row + i · rowStep`.
    @inline(__always)
    private func descend<Step: TreeStep>(
        _: Step.Type, _ records: Span<Record>, _ inputs: Span<Scalar>, starts: Span<Int32>,
        startStep: Int, row: Int, rowStep: Int, _ leaves: inout [Int32]
    ) {
        @inline(__always)
        func step(_ place: Int32, _ row: Int) -> Int32 {
            let record = records[Int(place)]
            let x = inputs[row &+ Int(record.feature)]
            return record.child &+ Step.offset(x, record.threshold, record.missing)
        }
        let count = leaves.count
        var lane = 0
        while lane &+ 8 <= count {
            let row0 = row &+ lane &* rowStep
            let row1 = row0 &+ rowStep
            let row2 = row1 &+ rowStep
            let row3 = row2 &+ rowStep
            let row4 = row3 &+ rowStep
            let row5 = row4 &+ rowStep
            let row6 = row5 &+ rowStep
            let row7 = row6 &+ rowStep
            let start = lane &* startStep
            var place0 = starts[start]
            var place1 = starts[start &+ startStep]
            var place2 = starts[start &+ startStep &* 2]
            var place3 = starts[start &+ startStep &* 3]
            var place4 = starts[start &+ startStep &* 4]
            var place5 = starts[start &+ startStep &* 5]
            var place6 = starts[start &+ startStep &* 6]
            var place7 = starts[start &+ startStep &* 7]
            var moved: Int32
            repeat {
                // A leaf leads to itself.
                let next0 = step(place0, row0)
                let next1 = step(place1, row1)
                let next2 = step(place2, row2)
                let next3 = step(place3, row3)
                moved = (next0 ^ place0) | (next1 ^ place1) | (next2 ^ place2) | (next3 ^ place3)
                place0 = next0
                place1 = next1
                place2 = next2
                place3 = next3
                let next4 = step(place4, row4)
                let next5 = step(place5, row5)
                let next6 = step(place6, row6)
                let next7 = step(place7, row7)
                moved |= (next4 ^ place4) | (next5 ^ place5) | (next6 ^ place6) | (next7 ^ place7)
                place4 = next4
                place5 = next5
                place6 = next6
                place7 = next7
            } while moved != 0
            leaves[lane] = place0
            leaves[lane &+ 1] = place1
            leaves[lane &+ 2] = place2
            leaves[lane &+ 3] = place3
            leaves[lane &+ 4] = place4
            leaves[lane &+ 5] = place5
            leaves[lane &+ 6] = place6
            leaves[lane &+ 7] = place7
            lane &+= 8
        }
        while lane < count {
            var place = starts[lane &* startStep]
            while true {
                let next = step(place, row &+ lane &* rowStep)
                if next == place { break }
                place = next
            }
            leaves[lane] = place
            lane &+= 1
        }
    }

    /// Counts a leaf for a row.
    @inline(__always)
    private func count(
        _ leaf: Int32, first: Bool, _ aggregate: TreeAggregate, _ totals: inout TreeTotals<Scalar>, _ row: Int
    ) {
        if targets == 1 {
            totals.scores[row] = Self.joined(totals.scores[row], values[Int(leaf)], seen: !first, aggregate)
            return
        }
        let range = weightRanges[Int(leaf)]
        for index in range {
            let weight = weights[Int(index)]
            let place = row * targets + Int(weight.target)
            totals.scores[place] = Self.joined(
                totals.scores[place], weight.value, seen: totals.seen[place], aggregate)
            totals.seen[place] = true
        }
    }

    @inline(__always)
    private static func joined(
        _ score: Scalar, _ value: Scalar, seen: Bool, _ aggregate: TreeAggregate
    ) -> Scalar {
        switch aggregate {
        case .sum, .average: score + value
        case .least: !seen || value < score ? value : score
        case .greatest: !seen || value > score ? value : score
        }
    }
}
