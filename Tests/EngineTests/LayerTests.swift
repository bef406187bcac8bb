import Autodiff
import CPURuntime
import Foundation
import GraphIR
import Kernels
import NN
import TensorCore
import Testing

/// Layers and losses of `NN`: against their formulas, and in the runtime against the interpreter.
@Suite struct LayerTests {
    // MARK: Formulas, by the interpreter

    /// Evaluates the output `y` of a graph on sample values.
    private func evaluate(
        rows: Int, _ build: (inout GraphBuilder) -> Value
    ) throws -> (y: Tensor, given: [String: Tensor], graph: Graph, values: [Tensor]) {
        var b = GraphBuilder()
        let y = build(&b)
        b.output("y", y)
        let graph = try b.build()
        let given = graph.sampleValues(rows: rows, indicesBelow: 3)
        let values = ReferenceInterpreter(graph: graph, rows: rows, given: given).run()
        return (values[y.index], given, graph, values)
    }

    private func expectClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-6) {
        #expect(a.count == b.count)
        for (x, y) in zip(a, b) { #expect(abs(x - y) <= tolerance * max(1, abs(y)), "\(x), \(y)") }
    }

    @Test func linearIsAnAffineMap() throws {
        let (y, given, _, _) = try evaluate(rows: 5) { b in
            let x = b.input("x", [.rows, 4])
            return b.linear("layer", x, output: 3)
        }
        let x = try #require(given["x"])
        let w = try #require(given["layer/weight"])
        let shift = try #require(given["layer/bias"])
        let expected = Tensor([5, 3]) { c in
            (0..<4).reduce(shift[[c[1]]]) { $0 + x[[c[0], $1]] * w[[$1, c[1]]] }
        }
        #expect(y.shape == [5, 3])
        expectClose(y.values, expected.values)
    }

    @Test func memberLinearIsALinearLayerForEachMember() throws {
        for shared in [false, true] {
            let (y, given, _, _) = try evaluate(rows: 5) { b in
                let x = b.input("x", [shared ? 1 : 2, .rows, 4])
                return b.memberLinear("layer", x, members: 2, output: 3)
            }
            let x = try #require(given["x"])
            let w = try #require(given["layer/weight"])
            let shift = try #require(given["layer/bias"])
            let expected = Tensor([2, 5, 3]) { c in
                (0..<4).reduce(shift[[c[0], 0, c[2]]]) {
                    $0 + x[[shared ? 0 : c[0], c[1], $1]] * w[[c[0], $1, c[2]]]
                }
            }
            #expect(y.shape == [2, 5, 3])
            expectClose(y.values, expected.values)
        }
    }

    @Test func embeddingLooksRowsUp() throws {
        let (y, given, graph, _) = try evaluate(rows: 4) { b in
            let indices = b.input("i", [.rows, 2], dtype: .int32)
            return b.embedding("e", indices, values: 3, width: 5)
        }
        let table = try #require(given["e/table"])
        let i = try #require(given["i"])
        #expect(y == Tensor([4, 2, 5]) { c in table[[Int(i[[c[0], c[1]]]), c[2]]] })
        #expect(graph.parameter(named: "e/table")?.hasSparseGradient == false)
        var b = GraphBuilder()
        let indices = b.input("i", [.rows], dtype: .int32)
        b.output("y", b.embedding("e", indices, values: 1025, width: 2))
        #expect(try b.build().parameter(named: "e/table")?.hasSparseGradient == true)
    }

    /// `x·a + c + Σ_f cos(2π(x·w_f + s_f))·U_f`, element by element.
    @Test func periodicNumbersFollowTheirFormula() throws {
        let (y, given, _, _) = try evaluate(rows: 6) { b in
            b.embedded(
                numbers: b.input("x", [.rows, 2]), positions: b.input("p", [.rows, 2]),
                atoms: b.input("atoms", [.rows, 2], dtype: .int32),
                NumberEmbedding(numbers: 2, bins: 0, frequencies: 5, width: 4, trusts: []))
        }
        let x = try #require(given["x"])
        let slope = try #require(given["slope"])
        let shift = try #require(given["shift"])
        let frequencies = try #require(given["frequencies"])
        let phases = try #require(given["phases"])
        let waves = try #require(given["waves"])
        let expected = Tensor([6, 8]) { c in
            let (row, number, k) = (c[0], c[1] / 4, c[1] % 4)
            let line = x[[row, number]] * slope[[number, k]] + shift[[number, k]]
            return (0..<5).reduce(line) {
                let turns =
                    x[[row, number]] * frequencies[[number, 0, $1]] + phases[[number, 0, $1]]
                return $0 + cos(2 * .pi * turns) * waves[[number, $1, k]]
            }
        }
        // A turn is rounded before its cosine is taken.
        expectClose(y.values, expected.values, 1e-5)
    }

    /// `x·a + c + Σ_b clip(position − b, 0, 1)·W_b + trust·V`, element by element.
    @Test func numbersAreEmbeddedByTheirFormula() throws {
        let trusts: [Float] = [0.5, 0.25]
        let (y, given, _, _) = try evaluate(rows: 6) { b in
            b.embedded(
                numbers: b.input("x", [.rows, 2]), positions: b.input("p", [.rows, 2]),
                atoms: b.input("atoms", [.rows, 2], dtype: .int32),
                NumberEmbedding(numbers: 2, bins: 3, width: 4, trusts: trusts))
        }
        let x = try #require(given["x"])
        let p = try #require(given["p"])
        let atoms = try #require(given["atoms"])
        let slope = try #require(given["slope"])
        let shift = try #require(given["shift"])
        let curve = try #require(given["curve"])
        let starts = try #require(given["binStarts"])
        let trust = try #require(given["trusts"])
        let own = try #require(given["values/table"])
        let expected = Tensor([6, 8]) { c in
            let (row, number, k) = (c[0], c[1] / 4, c[1] % 4)
            let line = x[[row, number]] * slope[[number, k]] + shift[[number, k]]
            let bent = (0..<3).reduce(0.0) {
                $0 + min(max(p[[row, number]] - starts[[$1]], 0), 1) * curve[[number, $1, k]]
            }
            let atom = Int(atoms[[row, number]])
            return line + bent + trust[[atom, 0]] * own[[atom, k]]
        }
        expectClose(y.values, expected.values)
    }

    /// Each member computed alone: its scales, the shared hidden layers, its head; then the mean.
    @Test func anEnsembleIsTheMeanOfItsMembers() throws {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: 5, cardinalities: []), task: .binary, hidden: [6],
            members: 3)
        let graph = try network.inferenceGraph()
        let given = graph.sampleValues(rows: 4)
        let values = ReferenceInterpreter(graph: graph, rows: 4, given: given).run()
        let x = try #require(given["numeric"])
        let scales = try #require(given["members"])
        let w = try #require(given["hidden0/linear/weight"])
        let c = try #require(given["hidden0/linear/bias"])
        let head = try #require(given["head/weight"])
        let last = try #require(given["head/bias"])
        let expected = (0..<4).map { row in
            (0..<3).reduce(0.0) { sum, member in
                let hidden = (0..<6).map { unit in
                    max(
                        0,
                        (0..<5).reduce(c[[unit]]) {
                            $0 + x[[row, $1]] * scales[[member, $1]] * w[[$1, unit]]
                        })
                }
                let logit = (0..<6).reduce(last[[member, 0, 0]]) {
                    $0 + hidden[$1] * head[[member, $1, 0]]
                }
                return sum + 1 / (1 + exp(-logit)) / 3
            }
        }
        let prediction = try #require(graph.outputs["prediction"].map { values[$0.index] })
        expectClose(prediction.values, expected)
        let logits = try #require(graph.outputs["logits"].map { values[$0.index] })
        expectClose(logits.values, expected.map { log($0 / (1 - $0)) })
        #expect(!graph.mixesRows)
    }

    @Test func layerNormHasMeanZeroAndUnitVariance() throws {
        let (y, given, _, _) = try evaluate(rows: 6) { b in
            let x = b.input("x", [.rows, 9])
            return b.layerNorm("norm", x)
        }
        let x = try #require(given["x"])
        let scale = try #require(given["norm/scale"])
        let shift = try #require(given["norm/shift"])
        for row in 0..<6 {
            let own = (0..<9).map { x[[row, $0]] }
            let mean = own.reduce(0, +) / 9
            let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 9
            expectClose(
                (0..<9).map { y[[row, $0]] },
                (0..<9).map {
                    (own[$0] - mean) / (variance + 1e-5).squareRoot() * scale[[$0]] + shift[[$0]]
                })
        }
    }

    @Test func batchNormUsesTheBatchInTrainingAndTheRunningMomentsElsewhere() throws {
        for rows in [1, 6] {
            for training in [false, true] {
                let (y, given, graph, values) = try evaluate(rows: rows) { b in
                    let x = b.input("x", [.rows, 3])
                    return b.batchNorm("norm", x, training: training)
                }
                #expect(!graph.mixesRows && graph.hasSumsOverShards == training)
                let x = try #require(given["x"])
                let scale = try #require(given["norm/scale"])
                let shift = try #require(given["norm/shift"])
                let oldMean = try #require(given["norm/runningMean"])
                let oldVariance = try #require(given["norm/runningVariance"])
                for feature in 0..<3 {
                    let column = (0..<rows).map { x[[$0, feature]] }
                    var mean = column.reduce(0, +) / Double(rows)
                    var variance =
                        column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
                    if training {
                        let unbiased = variance * Double(rows) / Double(max(rows - 1, 1))
                        for (name, old, new) in [
                            ("norm/runningMean", oldMean, mean),
                            ("norm/runningVariance", oldVariance, unbiased),
                        ] {
                            let value = try #require(graph.updates[name])
                            expectClose(
                                [values[value.index][[feature]]], [0.9 * old[[feature]] + 0.1 * new]
                            )
                        }
                    } else {
                        #expect(graph.updates.isEmpty)
                        (mean, variance) = (oldMean[[feature]], oldVariance[[feature]])
                    }
                    expectClose(
                        (0..<rows).map { y[[$0, feature]] },
                        column.map {
                            ($0 - mean) / (variance + 1e-5).squareRoot() * scale[[feature]]
                                + shift[[feature]]
                        })
                }
            }
        }
    }

    @Test func lossesAreTheirFormulas() throws {
        let rows = 40
        func loss(_ build: (inout GraphBuilder, Value, Value) -> Value) throws -> (
            Tensor, Tensor, Tensor
        ) {
            let (y, given, _, _) = try evaluate(rows: rows) { b in
                let z = b.input("z", [.rows, 1])
                let t = b.input("t", [.rows, 1])
                return build(&b, z, t)
            }
            return (y, try #require(given["z"]), try #require(given["t"]))
        }
        func expect(_ result: (Tensor, Tensor, Tensor), _ formula: (Double, Double) -> Double) {
            #expect(result.0.shape == [rows, 1])
            expectClose(result.0.values, zip(result.1.values, result.2.values).map(formula))
        }
        expect(try loss { $0.binaryCrossEntropy(logits: $1, labels: $2) }) { z, t in
            let p = 1 / (1 + exp(-z))
            return -(t * log(p) + (1 - t) * log(1 - p))
        }
        expect(
            try loss {
                let own = $0.binaryCrossEntropy(logits: $1, labels: $2)
                return $0.generalized(crossEntropy: own, exponent: 0.7)
            }
        ) { z, t in
            let p = 1 / (1 + exp(-z))
            return (1 - exp(0.7 * (t * log(p) + (1 - t) * log(1 - p)))) / 0.7
        }
        expect(try loss { $0.squaredError(prediction: $1, target: $2) }) { ($0 - $1) * ($0 - $1) }
        expect(try loss { $0.huber(prediction: $1, target: $2, delta: 0.75) }) { z, t in
            let e = abs(z - t)
            return e <= 0.75 ? e * e / 2 : 0.75 * (e - 0.375)
        }
        expect(try loss { $0.pinball(prediction: $1, target: $2, quantile: 0.25) }) { z, t in
            t > z ? 0.25 * (t - z) : 0.75 * (z - t)
        }
    }

    @Test(arguments: [Float(0), 0.125]) func softmaxCrossEntropyIsItsFormula(smoothing: Float)
        throws
    {
        for members in [nil, 2] as [Int?] {
            let (y, given, _, _) = try evaluate(rows: 7) { b in
                let z = b.input("z", members.map { [.fixed($0), .rows, 3] } ?? [.rows, 3])
                let labels = b.input("labels", [.rows], dtype: .int32)
                return b.softmaxCrossEntropy(logits: z, labels: labels, smoothing: smoothing)
            }
            let z = try #require(given["z"])
            let labels = try #require(given["labels"])
            let expected = Tensor(members.map { [$0, 7, 1] } ?? [7, 1]) { c in
                let lead = Array(c.dropLast())
                let powers = (0..<3).map { exp(z[lead + [$0]]) }
                return (0..<3).reduce(0) { sum, k in
                    let hit = labels[[c[c.count - 2]]] == Double(k) ? 1.0 : 0
                    let target = hit * Double(1 - smoothing) + Double(smoothing) / 3
                    return sum - target * log(powers[k] / powers.reduce(0, +))
                }
            }
            expectClose(y.values, expected.values)
        }
    }

    @Test func weightedSumAveragesMembers() throws {
        for members in [nil, 1, 4] as [Int?] {
            let (y, given, _, _) = try evaluate(rows: 5) { b in
                let losses = b.input(
                    "losses", members.map { [.fixed($0), .rows, 1] } ?? [.rows, 1])
                return b.weightedSum(losses: losses, weights: b.input("weight", [.rows, 1]))
            }
            let losses = try #require(given["losses"])
            let weight = try #require(given["weight"])
            let expected = losses.values.enumerated().reduce(0) {
                $0 + $1.element * weight.values[$1.offset % 5]
            }
            #expect(y.shape == [])
            expectClose(y.values, [expected / Double(members ?? 1)])
        }
    }

    // MARK: The runtime

    /// One of everything in front of a loss, as graph and as gradient.
    @Test(arguments: TrainingGraphs.all) func trainingGraphs(_ form: TrainingGraphs.Form) throws {
        for rows in [1, 3, 20] {
            let graph = try form.graph()
            try Experiment.differentiating(
                graph, output: "loss", rows: rows,
                given: graph.sampleValues(rows: rows, indicesBelow: 3)
            ).expectAgreement(form.name)
        }
    }

    @Test func inferenceGraphs() throws {
        for network in TrainingGraphs.networks {
            let graph = try network.inferenceGraph()
            for rows in [1, 19] {
                Experiment(
                    graph: graph, rows: rows,
                    given: graph.sampleValues(rows: rows, indicesBelow: 3),
                    outputs: ["logits", "prediction"]
                ).expectAgreement()
            }
        }
    }
}

/// Graphs that train, for tests of the whole engine.
enum TrainingGraphs {
    struct Form: CustomTestStringConvertible, Sendable {
        var name: String
        var build: @Sendable () throws -> Graph
        var testDescription: String { name }

        func graph() throws -> Graph { try build() }
    }

    static let networks: [TabularNetwork] = [
        network(.binary, hidden: []), network(.binary, hidden: [16, 8], smoothing: 0.1),
        network(.multiclass(classes: 3), hidden: [8], activation: .gelu, smoothing: 0.1),
        network(.multiclass(classes: 3), hidden: []),
        network(.regression, hidden: [8], activation: .silu),
        network(.regression, hidden: [8], activation: .tanh, loss: .huber(delta: 0.5)),
        network(.regression, hidden: [8], activation: .sigmoid, loss: .pinball(quantile: 0.9)),
        ensemble(.binary), ensemble(.multiclass(classes: 3)), ensemble(.regression),
        ensemble(.binary, bins: 0, frequencies: 5),
        network(.binary, hidden: [8], robustness: 0.7),
        network(.multiclass(classes: 3), hidden: [8], robustness: 0.7),
    ]

    /// Members that share hidden layers, on embedded numbers, a plain column and categories.
    static func ensemble(
        _ task: TaskKind, bins: Int = 3, frequencies: Int = 0
    ) -> TabularNetwork {
        let embedding = NumberEmbedding(
            numbers: 2, bins: bins, frequencies: frequencies, width: 4, trusts: [0.5, 0.25])
        return TabularNetwork(
            input: TabularInput(numericWidth: 5, cardinalities: [3, 40], embedding: embedding),
            task: task, hidden: [8, 6], members: 3, dropout: 0.2)
    }

    private static func network(
        _ task: TaskKind, hidden: [Int], activation: Activation = .relu, smoothing: Float = 0,
        loss: TaskHead.RegressionLoss = .squared, robustness: Float? = nil
    ) -> TabularNetwork {
        TabularNetwork(
            input: TabularInput(numericWidth: 5, cardinalities: [3, 40, 1100]), task: task,
            hidden: hidden, activation: activation, dropout: 0.2, labelSmoothing: smoothing,
            loss: loss, robustness: robustness)
    }

    static let all: [Form] =
        networks.map { network in
            Form(name: "\(network.task) \(network.hidden) \(network.activation)") {
                try network.trainingGraph()
            }
        } + [
            Form(name: "norms and dropout") { try deep(batchNorm: true) },
            Form(name: "layer norm and dropout") { try deep(batchNorm: false) },
            Form(name: "members") { try members() },
            Form(name: "images") { try images() },
            Form(name: "normed images") { try normedImages(.batch) },
            Form(name: "images normed by shard") { try normedImages(.shard) },
            Form(name: "transformer") { try transformer() },
        ]

    /// A perceptron with embeddings (dense and sparse), layer norm, dropout and, if asked for,
    /// batch norm.
    static func deep(batchNorm: Bool, width: Int = 24) throws -> Graph {
        var b = GraphBuilder()
        let numeric = b.input("numeric", [.rows, 6])
        let few = b.input("few", [.rows], dtype: .int32)
        let many = b.input("many", [.rows, 2], dtype: .int32)
        let looked = b.embedding("few", few, values: 7, width: 4)
        let rows = b.reshape(b.embedding("many", many, values: 2000, width: 3), [.rows, 6])
        var x = b.apply(.concatenate(axis: 1), [numeric, looked, rows])
        for (index, activation) in [Activation.relu, .gelu, .silu].enumerated() {
            x = b.scoped("block\(index)") { b in
                var y = b.linear("linear", x, output: width)
                if batchNorm { y = b.batchNorm("batch", y, training: true) }
                return b.dropout(b.layerNorm("norm", b.activation(activation, y)), rate: 0.25)
            }
        }
        let logits = b.linear("head", x, output: 1)
        let labels = b.input("label", [.rows, 1])
        let weights = b.input("weight", [.rows, 1])
        let losses = b.binaryCrossEntropy(logits: logits, labels: labels)
        b.output("loss", b.weightedSum(losses: losses, weights: weights))
        return try b.build()
    }

    /// An ensemble of members that share their input, for several classes.
    static func members() throws -> Graph {
        var b = GraphBuilder()
        let x = b.input("numeric", [1, .rows, 6])
        let hidden = b.activation(.relu, b.memberLinear("first", x, members: 3, output: 9))
        let logits = b.memberLinear("second", b.dropout(hidden, rate: 0.1), members: 3, output: 4)
        let labels = b.input("label", [.rows], dtype: .int32)
        let weights = b.input("weight", [.rows, 1])
        let losses = b.softmaxCrossEntropy(logits: logits, labels: labels, smoothing: 0.05)
        b.output("loss", b.weightedSum(losses: losses, weights: weights))
        return try b.build()
    }

    /// A small network on images: strided, grouped and depthwise convolutions.
    static func images() throws -> Graph {
        var b = GraphBuilder()
        var x = b.input("image", [.rows, 9, 8, 3])
        x = b.convolution2D("first", x, output: 16, window: .square(3, padding: 1))
        x = b.maxPool2D(b.activation(.relu, x), window: .square(2, stride: 1))
        x = b.convolution2D("strided", x, output: 16, window: .square(3, stride: 2), groups: 2)
        x = b.activation(.gelu, x)
        x = b.convolution2D(
            "depthwise", x, output: 16, window: .same(3, height: 3, width: 3), groups: 16,
            bias: false)
        x = b.averagePool2D(x, window: .square(2, padding: 1))
        x = b.activation(.relu, b.convolution2D("last", x, output: 8, window: .square(1)))
        let logits = b.linear("head", b.globalAveragePool(x), output: 3)
        let losses = b.softmaxCrossEntropy(
            logits: logits, labels: b.input("label", [.rows], dtype: .int32))
        let weights = b.input("weight", [.rows, 1])
        b.output("loss", b.weightedSum(losses: losses, weights: weights))
        return try b.build()
    }

    /// Convolutions with batch norms and a residual connection, and a norm of columns.
    static func normedImages(_ statistics: NormStatistics) throws -> Graph {
        var b = GraphBuilder()
        func block(_ name: String, _ x: Value) -> Value {
            b.scoped(name) { b in
                let y = b.convolution2D(
                    "convolution", x, output: 8, window: .square(3, padding: 1), bias: false)
                return b.activation(
                    .relu, b.batchNorm("norm", y, training: true, statistics: statistics))
            }
        }
        let first = block("first", b.input("image", [.rows, 4, 5, 3]))
        let pooled = b.globalAveragePool(b.add(first, block("second", first)))
        let normed = b.batchNorm("columns", pooled, training: true, statistics: statistics)
        let logits = b.linear("head", normed, output: 3)
        let losses = b.softmaxCrossEntropy(
            logits: logits, labels: b.input("label", [.rows], dtype: .int32))
        b.output(
            "loss", b.weightedSum(losses: losses, weights: b.input("weight", [.rows, 1])))
        return try b.build()
    }

    /// Two encoder layers, one of each norm placement, on padded sequences of embedded words.
    static func transformer() throws -> Graph {
        var b = GraphBuilder()
        let words = b.input("words", [.rows, 5], dtype: .int32)
        let keys = b.binary(.greater, b.input("presence", [.rows, 5]), b.constant(-1))
        var x = b.embedding("words", words, values: 9, width: 8)
        for norm in TransformerEncoderLayer.NormPlacement.allCases {
            let layer = TransformerEncoderLayer(heads: 2, hidden: 12, norm: norm)
            x = b.transformerEncoderLayer(
                "\(norm)", x, layer,
                mask: AttentionMask(keys: keys, isCausal: norm == .after),
                training: true)
        }
        let logits = b.linear("head", b.reshape(b.mean(x, axes: [1]), [.rows, 8]), output: 1)
        let losses = b.binaryCrossEntropy(
            logits: logits, labels: b.input("label", [.rows, 1]))
        b.output(
            "loss", b.weightedSum(losses: losses, weights: b.input("weight", [.rows, 1])))
        return try b.build()
    }
}
