/// An ensemble of trees laid out for traversal: one record for each way into a node, the two children of a split side
/// by side, so that a step is `child + (x ≤ threshold ? 1 : 0)` whatever the mode was, and takes no branch.
///
/// Every split becomes a search among sorted thresholds, where the line of numbers falls into regions that lead to one
/// of its children: `x < t` is `x ≤ (the next number below t)`, `x > t` has its children swapped, `x = t` has two
/// thresholds, and a set of members has two for each, searched by halves. A threshold of NaN is never reached: a leaf
/// has one, and leads to itself.
struct TreeEnsembleLayout<Scalar: TreeScalar> {
    struct Record {
        var threshold: Scalar
        var feature: Int32
        /// The record of `x > threshold`; the one after it is that of `x ≤ threshold`.
        var child: Int32
        /// 1 where NaN goes the way of `x ≤ threshold`.
        var missing: Int32
    }

    var records: [Record] = []
    /// Of each record that is a leaf's, what it counts where there is one target.
    var values: [Scalar] = []
    /// Of each record that is a leaf's, its place in `weights`, where there are several targets.
    var weightRanges: [Range<Int32>] = []
    var weights: [TreeNodes<Scalar>.Weight] = []
    /// The record of each tree's first node.
    var roots: [Int32] = []
    var targets: Int
    /// Features that are read: one more than the greatest.
    let width: Int
    /// Whether NaN is ever sent another way than that of `x > threshold`.
    var tracksMissing = false

    private enum Item {
        case node(Int)
        /// Regions of a split among which is still to be searched.
        case search(Regions, Range<Int>)
    }

    /// Regions of the line of numbers: region i ends with threshold i, the last is without end.
    private final class Regions {
        var thresholds: [Scalar] = []
        /// The node to which each region leads.
        var targets: [Int] = []
        /// The region in which NaN is.
        var missing = 0
        var feature: Int32 = 0
    }

    init(_ nodes: TreeNodes<Scalar>, _ call: NodeCall) throws(ONNXError) {
        targets = nodes.targets
        width = nodes.width
        try nodes.checkAcyclic(call)
        let parents = Self.parents(nodes)
        // The pair of children of each split that has been laid out.
        var pairs = [Int32?](repeating: nil, count: nodes.nodes.count)
        var weightPlaces = [Range<Int32>?](repeating: nil, count: nodes.nodes.count)
        for root in nodes.roots {
            var queue: [(item: Item, place: Int)] = [(.node(root), try reserve(1, call))]
            roots.append(Int32(queue[0].place))
            var next = 0
            while next < queue.count {
                let (item, place) = queue[next]
                next += 1
                switch item {
                case .search(let regions, let range):
                    try search(regions, range, at: place, &queue, call)
                case .node(let index):
                    switch nodes.nodes[index] {
                    case .leaf(let value, let leafWeights):
                        records[place].child = Int32(place)
                        values[place] = value
                        guard targets > 1 else { continue }
                        let range: Range<Int32>
                        if let known = weightPlaces[index] {
                            range = known
                        } else {
                            range = Int32(weights.count)..<Int32(weights.count + leafWeights.count)
                            weights += leafWeights
                        }
                        weightPlaces[index] = range
                        weightRanges[place] = range
                    case .split(let split):
                        if let pair = pairs[index] {
                            // The children are there already; what leads to them is copied.
                            records[place] = records[Int(pair)]
                            continue
                        }
                        pairs[index] = Int32(place)
                        let regions = Self.regions(nodes, split, parents)
                        try search(regions, 0..<regions.targets.count, at: place, &queue, call)
                    }
                }
            }
        }
    }

    private mutating func reserve(_ count: Int, _ call: NodeCall) throws(ONNXError) -> Int {
        let place = records.count
        guard place + count <= min(call.limits.tensorElements, Int(Int32.max)) else {
            throw call.failure("has trees of more nodes than are held here", kind: .limit)
        }
        for _ in 0..<count {
            records.append(Record(threshold: .nan, feature: 0, child: 0, missing: 0))
            values.append(0)
            if targets > 1 { weightRanges.append(0..<0) }
        }
        return place
    }

    /// Lays out the search among some of a split's regions, which are two at least.
    private mutating func search(
        _ regions: Regions, _ range: Range<Int>, at place: Int, _ queue: inout [(item: Item, place: Int)],
        _ call: NodeCall
    ) throws(ONNXError) {
        let middle = range.lowerBound + (range.count - 1) / 2
        let pair = try reserve(2, call)
        let missing = regions.missing <= middle
        tracksMissing = tracksMissing || missing
        records[place] = Record(
            threshold: regions.thresholds[middle], feature: regions.feature, child: Int32(pair),
            missing: missing ? 1 : 0)
        for (offset, part) in [middle + 1..<range.upperBound, range.lowerBound..<middle + 1].enumerated() {
            let item: Item =
                part.count == 1 ? .node(regions.targets[part.lowerBound]) : .search(regions, part)
            queue.append((item, pair + offset))
        }
    }

    /// How many splits and roots lead to each node.
    private static func parents(_ nodes: TreeNodes<Scalar>) -> [Int] {
        var counts = [Int](repeating: 0, count: nodes.nodes.count)
        for root in nodes.roots { counts[root] += 1 }
        for case .split(let split) in nodes.nodes {
            counts[split.yes] += 1
            counts[split.no] += 1
        }
        return counts
    }

    private static func regions(
        _ nodes: TreeNodes<Scalar>, _ split: TreeNodes<Scalar>.Split, _ parents: [Int]
    ) -> Regions {
        let regions = Regions()
        regions.feature = split.feature
        let below = split.value == -.infinity ? .nan : split.value.nextDown
        func cut(_ threshold: Scalar, _ low: Int, _ high: Int) {
            regions.thresholds = [threshold]
            regions.targets = [low, high]
            // What is no number compares as false, unless it is sent to the true branch.
            regions.missing = (split.missingIsYes ? split.yes : split.no) == low ? 0 : 1
        }
        switch split.mode {
        case .atMost: cut(split.value, split.yes, split.no)
        case .below: cut(below, split.yes, split.no)
        case .above where !split.value.isNaN: cut(split.value, split.no, split.yes)
        case .atLeast where !split.value.isNaN: cut(below, split.no, split.yes)
        // Nothing is above NaN, as nothing is at most NaN.
        case .above, .atLeast: cut(.nan, split.yes, split.no)
        case .equal, .member: fill(regions, nodes, split, parents)
        case .unequal:
            // NaN is unequal to everything.
            members(regions, [split.value], inside: split.no, outside: split.yes, missing: split.yes)
        }
        return regions
    }

    /// The regions of a set of members, or of a chain of nodes that ask for one value after another and have one true
    /// branch.
    private static func fill(
        _ regions: Regions, _ nodes: TreeNodes<Scalar>, _ split: TreeNodes<Scalar>.Split, _ parents: [Int]
    ) {
        var values = split.mode == .member ? split.members : [split.value]
        var outside = split.no
        if split.mode == .equal {
            // A node with one way into it is in one chain only, so that the chains together are no longer than the
            // file.
            while parents[outside] == 1, case .split(let next) = nodes.nodes[outside],
                next.mode == .equal, next.feature == split.feature, next.yes == split.yes,
                next.missingIsYes == split.missingIsYes
            {
                values.append(next.value)
                outside = next.no
            }
        }
        members(
            regions, values, inside: split.yes, outside: outside,
            missing: split.missingIsYes ? split.yes : outside)
    }

    private static func members(
        _ regions: Regions, _ values: [Scalar], inside: Int, outside: Int, missing: Int
    ) {
        for value in values.filter({ !$0.isNaN }).sorted() where value != regions.thresholds.last {
            if value == -.infinity {
                // Nothing is below it.
            } else if value.nextDown == regions.thresholds.last {
                regions.thresholds.removeLast()
                regions.targets.removeLast()
            } else {
                regions.thresholds.append(value.nextDown)
                regions.targets.append(outside)
            }
            regions.thresholds.append(value)
            regions.targets.append(inside)
        }
        if regions.thresholds.isEmpty {
            // No number is a member.
            regions.thresholds = [.nan]
            regions.targets = [inside]
        }
        regions.targets.append(outside)
        regions.missing = regions.targets.firstIndex(of: missing) ?? regions.targets.count - 1
        // Without a need, NaN stays where it falls by comparing as false.
        if missing == outside { regions.missing = regions.targets.count - 1 }
    }
}
