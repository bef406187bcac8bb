/// Reads `TreeEnsembleClassifier` and `TreeEnsembleRegressor`, whose attributes number trees and nodes.
struct TreeAttributes: Sendable {
    let node: ONNXNode
    let limits: ONNXLimits
    /// What the attributes of weights begin with: `class` or `target`.
    let prefix: String

    init(_ call: NodeCall, prefix: String) {
        node = call.node
        limits = call.limits
        self.prefix = prefix
    }

    var call: NodeCall { NodeCall(node: node, opset: 0, inputs: [], limits: limits) }

    /// Whether thresholds or weights are told as doubles.
    var isDouble: Bool {
        get throws(ONNXError) {
            for name in ["nodes_values", "\(prefix)_weights", "base_values"] {
                if try call.optionalTensor(attribute: name + "_as_tensor")?.type == .float64 { return true }
            }
            return false
        }
    }

    /// Numbers of an attribute that is a list of floats, or a tensor under another name.
    func scalars<Scalar: TreeScalar>(_ name: String, of _: Scalar.Type) throws(ONNXError) -> [Scalar] {
        let floats = try call.floats(name)
        guard let tensor = try call.optionalTensor(attribute: name + "_as_tensor"), tensor.count > 0 else {
            return floats.map { Scalar($0) }
        }
        guard floats.isEmpty else { throw call.failure("has both '\(name)' and '\(name)_as_tensor'") }
        return try call.scalars(tensor, name + "_as_tensor")
    }

    func nodes<Scalar: TreeScalar>(targets: Int, of _: Scalar.Type) throws(ONNXError) -> TreeNodes<Scalar> {
        let trees = try call.ints("nodes_treeids", default: [])
        let ids = try call.ints("nodes_nodeids", default: [])
        let features = try call.ints("nodes_featureids", default: [])
        let modes = try call.texts("nodes_modes")
        let yes = try call.ints("nodes_truenodeids", default: [])
        let no = try call.ints("nodes_falsenodeids", default: [])
        let values = try scalars("nodes_values", of: Scalar.self)
        let missing = try call.ints("nodes_missing_value_tracks_true", default: [])
        let count = trees.count
        guard count > 0 else { throw call.failure("has no nodes of trees") }
        guard count <= Int(Int32.max) else { throw call.failure("has too many nodes", kind: .limit) }
        for (name, other) in [
            ("nodeids", ids.count), ("featureids", features.count), ("modes", modes.count),
            ("truenodeids", yes.count), ("falsenodeids", no.count), ("values", values.count),
        ] where other != count {
            throw call.failure("has \(count) values of 'nodes_treeids', and \(other) of 'nodes_\(name)'")
        }
        guard missing.isEmpty || missing.count == count else {
            throw call.failure(
                "has \(count) values of 'nodes_treeids', and \(missing.count) of 'nodes_missing_value_tracks_true'")
        }
        var places: [Key: Int] = [:]
        places.reserveCapacity(count)
        var order: [Int] = []
        var seenTrees: Set<Int> = []
        for index in 0..<count {
            guard places.updateValue(index, forKey: Key(tree: trees[index], node: ids[index])) == nil else {
                throw call.failure("has tree \(trees[index]), node \(ids[index]) twice")
            }
            if seenTrees.insert(trees[index]).inserted { order.append(trees[index]) }
        }
        var result = TreeNodes<Scalar>(
            targets: targets, names: .numbered(trees: order, nodes: ids, treeOfNode: trees))
        result.nodes.reserveCapacity(count)
        var hasParent = [Bool](repeating: false, count: count)
        for index in 0..<count {
            guard let mode = Self.mode(modes[index]) else {
                throw call.failure(
                    "has a mode '\(modes[index])' in \(result.name(ofNode: index)), which is none of ONNX's")
            }
            guard let mode else {
                result.nodes.append(.leaf(value: values[index], weights: []))
                continue
            }
            guard (0...Int(Int32.max) - 1).contains(features[index]) else {
                throw call.failure("reads feature \(features[index]) in \(result.name(ofNode: index))")
            }
            var children: [Int] = []
            for (branch, node) in [("true", yes[index]), ("false", no[index])] {
                guard let child = places[Key(tree: trees[index], node: node)] else {
                    throw call.failure(
                        "leads from \(result.name(ofNode: index)) to its \(branch) node \(node), which is not there")
                }
                hasParent[child] = true
                children.append(child)
            }
            result.nodes.append(
                .split(
                    .init(
                        mode: mode, feature: Int32(features[index]), value: values[index],
                        missingIsYes: !missing.isEmpty && missing[index] == 1, yes: children[0],
                        no: children[1])))
        }
        try findRoots(&result, hasParent, trees, order)
        try addWeights(&result, places)
        return result
    }

    private struct Key: Hashable {
        var tree: Int
        var node: Int
    }

    /// `nil` where there is no such mode, and nothing within it where it is that of a leaf.
    private static func mode(_ text: String) -> TreeMode?? {
        switch text {
        case "BRANCH_LEQ": .some(TreeMode.atMost)
        case "BRANCH_LT": .some(TreeMode.below)
        case "BRANCH_GTE": .some(TreeMode.atLeast)
        case "BRANCH_GT": .some(TreeMode.above)
        case "BRANCH_EQ": .some(TreeMode.equal)
        case "BRANCH_NEQ": .some(TreeMode.unequal)
        case "LEAF": .some(nil)
        default: nil
        }
    }

    /// The one node of each tree to which no other leads.
    private func findRoots<Scalar>(
        _ nodes: inout TreeNodes<Scalar>, _ hasParent: [Bool], _ trees: [Int], _ order: [Int]
    ) throws(ONNXError) {
        var roots: [Int: Int] = [:]
        for index in hasParent.indices where !hasParent[index] {
            if let other = roots.updateValue(index, forKey: trees[index]) {
                throw call.failure(
                    "has no one root: nothing leads to \(nodes.name(ofNode: other)), nor to "
                        + nodes.name(ofNode: index))
            }
        }
        for tree in order {
            guard let root = roots[tree] else {
                throw call.failure("has a cycle of nodes: tree \(tree) has no root")
            }
            nodes.roots.append(root)
        }
    }

    /// Gives leaves their weights. One of a split is passed over, as ONNX Runtime does for what an old exporter wrote;
    /// a leaf without any counts its node's value where there is one target, as it does there.
    private func addWeights<Scalar: TreeScalar>(
        _ nodes: inout TreeNodes<Scalar>, _ places: [Key: Int]
    ) throws(ONNXError) {
        let targets = try call.ints("\(prefix)_ids", default: [])
        let trees = try call.ints("\(prefix)_treeids", default: [])
        let ids = try call.ints("\(prefix)_nodeids", default: [])
        let values = try scalars("\(prefix)_weights", of: Scalar.self)
        guard targets.count == trees.count, targets.count == ids.count, targets.count == values.count else {
            throw call.failure(
                "has \(targets.count) values of '\(prefix)_ids', and \(trees.count), \(ids.count) and \(values.count) "
                    + "of the trees, nodes and weights to them")
        }
        guard targets.count <= Int(Int32.max) else { throw call.failure("has too many weights", kind: .limit) }
        var isWeighed = [Bool](repeating: false, count: nodes.nodes.count)
        for index in targets.indices {
            guard let place = places[Key(tree: trees[index], node: ids[index])] else {
                throw call.failure(
                    "has a weight for tree \(trees[index]), node \(ids[index]), which is not there")
            }
            guard (0..<nodes.targets).contains(targets[index]) else {
                throw call.failure(
                    "has a weight for \(prefix) \(targets[index]) in \(nodes.name(ofNode: place)), where there are "
                        + "\(nodes.targets)")
            }
            guard case .leaf(let value, var weights) = nodes.nodes[place] else { continue }
            // Out of the array, so that the list of weights is not copied when it grows.
            nodes.nodes[place] = .leaf(value: 0, weights: [])
            let first = isWeighed[place] ? value : values[index]
            isWeighed[place] = true
            if nodes.targets > 1 {
                weights.append(.init(target: Int32(targets[index]), value: values[index]))
            }
            nodes.nodes[place] = .leaf(value: first, weights: weights)
        }
    }
}

extension NodeCall {
    /// Floats of a tensor that is an attribute.
    func scalars<Scalar: TreeScalar>(_ tensor: ONNXTensor, _ name: String) throws(ONNXError) -> [Scalar] {
        switch tensor.elements {
        case .float32(let values): return values.map { Scalar($0) }
        case .float64(let values): return values.map { Scalar($0) }
        case .float16(let values): return values.map { Scalar($0.float) }
        default: throw failure("has a tensor '\(name)' of \(tensor.type.name)")
        }
    }
}
