import Foundation
import FuzzedModels
import ONNX
import Testing

/// Operators of ai.onnx.ml: what ONNX Runtime answers, and what is refused.
@Suite struct LearningTests {
    private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "Reference/learning.cases")

    /// Every element to 1e-5 of ONNX Runtime's, labels and texts exactly.
    @Test func answersAreThoseOfONNXRuntime() throws {
        let packed = try PackedCases(Self.file)
        #expect(packed.cases.count == 221)
        for one in packed.cases {
            let difference = packed.difference(one, relative: 1e-5, absolute: 1e-7)
            #expect(difference == nil, "\(one.name)")
        }
    }

    // MARK: What is refused

    private typealias Attributes = [String: ONNXAttribute]

    private static func texts(_ texts: String...) -> ONNXAttribute { .strings(texts.map { Array($0.utf8) }) }
    private static func text(_ text: String) -> ONNXAttribute { .string(Array(text.utf8)) }

    private static func evaluation(
        _ operation: String, _ attributes: Attributes, inputs: Int = 1, opset: Int = 3,
        limits: ONNXLimits = ONNXLimits()
    ) throws -> ([ONNXValue]) throws(ONNXError) -> [ONNXValue] {
        let node = ONNXNode(
            name: "model", operation: .ml(operation), inputs: (0..<inputs).map { "x\($0)" },
            outputs: ["y", "z"], attributes: attributes)
        let known = try #require(OperatorRegistry.standard[.ml(operation)])
        let evaluate = try known.prepare(NodeCall(node: node, opset: opset, inputs: []))
        return { values throws(ONNXError) in
            try evaluate(NodeCall(node: node, opset: opset, inputs: values.map { $0 }, limits: limits))
        }
    }

    /// That a node is refused with words, either when it is prepared or when it is given inputs.
    private static func expectRefusal(
        _ words: String, _ operation: String, _ attributes: Attributes, _ inputs: [ONNXValue]? = nil,
        opset: Int = 3, _ location: SourceLocation = #_sourceLocation
    ) throws {
        do {
            let evaluate = try evaluation(operation, attributes, inputs: inputs?.count ?? 1, opset: opset)
            if let inputs { _ = try evaluate(inputs) }
            Issue.record("\(operation) is not refused for '\(words)'", sourceLocation: location)
        } catch let error as ONNXError {
            #expect("\(error)".contains(words), "\(error)", sourceLocation: location)
            #expect(error.place.contains("node 'model' (ai.onnx.ml.\(operation))"), sourceLocation: location)
        }
    }

    /// `feature 0 ≤ 0.5 ? 1 : feature 1 ≤ 0.5 ? 2 : 3`
    private static let tree: Attributes = [
        "nodes_treeids": .ints([4, 4, 4, 4, 4]), "nodes_nodeids": .ints([0, 1, 2, 3, 4]),
        "nodes_featureids": .ints([0, 0, 1, 0, 0]), "nodes_values": .floats([0.5, 0, 0.5, 0, 0]),
        "nodes_modes": texts("BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "LEAF", "LEAF"),
        "nodes_truenodeids": .ints([1, 0, 3, 0, 0]), "nodes_falsenodeids": .ints([2, 0, 4, 0, 0]),
        "target_ids": .ints([0, 0, 0]), "target_nodeids": .ints([1, 3, 4]),
        "target_treeids": .ints([4, 4, 4]), "target_weights": .floats([1, 2, 3]), "n_targets": .int(1),
    ]

    private static let rows: [ONNXValue] = [.tensor(ONNXTensor([3, 2], [0, 0, 1, 0, 1, 1] as [Float]))]

    @Test func theTreeItselfIsTaken() throws {
        let results = try Self.evaluation("TreeEnsembleRegressor", Self.tree)(Self.rows)
        #expect(results == [.tensor(ONNXTensor([3, 1], [1, 2, 3] as [Float]))])
    }

    /// A leaf alone asks for no feature, and still there has to be one to look at.
    @Test func aLeafAloneIsTaken() throws {
        let leaf: Attributes = [
            "nodes_treeids": .ints([0]), "nodes_nodeids": .ints([0]), "nodes_featureids": .ints([0]),
            "nodes_values": .floats([0]), "nodes_modes": Self.texts("LEAF"), "nodes_truenodeids": .ints([0]),
            "nodes_falsenodeids": .ints([0]), "target_ids": .ints([0]), "target_nodeids": .ints([0]),
            "target_treeids": .ints([0]), "target_weights": .floats([7]), "n_targets": .int(1),
        ]
        let results = try Self.evaluation("TreeEnsembleRegressor", leaf)(Self.rows)
        #expect(results == [.tensor(ONNXTensor([3, 1], [7, 7, 7] as [Float]))])
        for shape in [[2, 0], [0]] {
            let rows: [ONNXValue] = [.tensor(ONNXTensor(shape, [Float]()))]
            try Self.expectRefusal("gets rows of 0 features", "TreeEnsembleRegressor", leaf, rows)
        }
    }

    @Test func brokenTreesAreRefused() throws {
        func expect(
            _ words: String, _ changes: Attributes, _ inputs: [ONNXValue]? = nil,
            _ location: SourceLocation = #_sourceLocation
        ) throws {
            let attributes = Self.tree.merging(changes) { $1 }
            try Self.expectRefusal(words, "TreeEnsembleRegressor", attributes, inputs, opset: 3, location)
        }
        let children = "nodes_truenodeids"
        try expect("leads from tree 4, node 0 to its true node 9", [children: .ints([9, 0, 3, 0, 0])])
        try expect("leads from tree 4, node 2 to its true node -1", [children: .ints([1, 0, -1, 0, 0])])
        let longer = Self.texts("BRANCH_LEQ", "LEAF", "BRANCH_LEQ", "BRANCH_LEQ", "LEAF")
        try expect(
            "tree 4 has no root",
            [children: .ints([1, 0, 0, 4, 0]), "nodes_falsenodeids": .ints([2, 0, 3, 4, 0]), "nodes_modes": longer])
        // Two nodes that lead to one another, apart from the tree.
        try expect(
            "no root leads to tree 4, node 2",
            [children: .ints([1, 0, 3, 2, 0]), "nodes_falsenodeids": .ints([4, 0, 3, 2, 0]), "nodes_modes": longer])
        // A cycle below the root.
        try expect(
            "tree 4, node 2 leads back to itself",
            [children: .ints([1, 0, 3, 1, 0]), "nodes_falsenodeids": .ints([2, 0, 4, 2, 0]), "nodes_modes": longer])
        try expect("has no one root", ["nodes_falsenodeids": .ints([1, 0, 4, 0, 0])])
        try expect("tree 4, node 1 twice", ["nodes_nodeids": .ints([0, 1, 1, 3, 4])])
        for name in ["nodeids", "featureids", "truenodeids", "falsenodeids"] {
            try expect("4 of 'nodes_\(name)'", ["nodes_\(name)": .ints([0, 1, 2, 3])])
        }
        try expect("4 of 'nodes_values'", ["nodes_values": .floats([0, 1, 2, 3])])
        try expect("2 of 'nodes_missing", ["nodes_missing_value_tracks_true": .ints([0, 1])])
        try expect("1 of 'nodes_modes'", ["nodes_modes": Self.texts("LEAF")])
        try expect(
            "a mode 'BRANCH_NEAR' in tree 4, node 0",
            ["nodes_modes": Self.texts("BRANCH_NEAR", "LEAF", "LEAF", "LEAF", "LEAF")])
        try expect("reads feature -1 in tree 4, node 2", ["nodes_featureids": .ints([0, 0, -1, 0, 0])])
        try expect("reads feature 9223372036854775807", ["nodes_featureids": .ints([.max, 0, 0, 0, 0])])
        try expect("reads feature 2, and gets rows of 2", ["nodes_featureids": .ints([2, 0, 0, 0, 0])], Self.rows)
        try expect("wants rows of features", [:], [.tensor(ONNXTensor([1, 1, 2], [0, 0] as [Float]))])
        try expect("weight for tree 4, node 7", ["target_nodeids": .ints([1, 3, 7])])
        try expect("weight for target 1 in tree 4, node 3", ["target_ids": .ints([0, 1, 0])])
        try expect("weight for target -1", ["target_ids": .ints([0, -1, 0])])
        try expect("and 3, 3 and 2 of the trees", ["target_weights": .floats([1, 2])])
        try expect("has 0 targets", ["n_targets": .int(0)])
        try expect("has extents", ["n_targets": .int(1 << 40)])
        try expect("2 base values for 1 targets", ["base_values": .floats([1, 2])])
        try expect("aggregates by 'MEDIAN'", ["aggregate_function": Self.text("MEDIAN")])
        try expect("transform 'SQUARE'", ["post_transform": Self.text("SQUARE")])
        try expect(
            "has no nodes of trees",
            Self.tree.filter { $0.key.hasPrefix("nodes_") }.mapValues {
                switch $0 {
                case .ints: .ints([])
                case .floats: .floats([])
                default: .strings([])
                }
            })
        try expect("another type", ["nodes_treeids": .floats([0])])
    }

    @Test func brokenGeneralTreesAreRefused() throws {
        let good: Attributes = [
            "n_targets": .int(1), "tree_roots": .ints([0]), "nodes_featureids": .ints([0, 1]),
            "nodes_modes": .tensor(.vector([0, 6] as [UInt8])),
            "nodes_splits": .tensor(.vector([0.5, 0] as [Float])), "nodes_truenodeids": .ints([0, 1]),
            "nodes_trueleafs": .ints([1, 1]), "nodes_falsenodeids": .ints([1, 2]),
            "nodes_falseleafs": .ints([0, 1]), "leaf_targetids": .ints([0, 0, 0]),
            "leaf_weights": .tensor(.vector([1, 2, 3] as [Float])),
            "membership_values": .tensor(.vector([0, .nan] as [Float])),
        ]
        let results = try Self.evaluation("TreeEnsemble", good, opset: 5)(Self.rows)
        #expect(results == [.tensor(ONNXTensor([3, 1], [1, 2, 3] as [Float]))])
        func expect(
            _ words: String, _ changes: Attributes, _ location: SourceLocation = #_sourceLocation
        ) throws {
            let attributes = good.merging(changes) { $1 }
            try Self.expectRefusal(words, "TreeEnsemble", attributes, opset: 5, location)
        }
        try expect("leads from node 1 to leaf 3", ["nodes_falsenodeids": .ints([1, 3])])
        try expect("leads from node 0 to node -1", ["nodes_falsenodeids": .ints([-1, 2])])
        try expect(
            "has a cycle of nodes: node 0",
            ["nodes_falsenodeids": .ints([1, 0]), "nodes_falseleafs": .ints([0, 0])])
        try expect("root is node 2", ["tree_roots": .ints([0, 2])])
        try expect("has no trees", ["tree_roots": .ints([])])
        try expect("a mode 9 in node 1", ["nodes_modes": .tensor(.vector([0, 9] as [UInt8]))])
        try expect(
            "1 nodes that ask for members, and 3 sets",
            ["membership_values": .tensor(.vector([0, .nan, 1, .nan, 2] as [Float]))])
        try expect("1 of 'nodes_splits'", ["nodes_splits": .tensor(.vector([0] as [Float]))])
        try expect("2 weights of leaves", ["leaf_weights": .tensor(.vector([0, 1] as [Float]))])
        try expect("target 1 in leaf 2", ["leaf_targetids": .ints([0, 0, 1])])
        try expect("reads feature -4", ["nodes_featureids": .ints([0, -4])])
        try expect("none of ONNX's", ["aggregate_function": .int(7)])
    }

    /// Products of rows and vectors are counted before they are made.
    @Test(arguments: ["LINEAR", "RBF"]) func rowsAndVectorsEndAtTheLimit(_ kernel: String) throws {
        let machine: Attributes = [
            "coefficients": .floats([Float](repeating: 1, count: 8)), "rho": .floats([0]),
            "support_vectors": .floats([Float](repeating: 1, count: 64)), "n_supports": .int(8),
            "kernel_type": Self.text(kernel), "kernel_params": .floats([0, 0, 0]),
        ]
        let rows: [ONNXValue] = [.tensor(.counting([8, 8]))]
        _ = try Self.evaluation("SVMRegressor", machine)(rows)
        var limits = ONNXLimits()
        limits.work = 1
        let evaluate = try Self.evaluation("SVMRegressor", machine, limits: limits)
        let error = #expect(throws: ONNXError.self) { try evaluate(rows) }
        #expect(error?.kind == .limit, "\(error?.description ?? "")")
    }

    @Test func otherBrokenNodesAreRefused() throws {
        let rows = Self.rows
        func expect(
            _ words: String, _ operation: String, _ attributes: Attributes, _ inputs: [ONNXValue]? = nil,
            opset: Int = 1, _ location: SourceLocation = #_sourceLocation
        ) throws { try Self.expectRefusal(words, operation, attributes, inputs, opset: opset, location) }
        try expect("3 coefficients a vector", "LinearRegressor", ["coefficients": .floats([1, 2, 3])], rows)
        try expect(
            "0 labels for 2 classes", "LinearClassifier",
            ["coefficients": .floats([1, 2, 3, 4]), "intercepts": .floats([1, 2])])
        try expect(
            "4 coefficients for 9223372036854775807 targets", "LinearRegressor",
            ["coefficients": .floats([1, 2, 3, 4]), "targets": .int(.max)])
        let machine: Attributes = [
            "classlabels_ints": .ints([0, 1]), "coefficients": .floats([1, 2]), "rho": .floats([0]),
            "support_vectors": .floats([1, 2, 3, 4]), "vectors_per_class": .ints([1, 1]),
        ]
        _ = try Self.evaluation("SVMClassifier", machine)(rows)
        for (words, change) in [
            ("3 classes, and 2 labels", ["vectors_per_class": ONNXAttribute.ints([1, 1, 0])]),
            ("has -1 support vectors", ["vectors_per_class": .ints([1, -1])]),
            ("has 9223372036854775807 support vectors", ["vectors_per_class": .ints([1, .max])]),
            ("has support vectors of", ["support_vectors": .floats([1, 2, 3]), "kernel_type": Self.text("RBF")]),
            ("2 parameters of its kernel", ["kernel_params": .floats([1, 2])]),
            ("1 of 'prob_a' and 0 of 'prob_b'", ["prob_a": .floats([1])]),
            ("1 coefficients for 2 support vectors", ["coefficients": .floats([1])]),
        ] as [(String, Attributes)] {
            try expect(words, "SVMClassifier", machine.merging(change) { $1 }, rows)
        }
        try expect(
            "2 keys and 1 values", "LabelEncoder",
            ["keys_int64s": .ints([1, 2]), "values_int64s": .ints([1])], opset: 2)
        try expect(
            "2 lists of keys", "LabelEncoder",
            ["keys_int64s": .ints([1]), "keys_floats": .floats([1])], opset: 2)
        try expect("does not know as element 0", "OneHotEncoder", ["cats_int64s": .ints([9]), "zeros": .int(0)], rows)
        try expect("NaN as element 0", "Binarizer", [:], [.tensor(.vector([Float.nan]))])
        try expect("3 labels, and gets rows of 2", "ZipMap", ["classlabels_int64s": .ints([1, 2, 3])], rows)
        for place in [-1, 2] as [Int64] {
            try expect(
                "asks for feature \(place) of 2", "ArrayFeatureExtractor", [:],
                rows + [.tensor(.vector([place]))])
        }
        try expect("has extents", "FeatureVectorizer", ["inputdimensions": .ints([1 << 50])], rows)
        try expect("beyond any tensor", "FeatureVectorizer", ["inputdimensions": .ints([.max, .max])], rows + rows)
        let map: [ONNXValue] = [.map([ONNXMapEntry(key: .number(-2), value: .scalar(Float(1)))])]
        try expect("negative key", "CastMap", ["map_form": Self.text("SPARSE"), "max_map": .int(3)], map)
        try expect("has extents", "CastMap", ["map_form": Self.text("SPARSE"), "max_map": .int(1 << 50)], map)
        try expect("offsets and 3 scales", "Scaler", ["offset": .floats([1, 2, 3]), "scale": .floats([1, 2, 3])], rows)
    }

    /// Maps of texts, which ONNX Runtime's Python does not take.
    @Test func textsInMaps() throws {
        let map: [ONNXValue] = [
            .map([
                ONNXMapEntry(key: .number(5), value: .scalar("12")),
                ONNXMapEntry(key: .number(1), value: .scalar("-3")),
            ])
        ]
        func cast(_ type: String) throws -> [ONNXValue] {
            try Self.evaluation("CastMap", ["cast_to": Self.text(type)], opset: 1)(map)
        }
        #expect(try cast("TO_INT64") == [.tensor(ONNXTensor([1, 2], [-3, 12] as [Int64]))])
        #expect(try cast("TO_FLOAT") == [.tensor(ONNXTensor([1, 2], [-3, 12] as [Float]))])
        #expect(try cast("TO_STRING") == [.tensor(ONNXTensor([1, 2], ["-3", "12"]))])
        let words = try Self.evaluation("DictVectorizer", ["int64_vocabulary": .ints([5, 2, 1])], opset: 1)(map)
        #expect(words == [.tensor(ONNXTensor([1, 3], ["12", "", "-3"]))])
    }

    /// A node is prepared when the model is: what is wrong with its trees is told before anything runs.
    @Test func modelsWithBrokenTreesAreRefusedBeforeTheyRun() throws {
        let packed = try PackedCases(Self.file)
        var model = try packed.model(try #require(packed.cases.first { $0.name == "regressor mixed" }))
        _ = try ONNXInterpreter(model)
        model.graph.nodes[0].attributes["nodes_truenodeids"] = .ints([9])
        #expect(throws: ONNXError.self) { try ONNXInterpreter(model) }
    }
}
