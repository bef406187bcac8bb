/// Reads `TreeEnsemble` of version 5, whose attributes tell nodes and leaves by their positions.
struct GeneralTreeAttributes: Sendable {
    let node: ONNXNode
    let limits: ONNXLimits

    init(_ call: NodeCall) {
        node = call.node
        limits = call.limits
    }

    var call: NodeCall { NodeCall(node: node, opset: 0, inputs: [], limits: limits) }

    var isDouble: Bool {
        get throws(ONNXError) { try call.optionalTensor(attribute: "nodes_splits")?.type == .float64 }
    }

    func nodes<Scalar: TreeScalar>(of _: Scalar.Type) throws(ONNXError) -> TreeNodes<Scalar> {
        let modes = try modes()
        let features = try call.ints("nodes_featureids", default: [])
        let splits: [Scalar] = try scalars("nodes_splits")
        let yes = try call.ints("nodes_truenodeids", default: [])
        let yesLeaf = try call.ints("nodes_trueleafs", default: [])
        let no = try call.ints("nodes_falsenodeids", default: [])
        let noLeaf = try call.ints("nodes_falseleafs", default: [])
        let missing = try call.ints("nodes_missing_value_tracks_true", default: [])
        let count = modes.count
        for (name, other) in [
            ("featureids", features.count), ("splits", splits.count), ("truenodeids", yes.count),
            ("trueleafs", yesLeaf.count), ("falsenodeids", no.count), ("falseleafs", noLeaf.count),
        ] where other != count {
            throw call.failure("has \(count) values of 'nodes_modes', and \(other) of 'nodes_\(name)'")
        }
        guard missing.isEmpty || missing.count == count else {
            throw call.failure(
                "has \(count) values of 'nodes_modes', and \(missing.count) of 'nodes_missing_value_tracks_true'")
        }
        let weights: [Scalar] = try scalars("leaf_weights")
        let targets = try call.ints("leaf_targetids", default: [])
        guard weights.count == targets.count else {
            throw call.failure("has \(weights.count) weights of leaves, and \(targets.count) targets of them")
        }
        guard count + weights.count <= Int(Int32.max) else { throw call.failure("has too many nodes", kind: .limit) }
        var result = TreeNodes<Scalar>(
            targets: try targetCount(), names: .positions(splits: count))
        var sets = try memberships(of: Scalar.self, count: modes.count { $0 == .member }).makeIterator()
        for index in 0..<count {
            guard (0...Int(Int32.max) - 1).contains(features[index]) else {
                throw call.failure("reads feature \(features[index]) in node \(index)")
            }
            func child(_ position: Int, _ isLeaf: Int) throws(ONNXError) -> Int {
                guard (0..<(isLeaf != 0 ? weights.count : count)).contains(position) else {
                    throw call.failure(
                        "leads from node \(index) to \(isLeaf != 0 ? "leaf" : "node") \(position), which is not there")
                }
                return isLeaf != 0 ? count + position : position
            }
            result.nodes.append(
                .split(
                    .init(
                        mode: modes[index], feature: Int32(features[index]), value: splits[index],
                        members: modes[index] == .member ? sets.next() ?? [] : [],
                        missingIsYes: !missing.isEmpty && missing[index] == 1,
                        yes: try child(yes[index], yesLeaf[index]), no: try child(no[index], noLeaf[index]))))
        }
        for (index, target) in targets.enumerated() {
            guard (0..<result.targets).contains(target) else {
                throw call.failure(
                    "has a weight for target \(target) in leaf \(index), where there are \(result.targets)")
            }
            result.nodes.append(
                .leaf(
                    value: weights[index],
                    weights: result.targets > 1 ? [.init(target: Int32(target), value: weights[index])] : []))
        }
        for root in try call.ints("tree_roots", default: []) {
            guard (0..<count).contains(root) else {
                throw call.failure("has a tree whose root is node \(root), which is not there")
            }
            result.roots.append(root)
        }
        guard !result.roots.isEmpty else { throw call.failure("has no trees") }
        return result
    }

    func targetCount() throws(ONNXError) -> Int {
        let count = try call.int("n_targets", default: 0)
        guard count > 0 else { throw call.failure("has \(count) targets") }
        return try call.count(of: [count])
    }

    private func scalars<Scalar: TreeScalar>(_ name: String) throws(ONNXError) -> [Scalar] {
        guard let tensor = try call.optionalTensor(attribute: name) else {
            throw call.failure("misses the attribute '\(name)'")
        }
        return try call.scalars(tensor, name)
    }

    private func modes() throws(ONNXError) -> [TreeMode] {
        guard let tensor = try call.optionalTensor(attribute: "nodes_modes"),
            case .uint8(let numbers) = tensor.elements
        else { throw call.failure("misses the attribute 'nodes_modes' of type uint8") }
        var modes: [TreeMode] = []
        for (index, number) in numbers.enumerated() {
            guard let mode = TreeMode(rawValue: Int(number)) else {
                throw call.failure("has a mode \(number) in node \(index), which is none of ONNX's")
            }
            modes.append(mode)
        }
        return modes
    }

    /// The sets of members of so many nodes, which NaN keeps apart.
    private func memberships<Scalar: TreeScalar>(
        of _: Scalar.Type, count: Int
    ) throws(ONNXError) -> [[Scalar]] {
        guard let tensor = try call.optionalTensor(attribute: "membership_values") else {
            guard count == 0 else {
                throw call.failure("has \(count) nodes that ask for members, and no 'membership_values'")
            }
            return []
        }
        let values: [Scalar] = try call.scalars(tensor, "membership_values")
        var sets = values.split(omittingEmptySubsequences: false) { $0.isNaN }.map { Array($0) }
        if sets.count == count + 1, sets.last?.isEmpty == true { sets.removeLast() }
        guard sets.count == count else {
            throw call.failure("has \(count) nodes that ask for members, and \(sets.count) sets of members")
        }
        return sets
    }
}
