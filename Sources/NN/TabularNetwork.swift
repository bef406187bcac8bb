package import GraphIR
package import TensorCore

/// What the encoder hands to the network.
package struct TabularInput: Hashable, Sendable, Codable {
    /// Width of the numeric block.
    package var numericWidth: Int
    /// Values of each category column, missing and never-seen among them.
    package var cardinalities: [Int]
    /// How numbers are embedded; `nil` where they enter as they are.
    package var embedding: NumberEmbedding?
    /// What columns of kinds with a stem of their own became; `nil` for none.
    package var blocks: [StemmedBlock]?

    package init(
        numericWidth: Int, cardinalities: [Int], embedding: NumberEmbedding? = nil,
        blocks: [StemmedBlock] = []
    ) {
        self.numericWidth = numericWidth
        self.cardinalities = cardinalities
        self.embedding = embedding
        self.blocks = blocks.isEmpty ? nil : blocks
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
    package var loss: TaskHead.RegressionLoss
    /// Of classes: the exponent of the generalised cross-entropy that teaches them; `nil` for cross-entropy.
    package var robustness: Float?
    /// Of a regression: quantiles that are predicted beside the target, by the pinball loss; each has an output of
    /// its own.
    package var quantiles: [Float]?
    /// Where the model is a sum of functions of columns and pairs, without hidden layers and members.
    package var additive: AdditiveForm?
    /// Whether a linear function of what enters the first layer is added to each member's outputs. It is 0 in training, and
    /// fitted afterwards; `nil` for no.
    package var hasLine: Bool?

    /// Categories of at most this many values become one-hot vectors, larger ones embeddings.
    package static let oneHotLimit = 32

    package init(
        input: TabularInput, task: TaskKind, hidden: [Int], members: Int = 1,
        activation: Activation = .relu, dropout: Float = 0, labelSmoothing: Float = 0,
        loss: TaskHead.RegressionLoss = .squared, quantiles: [Float]? = nil,
        additive: AdditiveForm? = nil, hasLine: Bool = false, robustness: Float? = nil
    ) {
        precondition(
            additive == nil || (hidden.isEmpty && members == 1 && quantiles == nil),
            "an additive model has no hidden layer, no members and no quantiles")
        precondition(
            !hasLine || (additive == nil && quantiles == nil),
            "a line is beside layers, and predicts no quantiles")
        self.input = input
        self.task = task
        self.hidden = hidden
        self.members = members
        self.activation = activation
        self.dropout = dropout
        self.labelSmoothing = labelSmoothing
        self.loss = loss
        self.robustness = robustness
        self.quantiles = quantiles
        self.additive = additive
        self.hasLine = hasLine ? true : nil
    }

    /// The width of an embedding of `values` values: four times the fourth root, at least 4, at most 32.
    package static func embeddingWidth(values: Int) -> Int {
        let root = Double(values).squareRoot().squareRoot()
        return min(max(Int((4 * root).rounded()), 4), 32)
    }

    /// The graph that predicts: inputs `numeric` and `categories` and those of further blocks, output `prediction`.
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
            head.predictions(of: quantiles == nil ? outputs : b.output(0..<1, of: outputs), in: &b)
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
            .memberLogits, builder.reshape(byRow, [.rows, .fixed(members * head.width)]))
        return try builder.build()
    }

    /// What its outputs are for.
    private var head: TaskHead {
        TaskHead(
            task: task, members: members, quantiles: quantiles ?? [], loss: loss,
            labelSmoothing: labelSmoothing, robustness: robustness)
    }

    /// The graph that learns: further inputs `label` and `weight`, output `loss = Σ weight·loss`.
    ///
    /// `label` is `[rows]` int32 for several classes, else `[rows, 1]`. The parameters are those of
    /// the inference graph, in the same order, at first.
    ///
    /// - Parameter mixesPairs: Whether each row of the batch is a pair, whose encoded features and answers are
    ///   mixed in the shares of a further input `share` `[rows, 2]` (mixup: Zhang et al. 2018,
    ///   arXiv:1710.09412). Then the encoded row's inputs and the `label` of several classes have two parts a
    ///   row, one after the other; a label that is a number is given mixed.
    /// - Parameter scoreTerm: Of two classes, what sigmoid(logit) adds to the loss beside a row's own, with numbers of the row
    ///   from a further input `penalty` `[rows, width]`; `nil` for nothing. An adversary's parameters, the last ones,
    ///   are the training graph's alone.
    /// - Parameter takesShares: Whether the `label` of several classes is each class's share of the answer,
    ///   `[rows, classes]`, as another model's probabilities are.
    package func trainingGraph(
        mixesPairs: Bool = false, scoreTerm: ScoreTerm? = nil, takesShares: Bool = false
    ) throws(GraphError) -> Graph {
        var builder = GraphBuilder()
        let parts = mixesPairs ? Extent.rowParts(2) : .rows
        var features = builder.tabularFeatures(input, rows: parts, training: true)
        let shares = mixesPairs ? builder.input(.share, [.rows, 2]) : nil
        if let shares { features = builder.mixed(features, in: shares) }
        let outputs = forward(features, in: &builder, dropout: dropout).outputs
        head.addLoss(
            of: outputs, shares: shares, scoreTerm: scoreTerm, takesShares: takesShares,
            to: &builder)
        return try builder.build()
    }

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
        var outputs = builder.memberLinear("head", x, members: members, output: head.width)
        if hasLine == true {
            outputs = builder.add(outputs, builder.line(encoded, output: head.width))
        }
        return (x, outputs, nil)
    }
}

extension GraphBuilder {
    /// Encoded rows as one block `[rows, features]`: the stem of the numbers, that of the categories, then those of
    /// further blocks.
    ///
    /// - Parameters:
    ///   - rows: The extent of the rows: one part each, or several.
    ///   - training: Whether this is the graph that trains.
    mutating func tabularFeatures(
        _ input: TabularInput, rows: Extent = .rows, training: Bool = false
    ) -> Value {
        let columns = input.cardinalities.count + (input.embedding?.numbers ?? 0)
        let indices = columns > 0 ? indexBlock(columns, rows: rows) : nil
        var parts = numberStem(input, indices: indices, rows: rows)
        if let indices { parts += categoryStem(input.cardinalities, indices: indices, rows: rows) }
        parts += blockStems(input.blocks ?? [], rows: rows, training: training)
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
