import Synchronization

/// The operators of ensembles of trees, which are checked and laid out once when a graph is compiled.
enum TreeOperators {
    static let all: [ONNXOperator] = [
        ONNXOperator(.ml("TreeEnsembleClassifier"), preparing: classifier),
        ONNXOperator(.ml("TreeEnsembleRegressor"), preparing: regressor),
        ONNXOperator(.ml("TreeEnsemble"), preparing: general),
    ]

    /// An ensemble ready to be computed.
    private struct Trees<Scalar: TreeScalar>: Sendable {
        var layout: TreeEnsembleLayout<Scalar>
        var scoring: TreeScoring<Scalar>

        /// The totals of the rows of the first input: `[rows, features]`, or the features of one row.
        func totals(_ call: NodeCall) throws(ONNXError) -> (rows: Int, totals: TreeTotals<Scalar>) {
            let tensor = try call.tensor(0)
            let (rows, width) = try call.rows(tensor.shape)
            guard width >= layout.width else {
                throw call.failure(
                    "reads feature \(layout.width - 1), and gets rows of \(width) features", kind: .input)
            }
            _ = try call.count(of: [rows, scoring.targets])
            let inputs: [Scalar] = try call.scalars(tensor.elements)
            return (rows, layout.totals(inputs.span, rows: 0..<rows, stride: width, scoring.aggregate))
        }
    }

    /// An ensemble in floats, and in doubles once rows of doubles come: ONNX Runtime takes the thresholds' type from
    /// the input's, which is not known when a graph is compiled.
    private final class Ensemble: Sendable {
        typealias Making<Scalar: TreeScalar> = @Sendable () throws(ONNXError) -> Trees<Scalar>
        /// `nil` where the file tells doubles.
        let single: Trees<Float>?
        private let makeDouble: Making<Double>
        private let double = Mutex<Trees<Double>?>(nil)

        /// - Throws: where the attributes are wrong, of whichever type they are.
        init(
            isDouble: Bool, single: Making<Float>, double: @escaping Making<Double>
        ) throws(ONNXError) {
            makeDouble = double
            self.single = isDouble ? nil : try single()
            if isDouble { _ = try doubles() }
        }

        func doubles() throws(ONNXError) -> Trees<Double> {
            if let made = double.withLock({ $0 }) { return made }
            // Two that come at once make it twice, and the same.
            let made = try makeDouble()
            double.withLock { $0 = made }
            return made
        }
    }

    // MARK: Classifier

    private static func classifier(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        let attributes = TreeAttributes(call, prefix: "class")
        let labels = try ClassLabels(call, numbers: "classlabels_int64s")
        let transform = try PostTransform(call)
        let ids = Set(try call.ints("class_ids", default: []))
        let isSigned = labels.count == 2 && ids.count == 1
        let ensemble = try Ensemble(
            isDouble: try attributes.isDouble,
            single: { () throws(ONNXError) in try classes(attributes, labels.count, transform) },
            double: { () throws(ONNXError) in try classes(attributes, labels.count, transform) })
        let weightsArePositive = try attributes.scalars("class_weights", of: Double.self).allSatisfy { !($0 < 0) }
        return { call throws(ONNXError) in
            func results<Scalar>(_ trees: Trees<Scalar>) throws(ONNXError) -> [ONNXValue] {
                let (rows, totals) = try trees.totals(call)
                let classification = TreeClassification(
                    scoring: trees.scoring, isSigned: isSigned, weightsArePositive: weightsArePositive)
                let (scores, choices) = classification.scores(totals)
                return [
                    .tensor(labels.tensor(choices)),
                    .tensor(ONNXTensor([rows, labels.count], scores)),
                ]
            }
            if let single = ensemble.single, try call.tensor(0).type != .float64 { return try results(single) }
            return try results(try ensemble.doubles())
        }
    }

    private static func classes<Scalar: TreeScalar>(
        _ attributes: TreeAttributes, _ count: Int, _ transform: PostTransform
    ) throws(ONNXError) -> Trees<Scalar> {
        let base = try attributes.scalars("base_values", of: Scalar.self)
        guard base.isEmpty || base.count == count || (count == 2 && base.count == 1) else {
            throw attributes.call.failure("has \(base.count) base values for \(count) classes")
        }
        var nodes = try attributes.nodes(targets: count, of: Scalar.self)
        let only = nodes.onlyTarget
        if only != nil { nodes.targets = 1 }
        return Trees(
            layout: try TreeEnsembleLayout(nodes, attributes.call),
            scoring: TreeScoring(
                transform: transform, base: base, trees: nodes.roots.count, targets: count, onlyClass: only))
    }

    // MARK: Regressors

    private static func regressor(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        let attributes = TreeAttributes(call, prefix: "target")
        let text = try call.text("aggregate_function", default: "SUM")
        guard
            let aggregate = ["AVERAGE", "SUM", "MIN", "MAX"].firstIndex(of: text)
                .flatMap({ TreeAggregate(rawValue: $0) })
        else { throw call.failure("aggregates by '\(text)', which is none of ONNX's functions") }
        let transform = try PostTransform(call)
        @Sendable func trees<Scalar: TreeScalar>(of _: Scalar.Type) throws(ONNXError) -> Trees<Scalar> {
            let targets = try GeneralTreeAttributes(attributes.call).targetCount()
            let base = try attributes.scalars("base_values", of: Scalar.self)
            guard base.isEmpty || base.count == targets else {
                throw attributes.call.failure("has \(base.count) base values for \(targets) targets")
            }
            let nodes = try attributes.nodes(targets: targets, of: Scalar.self)
            return Trees(
                layout: try TreeEnsembleLayout(nodes, attributes.call),
                scoring: TreeScoring(
                    aggregate: aggregate, transform: transform, base: base, trees: nodes.roots.count,
                    targets: targets))
        }
        let ensemble = try Ensemble(
            isDouble: try attributes.isDouble, single: { () throws(ONNXError) in try trees(of: Float.self) },
            double: { () throws(ONNXError) in try trees(of: Double.self) })
        return { call throws(ONNXError) in
            func results<Scalar>(_ trees: Trees<Scalar>) throws(ONNXError) -> [ONNXValue] {
                let (rows, totals) = try trees.totals(call)
                let scores = trees.scoring.regression(totals)
                return call.result([rows, trees.scoring.targets], scores.map(\.single))
            }
            if let single = ensemble.single, try call.tensor(0).type != .float64 { return try results(single) }
            return try results(try ensemble.doubles())
        }
    }

    private static func general(_ call: NodeCall) throws(ONNXError) -> ONNXOperator.Evaluation {
        let attributes = GeneralTreeAttributes(call)
        guard let aggregate = TreeAggregate(rawValue: try call.int("aggregate_function", default: 1)),
            let transform = PostTransform(rawValue: try call.int("post_transform", default: 0))
        else { throw call.failure("asks for an aggregate or a transform that is none of ONNX's") }
        @Sendable func trees<Scalar: TreeScalar>(of _: Scalar.Type) throws(ONNXError) -> Trees<Scalar> {
            let nodes = try attributes.nodes(of: Scalar.self)
            return Trees(
                layout: try TreeEnsembleLayout(nodes, attributes.call),
                scoring: TreeScoring(
                    aggregate: aggregate, transform: transform, trees: nodes.roots.count, targets: nodes.targets))
        }
        let ensemble = try Ensemble(
            isDouble: try attributes.isDouble, single: { () throws(ONNXError) in try trees(of: Float.self) },
            double: { () throws(ONNXError) in try trees(of: Double.self) })
        return { call throws(ONNXError) in
            let type = try call.tensor(0).type
            func results<Scalar>(_ trees: Trees<Scalar>) throws(ONNXError) -> [ONNXValue] {
                let (rows, totals) = try trees.totals(call)
                let scores = trees.scoring.regression(totals)
                let shape = [rows, trees.scoring.targets]
                switch type {
                case .float64: return call.result(shape, scores.map { Double($0) })
                case .float16: return call.result(shape, scores.map { Half($0.single) })
                default: return call.result(shape, scores.map(\.single))
                }
            }
            if let single = ensemble.single, type != .float64 { return try results(single) }
            return try results(try ensemble.doubles())
        }
    }
}

extension TreeNodes {
    /// The target of all weights, where each leaf has one and all are of one target.
    fileprivate var onlyTarget: Int? {
        guard targets > 1 else { return nil }
        var only: Int32?
        for case .leaf(_, let weights) in nodes {
            guard weights.count == 1, only == nil || only == weights[0].target else { return nil }
            only = weights[0].target
        }
        return only.map { Int($0) }
    }
}
