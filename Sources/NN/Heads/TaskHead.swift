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

/// What a network's last numbers are for: predictions of a task, and the loss that teaches them.
///
/// A network puts out `[rows, width]`, or of its members `[members, rows, width]`. The loss is the mean of the members'
/// losses, the prediction the mean of their probabilities.
package struct TaskHead: Hashable, Sendable {
    package enum RegressionLoss: Hashable, Sendable, Codable {
        case squared
        case huber(delta: Float)
        case pinball(quantile: Float)
    }

    package var task: TaskKind
    package var members: Int
    /// Of a regression: quantiles beside the target, by the pinball loss; each has an output of its own.
    package var quantiles: [Float]
    /// Of a regression.
    package var loss: RegressionLoss
    /// The share of the target that is spread evenly over the classes.
    package var labelSmoothing: Float
    /// Of classes: the exponent of the generalised cross-entropy; `nil` for cross-entropy.
    package var robustness: Float?

    package init(
        task: TaskKind, members: Int = 1, quantiles: [Float] = [],
        loss: RegressionLoss = .squared, labelSmoothing: Float = 0, robustness: Float? = nil
    ) {
        self.task = task
        self.members = members
        self.quantiles = quantiles
        self.loss = loss
        self.labelSmoothing = labelSmoothing
        self.robustness = robustness
    }

    /// Numbers that each member puts out for a row.
    package var width: Int { task.outputs + quantiles.count }

    /// Logits and predictions, each `[rows, outputs]`, of what the members put out for the task.
    ///
    /// The logits of an ensemble are those of its mean probability.
    package func predictions(
        of outputs: Value, in b: inout GraphBuilder
    ) -> (logits: Value, prediction: Value) {
        let shape: Shape = [.rows, .fixed(task.outputs)]
        func single() -> Value { b.shape(outputs) == shape ? outputs : b.reshape(outputs, shape) }
        func mean(_ x: Value) -> Value { b.reshape(b.mean(x, axes: [0]), shape) }
        // Far below any probability that matters, far above where a logarithm overflows.
        func logarithm(_ x: Value) -> Value {
            b.unary(.log, b.binary(.maximum, x, b.constant(1e-30)))
        }
        switch task {
        case .binary where members == 1:
            let logits = single()
            return (logits, b.unary(.sigmoid, logits))
        case .binary:
            let positive = mean(b.unary(.sigmoid, outputs))
            let negative = mean(b.unary(.sigmoid, b.unary(.negate, outputs)))
            return (b.subtract(logarithm(positive), logarithm(negative)), positive)
        case .multiclass where members == 1:
            let logits = single()
            return (logits, b.apply(.softmax, [logits]))
        case .multiclass:
            let probabilities = mean(b.apply(.softmax, [outputs]))
            return (logarithm(probabilities), probabilities)
        case .regression:
            let prediction = mean(outputs)
            return (prediction, prediction)
        }
    }

    /// Adds the inputs `label` and `weight`, and the output `loss = Σ weight·loss`.
    ///
    /// - Parameters:
    ///   - outputs: What the network puts out.
    ///   - shares: `[rows, 2]`, where each row is a pair whose answers are mixed: labels of several classes then have two
    ///     parts a row; a label that is a number is given mixed.
    ///   - scoreTerm: Of two classes, what is added to the loss.
    ///   - takesShares: Whether the `label` of several classes is each class's share of the answer, `[rows, classes]`.
    /// - Precondition: pairs are not mixed where shares are taken.
    package func addLoss(
        of outputs: Value, shares: Value? = nil, scoreTerm: ScoreTerm? = nil,
        takesShares: Bool = false, to builder: inout GraphBuilder
    ) {
        precondition(shares == nil || !takesShares, "shares of classes are not mixed again")
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
            let own = robust(
                builder.binaryCrossEntropy(logits: outputs, labels: labels), in: &builder)
            switch scoreTerm {
            case .features(let features):
                losses = builder.add(own, builder.pushed(outputs, by: features))
            case .adversary(let adversary):
                losses = own
                // What is predicted, the members' mean, is what must not tell the group; each member's part in it may.
                besides = builder.gain(
                    of: adversary, from: predictions(of: outputs, in: &builder).logits)
            case nil: losses = own
            }
        case .multiclass:
            let targets =
                takesShares
                ? builder.input(.label, [.rows, .fixed(task.outputs)])
                : classTargets(shares: shares, in: &builder)
            losses = robust(
                builder.softmaxCrossEntropy(
                    logits: outputs, targets: targets, smoothing: labelSmoothing), in: &builder)
        case .regression:
            losses = regressionLosses(of: outputs, in: &builder)
        }
        let loss = builder.weightedSum(losses: losses, weights: weights)
        let added = besides.map { builder.weightedSum(losses: $0, weights: weights) }
        builder.output(.loss, added.map { builder.add(loss, $0) } ?? loss)
    }

    private func robust(_ crossEntropy: Value, in builder: inout GraphBuilder) -> Value {
        robustness.map { builder.generalized(crossEntropy: crossEntropy, exponent: $0) }
            ?? crossEntropy
    }

    /// What the label of a class is learned as, `[rows, classes]`.
    private func classTargets(shares: Value?, in builder: inout GraphBuilder) -> Value {
        let parts = shares == nil ? Extent.rows : .rowParts(2)
        let labels = builder.input(.label, [parts], dtype: .int32)
        let targets = builder.apply(.oneHot(classes: task.outputs), [labels])
        return shares.map { builder.mixed(targets, in: $0) } ?? targets
    }

    private func regressionLosses(of outputs: Value, in builder: inout GraphBuilder) -> Value {
        let target = builder.input(.label, [.rows, 1])
        let prediction = quantiles.isEmpty ? outputs : builder.output(0..<1, of: outputs)
        var sum =
            switch loss {
            case .squared: builder.squaredError(prediction: prediction, target: target)
            case .huber(let delta):
                builder.huber(prediction: prediction, target: target, delta: delta)
            case .pinball(let quantile):
                builder.pinball(prediction: prediction, target: target, quantile: quantile)
            }
        for (place, quantile) in quantiles.enumerated() {
            let bound = builder.output((place + 1)..<(place + 2), of: outputs)
            sum = builder.add(
                sum, builder.pinball(prediction: bound, target: target, quantile: quantile))
        }
        return sum
    }
}
