package import GraphIR
package import TensorCore

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
    /// How numbers are embedded; `nil` where they enter as they are.
    package var embedding: NumberEmbedding?

    package init(
        numericWidth: Int, cardinalities: [Int], embedding: NumberEmbedding? = nil
    ) {
        self.numericWidth = numericWidth
        self.cardinalities = cardinalities
        self.embedding = embedding
    }
}

/// A linear model, a multi-layer perceptron, an ensemble of perceptrons or a sum of functions on encoded rows.
///
/// An ensemble's members share their hidden layers; each sees the features scaled by its own
/// numbers, which start at ±1, and has a head of its own. The loss is the mean of the members'
/// losses, the prediction the mean of their probabilities.
///
/// - Source: TabM-mini, Gorishniy et al. 2024, arXiv:2410.24210.
package struct TabularNetwork: Hashable, Sendable, Codable {
    package var input: TabularInput
    package var task: TaskKind
    /// Widths of the hidden layers; none for a linear model.
    package var hidden: [Int]
    /// Members of the ensemble; 1 for a single network.
    package var members: Int
    package var activation: Activation
    package var dropout: Float
    package var labelSmoothing: Float
    package var loss: RegressionLoss
    /// Of a regression: quantiles that are predicted beside the target, by the pinball loss; each has an output of
    /// its own.
    package var quantiles: [Float]?
    /// Where the model is a sum of functions of columns and pairs, without hidden layers and members.
    package var additive: AdditiveForm?

    package enum RegressionLoss: Hashable, Sendable, Codable {
        case squared
        case huber(delta: Float)
        case pinball(quantile: Float)
    }

    /// Categories of at most this many values become one-hot vectors, larger ones embeddings.
    package static let oneHotLimit = 32

    package init(
        input: TabularInput, task: TaskKind, hidden: [Int], members: Int = 1,
        activation: Activation = .relu, dropout: Float = 0, labelSmoothing: Float = 0,
        loss: RegressionLoss = .squared, quantiles: [Float]? = nil,
        additive: AdditiveForm? = nil
    ) {
        precondition(
            additive == nil || (hidden.isEmpty && members == 1 && quantiles == nil),
            "an additive model has no hidden layer, no members and no quantiles")
        self.input = input
        self.task = task
        self.hidden = hidden
        self.members = members
        self.activation = activation
        self.dropout = dropout
        self.labelSmoothing = labelSmoothing
        self.loss = loss
        self.quantiles = quantiles
        self.additive = additive
    }

    /// The width of an embedding of `values` values: four times the fourth root, at least 4, at most 32.
    package static func embeddingWidth(values: Int) -> Int {
        let root = Double(values).squareRoot().squareRoot()
        return min(max(Int((4 * root).rounded()), 4), 32)
    }

    /// The graph that predicts: inputs `numeric` and `categories`, output `prediction`.
    ///
    /// A binary model gives the positive class's probability `[rows, 1]`, a multi-class one the
    /// probabilities `[rows, classes]`, a regression the standardised value `[rows, 1]`. Three more
    /// outputs cost nothing where they are not asked for: `hiddenFeatures`, the mean over members of
    /// what enters the head, `[rows, width]`, `memberFeatures`, each member's side by side, and `memberLogits`, each member's own outputs side by
    /// side, `[rows, members · outputs]`. Of an additive model there is also `terms`, the value of each
    /// of its functions, those of one class after those of another, `[rows, outputs · terms]`; where quantiles are predicted, `quantiles`, `[rows, quantiles]`.
    ///
    /// - Parameter keepsDropout: Whether hidden units are dropped as in training, so that passes with other
    ///   random numbers are samples of the prediction (Gal & Ghahramani 2016, arXiv:1506.02142).
    package func inferenceGraph(keepsDropout: Bool = false) throws(GraphError) -> Graph {
        var builder = GraphBuilder()
        let features = builder.tabularFeatures(input)
        let (hidden, outputs, terms) = forward(
            features, in: &builder, dropout: keepsDropout ? dropout : 0)
        if let terms { builder.output(.terms, terms) }
        let (logits, prediction) = builder.scoped("mean") { b in
            combine(quantiles == nil ? outputs : b.output(0..<1, of: outputs), in: &b)
        }
        if let quantiles {
            let bounds = builder.output(1..<(1 + quantiles.count), of: outputs)
            builder.output(
                .quantiles,
                builder.reshape(
                    builder.mean(bounds, axes: [0]), [.rows, .fixed(quantiles.count)]))
        }
        builder.output(.logits, logits)
        builder.output(.prediction, prediction)
        let width = builder.shape(hidden)[2]
        builder.output(
            .hiddenFeatures, builder.reshape(builder.mean(hidden, axes: [0]), [.rows, width]))
        let parts = builder.shape(hidden)[0].count(rows: 1)
        builder.output(
            .memberFeatures,
            builder.reshape(
                builder.apply(.transpose([1, 0, 2]), [hidden]),
                [.rows, .fixed(parts * width.count(rows: 1))]))
        let byRow = builder.apply(.transpose([1, 0, 2]), [outputs])
        builder.output(
            .memberLogits, builder.reshape(byRow, [.rows, .fixed(members * outputWidth)]))
        return try builder.build()
    }

    /// Logits `[rows, outputs]` and predictions of the members' outputs `[members, rows, outputs]`.
    ///
    /// The logits of an ensemble are those of its mean probability.
    private func combine(_ outputs: Value, in b: inout GraphBuilder) -> (Value, Value) {
        let shape: Shape = [.rows, .fixed(task.outputs)]
        func mean(_ x: Value) -> Value { b.reshape(b.mean(x, axes: [0]), shape) }
        // Far below any probability that matters, far above where a logarithm overflows.
        func logarithm(_ x: Value) -> Value {
            b.unary(.log, b.binary(.maximum, x, b.constant(1e-30)))
        }
        switch task {
        case .binary where members == 1:
            let logits = b.reshape(outputs, shape)
            return (logits, b.unary(.sigmoid, logits))
        case .binary:
            let positive = mean(b.unary(.sigmoid, outputs))
            let negative = mean(b.unary(.sigmoid, b.unary(.negate, outputs)))
            return (b.subtract(logarithm(positive), logarithm(negative)), positive)
        case .multiclass where members == 1:
            let logits = b.reshape(outputs, shape)
            return (logits, b.apply(.softmax, [logits]))
        case .multiclass:
            let probabilities = mean(b.apply(.softmax, [outputs]))
            return (logarithm(probabilities), probabilities)
        case .regression:
            let prediction = mean(outputs)
            return (prediction, prediction)
        }
    }

    /// The graph that learns: further inputs `label` and `weight`, output `loss = Σ weight·loss`.
    ///
    /// `label` is `[rows]` int32 for several classes, else `[rows, 1]`. The parameters are those of
    /// the inference graph, in the same order, at first.
    ///
    /// - Parameter mixesPairs: Whether each row of the batch is a pair, whose encoded features and answers are
    ///   mixed in the shares of a further input `share` `[rows, 2]` (mixup: Zhang et al. 2018,
    ///   arXiv:1710.09412). Then `numeric`, `categories` and the `label` of several classes have two parts a
    ///   row, one after the other; a label that is a number is given mixed.
    /// - Parameter scoreTerm: Of two classes, what sigmoid(logit) adds to the loss beside a row's own, with numbers of the row
    ///   from a further input `penalty` `[rows, width]`; `nil` for nothing. An adversary's parameters, the last ones,
    ///   are the training graph's alone.
    package func trainingGraph(
        mixesPairs: Bool = false, scoreTerm: ScoreTerm? = nil
    ) throws(GraphError) -> Graph {
        var builder = GraphBuilder()
        let parts = mixesPairs ? Extent.rowParts(2) : .rows
        var features = builder.tabularFeatures(input, rows: parts)
        let shares = mixesPairs ? builder.input(.share, [.rows, 2]) : nil
        if let shares { features = builder.mixed(features, in: shares) }
        let logits = forward(features, in: &builder, dropout: dropout).outputs
        let weights = builder.input(.weight, [.rows, 1])
        let losses: Value
        var besides: Value?
        switch task {
        case .binary:
            var labels = builder.input(.label, [.rows, 1])
            if labelSmoothing > 0 {
                labels = builder.offset(
                    builder.scale(labels, by: 1 - labelSmoothing), by: labelSmoothing / 2)
            }
            let own = builder.binaryCrossEntropy(logits: logits, labels: labels)
            switch scoreTerm {
            case .features(let features):
                losses = builder.add(own, builder.pushed(logits, by: features))
            case .adversary(let adversary):
                losses = own
                // What is predicted, the members' mean, is what must not tell the group; each member's part in it may.
                besides = builder.gain(of: adversary, from: combine(logits, in: &builder).0)
            case nil: losses = own
            }
        case .multiclass:
            let labels = builder.input(.label, [parts], dtype: .int32)
            var targets = builder.apply(.oneHot(classes: task.outputs), [labels])
            if let shares { targets = builder.mixed(targets, in: shares) }
            losses = builder.softmaxCrossEntropy(
                logits: logits, targets: targets, smoothing: labelSmoothing)
        case .regression:
            let target = builder.input(.label, [.rows, 1])
            let prediction = quantiles == nil ? logits : builder.output(0..<1, of: logits)
            var sum =
                switch loss {
                case .squared: builder.squaredError(prediction: prediction, target: target)
                case .huber(let delta):
                    builder.huber(prediction: prediction, target: target, delta: delta)
                case .pinball(let quantile):
                    builder.pinball(prediction: prediction, target: target, quantile: quantile)
                }
            for (place, quantile) in (quantiles ?? []).enumerated() {
                let bound = builder.output((place + 1)..<(place + 2), of: logits)
                sum = builder.add(
                    sum, builder.pinball(prediction: bound, target: target, quantile: quantile))
            }
            losses = sum
        }
        let loss = builder.weightedSum(losses: losses, weights: weights)
        let added = besides.map { builder.weightedSum(losses: $0, weights: weights) }
        builder.output(.loss, added.map { builder.add(loss, $0) } ?? loss)
        return try builder.build()
    }

    /// Numbers that each member puts out for a row.
    private var outputWidth: Int { task.outputs + (quantiles?.count ?? 0) }

    /// What enters the members' heads, `[members, rows, width]`, and their outputs,
    /// `[members, rows, outputs]`, of encoded rows; of an additive model its functions' values too.
    private func forward(
        _ encoded: Value, in builder: inout GraphBuilder, dropout rate: Float
    ) -> (hidden: Value, outputs: Value, terms: Value?) {
        var x = encoded
        let features = builder.shape(x)[1]
        if let additive {
            let width = Extent.fixed(task.outputs)
            let terms = builder.additiveTerms(x, additive, outputs: task.outputs)
            let intercept = builder.parameter(
                "intercept", [width], role: .bias, initializer: .constant(0))
            let sum = builder.add(
                builder.reshape(builder.sum(terms, axes: [2]), [.rows, width]), intercept)
            return (
                builder.reshape(x, [1, .rows, features]),
                builder.reshape(sum, [1, .rows, width]),
                builder.reshape(terms, [.rows, .fixed(task.outputs * additive.terms)])
            )
        }
        if members > 1 {
            let scales = builder.parameter(
                "members", [.fixed(members), features], role: .norm, initializer: .randomSign)
            let shared = builder.reshape(x, [.rows, 1, features])
            x = builder.reshape(builder.multiply(shared, scales), [.rowParts(members), features])
        }
        for (index, width) in hidden.enumerated() {
            x = builder.scoped("hidden\(index)") { b in
                let linear = b.linear("linear", x, output: width)
                return b.dropout(b.activation(activation, linear), rate: rate)
            }
        }
        let width = builder.shape(x)[1]
        if members == 1 {
            x = builder.reshape(x, [1, .rows, width])
        } else {
            let parts = builder.reshape(x, [.rows, .fixed(members), width])
            x = builder.apply(.transpose([1, 0, 2]), [parts])
        }
        let outputs = builder.memberLinear("head", x, members: members, output: outputWidth)
        return (x, outputs, nil)
    }
}

extension GraphBuilder {
    /// Encoded rows as one block `[rows, features]`: numbers, one-hot vectors, embeddings.
    ///
    /// - Parameter rows: The extent of the rows: one part each, or several.
    mutating func tabularFeatures(_ input: TabularInput, rows: Extent = .rows) -> Value {
        var parts: [Value] = []
        let columns = input.cardinalities.count + (input.embedding?.numbers ?? 0)
        let categories =
            columns > 0
            ? self.input(.categories, [rows, .fixed(columns)], dtype: .int32) : nil
        if input.numericWidth > 0 {
            let numeric = self.input(.numeric, [rows, .fixed(input.numericWidth)])
            if let embedding = input.embedding, let categories {
                let atoms = apply(
                    .slice(axis: 1, start: input.cardinalities.count, end: columns), [categories])
                let plain = embedding.numbers..<(input.numericWidth - embedding.numbers)
                parts.append(
                    scoped("numbers") { b in
                        b.embedded(
                            numbers: b.columns(numeric, 0..<embedding.numbers),
                            positions: b.columns(numeric, plain.upperBound..<input.numericWidth),
                            atoms: atoms, embedding)
                    })
                if !plain.isEmpty { parts.append(self.columns(numeric, plain)) }
            } else {
                parts.append(numeric)
            }
        }
        if let categories {
            for (column, values) in input.cardinalities.enumerated() {
                let indices = reshape(
                    apply(.slice(axis: 1, start: column, end: column + 1), [categories]), [rows])
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

    /// `Σ share · part` over the two parts of each row.
    ///
    /// - Parameters:
    ///   - x: `[2·rows, width]`.
    ///   - shares: `[rows, 2]`.
    /// - Returns: `[rows, width]`.
    mutating func mixed(_ x: Value, in shares: Value) -> Value {
        let width = shape(x)[1]
        let parts = reshape(x, [.rows, 2, width])
        let weighted = multiply(parts, reshape(shares, [.rows, 2, 1]))
        return reshape(sum(weighted, axes: [1]), [.rows, width])
    }

    /// Some of the members' outputs, `[members, rows, range]`.
    mutating func output(_ range: Range<Int>, of outputs: Value) -> Value {
        apply(.slice(axis: 2, start: range.lowerBound, end: range.upperBound), [outputs])
    }

    mutating func columns(_ x: Value, _ range: Range<Int>) -> Value {
        apply(.slice(axis: 1, start: range.lowerBound, end: range.upperBound), [x])
    }
}
