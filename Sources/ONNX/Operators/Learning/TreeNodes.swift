/// The nodes of an ensemble of trees as a file tells them, whatever operator they are from.
///
/// Nodes may be shared, as exporters of categorical splits do: a chain of `BRANCH_EQ` nodes whose true branches are one
/// node.
struct TreeNodes<Scalar: TreeScalar> {
    struct Split {
        var mode: TreeMode
        var feature: Int32
        var value: Scalar
        /// Of `member`.
        var members: [Scalar] = []
        /// Whether NaN goes to `yes`, whatever the comparison says.
        var missingIsYes: Bool
        /// Indices of nodes.
        var yes: Int
        var no: Int
    }

    struct Weight {
        var target: Int32
        var value: Scalar
    }

    enum Node {
        case split(Split)
        /// - Parameters:
        ///   - value: What the leaf counts where there is one target.
        ///   - weights: What it counts for each target, where there are several.
        case leaf(value: Scalar, weights: [Weight])
    }

    var nodes: [Node] = []
    /// The first node of each tree, in the order in which trees are summed.
    var roots: [Int] = []
    var targets = 1
    /// How errors call each tree and node.
    var names: Names

    enum Names {
        /// Trees and nodes have numbers in the file.
        case numbered(trees: [Int], nodes: [Int], treeOfNode: [Int])
        /// The first so many are nodes, the others leaves.
        case positions(splits: Int)
    }

    func name(ofNode index: Int) -> String {
        switch names {
        case .numbered(_, let nodes, let trees): "tree \(trees[index]), node \(nodes[index])"
        case .positions(let splits): index < splits ? "node \(index)" : "leaf \(index - splits)"
        }
    }

    func name(ofTree index: Int) -> String {
        switch names {
        case .numbered(let trees, _, _): "tree \(trees[index])"
        case .positions: "tree \(index)"
        }
    }
}

/// How a split compares a feature with its value; the numbers are those of `TreeEnsemble`.
enum TreeMode: Int {
    case atMost = 0
    case below, atLeast, above, equal, unequal, member
}

private enum VisitMark { case open, entered, done }

/// What the thresholds and weights of trees are.
protocol TreeScalar: ONNXNumber, BinaryFloatingPoint {
    init(_ value: Float)
    init(_ value: Double)
    var single: Float { get }
}

extension Float: TreeScalar {
    var single: Float { self }
}

extension Double: TreeScalar {
    var single: Float { Float(self) }
}

extension TreeNodes {
    /// - Throws: where a node can be reached from itself, or, of numbered nodes, is in no tree that begins with a root.
    /// - Complexity: O(nodes), without recursion.
    func checkAcyclic(_ call: NodeCall) throws(ONNXError) {
        var marks = [VisitMark](repeating: .open, count: nodes.count)
        var way: [(node: Int, step: Int)] = []
        for root in roots where marks[root] == .open {
            marks[root] = .entered
            way.append((root, 0))
            while let last = way.indices.last {
                let index = way[last].node
                guard case .split(let split) = nodes[index], way[last].step < 2 else {
                    marks[index] = .done
                    way.removeLast()
                    continue
                }
                let next = way[last].step == 0 ? split.yes : split.no
                way[last].step += 1
                switch marks[next] {
                case .done: break
                case .open:
                    marks[next] = .entered
                    way.append((next, 0))
                case .entered:
                    throw call.failure("has a cycle of nodes: \(name(ofNode: next)) leads back to itself")
                }
            }
        }
        if case .numbered = names, let lost = marks.firstIndex(of: .open) {
            throw call.failure("has a cycle of nodes: no root leads to \(name(ofNode: lost))")
        }
    }

    /// Features that a row has to have: one more than the greatest that a split reads, and one where there are leaves
    /// alone, which look at the first as they lead to themselves.
    var width: Int {
        nodes.reduce(1) {
            if case .split(let split) = $1 { max($0, Int(split.feature) + 1) } else { $0 }
        }
    }
}
