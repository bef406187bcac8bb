package import GraphIR
import TensorCore

/// What a model predicts.
package enum TaskKind: Hashable, Sendable, Codable {
    case binary
    case multiclass(classes: Int)
    case regression

    /// Numbers that the network puts out for a row.
    package var outputs: Int {
        if case .multiclass(let classes) = self { classes } else { 1 }
    }
}

/// What the encoder hands to the network.
package struct TabularInput: Hashable, Sendable, Codable {
    /// Width of the numeric block.
    package var numericWidth: Int
    /// Values of each category column, missing and never-seen among them.
    package var cardinalities: [Int]

    package init(numericWidth: Int, cardinalities: [Int]) {
        self.numericWidth = numericWidth
        self.cardinalities = cardinalities
    }
}

/// A linear model or a multi-layer perceptron on encoded rows.
package struct TabularNetwork: Hashable, Sendable, Codable {
    package var input: TabularInput
    package var task: TaskKind
    /// Widths of the hidden layers; none for a linear model.
    package var hidden: [Int]
    package var activation: Activation
    package var dropout: Float
    package var labelSmoothing: Float
    package var loss: RegressionLoss

    package enum RegressionLoss: Hashable, Sendable, Codable {
        case squared
        case huber(delta: Float)
        case pinball(quantile: Float)
    }

    /// Categories of at most this many values become one-hot vectors, larger ones embeddings.
    package static let oneHotLimit = 32

    package init(
        input: TabularInput, task: TaskKind, hidden: [Int], activation: Activation = .relu,
        dropout: Float = 0, labelSmoothing: Float = 0, loss: RegressionLoss = .squared
    ) {
        self.input = input
        self.task = task
        self.hidden = hidden
        self.activation = activation
        self.dropout = dropout
        self.labelSmoothing = labelSmoothing
        self.loss = loss
    }

    /// The width of an embedding of `values` values: four times the fourth root, at least 4, at most 32.
    package static func embeddingWidth(values: Int) -> Int {
        let root = Double(values).squareRoot().squareRoot()
        return min(max(Int((4 * root).rounded()), 4), 32)
    }

    /// The graph that predicts: inputs `numeric` and `categories`, output `prediction`.
    ///
    /// A binary model gives the positive class's probability `[rows, 1]`, a multi-class one the
    /// probabilities `[rows, classes]`, a regression the standardised value `[rows, 1]`.
    package func inferenceGraph() throws(GraphError) -> Graph {
        var builder = GraphBuilder()
        let logits = forward(in: &builder, dropout: 0)
        builder.output("logits", logits)
        switch task {
        case .binary: builder.output("prediction", builder.unary(.sigmoid, logits))
        case .multiclass: builder.output("prediction", builder.apply(.softmax, [logits]))
        case .regression: builder.output("prediction", logits)
        }
        return try builder.build()
    }

    /// The graph that learns: further inputs `label` and `weight`, output `loss = Σ weight·loss`.
    ///
    /// `label` is `[rows]` int32 for several classes, else `[rows, 1]`. The parameters are those of
    /// the inference graph, in the same order.
    package func trainingGraph() throws(GraphError) -> Graph {
        var builder = GraphBuilder()
        let logits = forward(in: &builder, dropout: dropout)
        let weights = builder.input("weight", [.rows, 1])
        let losses: Value
        switch task {
        case .binary:
            var labels = builder.input("label", [.rows, 1])
            if labelSmoothing > 0 {
                labels = builder.offset(
                    builder.scale(labels, by: 1 - labelSmoothing), by: labelSmoothing / 2)
            }
            losses = builder.binaryCrossEntropy(logits: logits, labels: labels)
        case .multiclass:
            let labels = builder.input("label", [.rows], dtype: .int32)
            losses = builder.softmaxCrossEntropy(
                logits: logits, labels: labels, smoothing: labelSmoothing)
        case .regression:
            let target = builder.input("label", [.rows, 1])
            switch loss {
            case .squared:
                losses = builder.squaredError(prediction: logits, target: target)
            case .huber(let delta):
                losses = builder.huber(prediction: logits, target: target, delta: delta)
            case .pinball(let quantile):
                losses = builder.pinball(prediction: logits, target: target, quantile: quantile)
            }
        }
        builder.output("loss", builder.weightedSum(losses: losses, weights: weights))
        return try builder.build()
    }

    private func forward(in builder: inout GraphBuilder, dropout rate: Float) -> Value {
        var x = builder.tabularFeatures(input)
        for (index, width) in hidden.enumerated() {
            x = builder.scoped("hidden\(index)") { b in
                let linear = b.linear("linear", x, output: width)
                return b.dropout(b.activation(activation, linear), rate: rate)
            }
        }
        return builder.linear("head", x, output: task.outputs)
    }
}

extension GraphBuilder {
    /// Encoded rows as one block `[rows, features]`: numbers, one-hot vectors, embeddings.
    mutating func tabularFeatures(_ input: TabularInput) -> Value {
        var parts: [Value] = []
        if input.numericWidth > 0 {
            parts.append(self.input("numeric", [.rows, .fixed(input.numericWidth)]))
        }
        if !input.cardinalities.isEmpty {
            let columns = input.cardinalities.count
            let categories = self.input(
                "categories", [.rows, .fixed(columns)], dtype: .int32)
            for (column, values) in input.cardinalities.enumerated() {
                let indices = reshape(
                    apply(.slice(axis: 1, start: column, end: column + 1), [categories]), [.rows])
                if values <= TabularNetwork.oneHotLimit {
                    parts.append(apply(.oneHot(classes: values), [indices]))
                } else {
                    parts.append(
                        embedding(
                            "category\(column)", indices, values: values,
                            width: TabularNetwork.embeddingWidth(values: values)))
                }
            }
        }
        return parts.count == 1 ? parts[0] : apply(.concatenate(axis: 1), parts)
    }
}
