import Fairness
package import GraphIR
package import Kernels
package import Models
package import NN
import Optim
package import Prediction
package import Tables
package import Training

/// From settled settings and prepared rows to what a `Trainer` takes: network, settings, encoded rows.
package struct Learner {
    package var configuration: TrainConfiguration
    package var prepared: PreparedData
    package let pool: WorkerPool
    /// Of columns, for an additive model; see `choosingPairs`.
    package var pairs: [NamedPair]
    /// Asked between the steps of a training.
    package var cancellation: Cancellation
    /// In place of the answers of rows to learn from; `nil` where these are learned.
    var taughtRows: TaughtRows?
    /// Weights to begin with; `nil` for random ones.
    var start: [Float]?
    /// What a row of the table counts for beside its own weight where it is learned from; `nil` for 1 each.
    var shares: [Float]?

    package init(
        configuration: TrainConfiguration, prepared: PreparedData, pool: WorkerPool,
        pairs: [NamedPair] = [], cancellation: Cancellation = .bySignal
    ) {
        self.configuration = configuration
        self.prepared = prepared
        self.pool = pool
        self.pairs = pairs
        self.cancellation = cancellation
    }

    package func network() -> TabularNetwork {
        let options = configuration.model
        let recipe = prepared.recipe
        let task: TaskKind =
            switch prepared.target.task {
            case .binary: .binary
            case .multiclass: .multiclass(classes: prepared.target.classes.count)
            case .regression: .regression
            }
        let loss: TaskHead.RegressionLoss =
            switch options.loss {
            case .squared: .squared
            case .huber: .huber(delta: 1)
            case .pinball: .pinball(quantile: options.quantile)
            }
        let encoder = prepared.encoder
        let embedding =
            encoder.bins.isEmpty
            ? nil
            : NumberEmbedding(
                numbers: encoder.bins.count, bins: encoder.bins.map(\.binCount).max() ?? 0,
                frequencies: recipe.frequencies, width: recipe.numberWidth,
                trusts: encoder.bins.flatMap(\.trusts))
        let input = TabularInput(
            numericWidth: encoder.numericWidth + encoder.bins.count,
            cardinalities: encoder.indexParents.map(\.cardinality), embedding: embedding,
            blocks: encoder.blocks.map { place in
                guard let stem = prepared.kinds.stem(of: place.kind) else {
                    preconditionFailure("blocks of kind \(place.kind.rawValue) need a stem")
                }
                return StemmedBlock(place.block, stem: stem)
            })
        return recipe.kind.form.network(
            NetworkParts(
                recipe: recipe, input: input, task: task, labelSmoothing: options.labelSmoothing,
                robustness: configuration.regularising.robustLoss, loss: loss,
                quantiles: prepared.target.task == .regression ? options.quantiles : nil,
                columns: { additiveForm(input) }))
    }

    package var trainingSettings: TrainingSettings {
        let options = configuration.learning
        let recipe = prepared.recipe
        let regularising = configuration.regularising
        var settings = TrainingSettings(
            optimizer: OptimizerSettings(
                rule: options.optimizer == .adamw
                    ? .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8)
                    : .sgd(momentum: options.momentum, nesterov: false),
                learningRate: recipe.learningRate,
                schedule: Schedule(
                    shape: recipe.shape(asked: options.schedule), warmupSteps: options.warmupSteps,
                    heldShare: regularising.averagedShare),
                weightDecay: recipe.weightDecay, decaysEverything: options.decaysEverything,
                clipNorm: options.clipNorm,
                averageDecay: recipe.averageDecay > 0 ? recipe.averageDecay : nil),
            batchRows: recipe.batchRows, maximumEpochs: recipe.epochs,
            patience: recipe.patience, maximumSteps: options.steps, seed: options.seed,
            precision: options.precision)
        settings.keepsLast = regularising.keeps == .last
        settings.averagedShare = regularising.averagedShare
        settings.sharpnessRadius = regularising.sharpness
        settings.mixup = regularising.mixup
        settings.shards = options.shards
        return settings
    }

    /// - Parameter penalty: That of the rows to learn from, where the settings ask for one.
    package func trainingGraph(_ penalty: (any GroupPenalty)?) throws -> Graph {
        try network().trainingGraph(
            mixesPairs: configuration.regularising.mixup > 0, scoreTerm: penalty?.term,
            takesShares: taughtRows != nil || prepared.ruled?.rows.isEmpty == false)
    }

    /// A training of this network on some rows, and on those that rules label.
    ///
    /// - Parameters:
    ///   - validation: Rows that decide which weights are kept; `nil` for the last ones.
    ///   - settings: Those of `trainingSettings`, perhaps changed.
    ///   - number: Of the model, among those that are averaged.
    /// - Precondition: weights to begin with, where there are some, are of this network.
    package func trainer(
        _ features: EncodedFeatures, training: [Int], validation: [Int]?,
        settings: TrainingSettings, number: Int = 0
    ) throws -> Trainer {
        let carried = start == nil ? try carriedStart(number, seed: settings.seed) : nil
        var settings = settings
        if let carried, configuration.carry.rate != 1 {
            let rate = configuration.carry.rate
            settings.optimizer.rateShares = Dictionary(
                uniqueKeysWithValues: carried.carried.map { ($0, rate) })
        }
        let penalty = try fairPenalty(training: training, validation: validation)
        let (ruled, rows) = try following(rulesBeside: training)
        let trainer = try Trainer(
            training: try trainingGraph(penalty), inference: try network().inferenceGraph(),
            data: try ruled.data(features, rows, balanced: true),
            validation: try validation.map { try data(features, $0, balanced: false) },
            lossOf: validationLoss, settings: settings, augmentation: pictureVariations,
            noise: inputNoise, penalty: penalty, pool: pool)
        if let start = start ?? carried?.weights { trainer.begin(with: start) }
        return trainer
    }

    /// What a model begins with where weights of another run are carried over; `nil` where none are.
    package func carriedStart(_ number: Int, seed: UInt64) throws -> CarriedStart? {
        guard configuration.carriedSource != nil, let carried = prepared.carried else { return nil }
        return try CarriedStart(network(), prepared, from: carried, number: number, seed: seed)
    }

    /// How much of its first model begins as another run's.
    package func carriedShare() throws -> CarriedShare {
        guard let start = try carriedStart(0, seed: configuration.learning.seed) else {
            return CarriedShare(weights: 0, all: 0, hasHead: false)
        }
        return start.share
    }

    /// The graph that predicts: with dropout where a prediction is the mean of several passes.
    package func predictionGraph() throws -> Graph {
        try network().inferenceGraph(keepsDropout: dropoutPasses != nil)
    }

    /// Passes that a prediction is the mean of; `nil` for one without dropout.
    package var dropoutPasses: Int? {
        let passes = configuration.regularising.dropoutPasses
        return passes > 0 && prepared.recipe.dropout > 0 ? passes : nil
    }

    /// How cells of training rows are varied; `nil` for not at all.
    package var inputNoise: InputNoise? {
        let options = configuration.regularising
        guard options.inputNoise > 0 || options.categorySwap > 0 else { return nil }
        return InputNoise(
            deviation: options.inputNoise, swapShare: options.categorySwap,
            numbers: prepared.encoder.numberPlaces, categories: prepared.encoder.indexParents.count)
    }

    package var validationLoss: LossEvaluator.Loss {
        switch prepared.target.task {
        case .binary: .binaryCrossEntropy
        case .multiclass: .crossEntropy
        case .regression: configuration.model.loss == .squared ? .squaredError : .absoluteError
        }
    }

    /// Encoded rows with labels and weights.
    ///
    /// - Parameter balanced: Whether they are learned from.
    package func data(
        _ features: EncodedFeatures, _ rows: [Int], balanced: Bool
    ) throws -> EncodedData {
        var (labels, weights) = try answers(rows, balanced: balanced)
        if balanced, let taughtRows { labels = taughtRows.labels(rows) }
        return EncodedData(features.selecting(rows: rows), labels: labels, weights: weights)
    }

    /// What is to be learned of rows, and what each weighs; numbers are scaled.
    package func answers(
        _ rows: [Int], balanced: Bool
    ) throws -> (labels: EncodedData.Labels, weights: [Float]?) {
        let target = prepared.target
        guard let column = prepared.table.column(named: target.column) else {
            throw VouchError("there is no column \"\(target.column)\"")
        }
        var weights = try prepared.table.weights(in: prepared.schema.names(.weight).first)
            .map { all in rows.map { all[$0] } }
        let labels: EncodedData.Labels
        if target.task == .regression {
            let values = try target.values(column, source: prepared.table.name)
            labels = .numbers(rows.map { Float((values[$0] - target.center) / target.scale) })
        } else {
            let all = try target.labels(column, source: prepared.table.name)
            let chosen = rows.map { all[$0] }
            if balanced && configuration.model.balancesClasses {
                weights = balance(chosen, weights, classes: target.classes.count)
            }
            if balanced && configuration.model.reweighsGroups ?? false {
                weights = try reweighed(
                    labels: chosen, groups: groupNames(of: rows),
                    weights: weights.map { $0.map(Double.init) }
                ).map { Float($0) }
            }
            labels =
                target.task == .binary
                ? .numbers(chosen.map(Float.init)) : .classes(chosen)
        }
        if balanced, let shares {
            weights = rows.indices.map { shares[rows[$0]] * (weights?[$0] ?? 1) }
        }
        return (labels, weights)
    }

    /// The group of each row, combined over all protected columns.
    package func groupNames(of rows: [Int]) throws(VouchError) -> [String] {
        let names = prepared.schema.protected
        guard !names.isEmpty else {
            throw VouchError(
                "--reweigh-groups and --fair-penalty need groups of protected columns, and there are none. "
                    + "Name a column: --protected COLUMN")
        }
        let naming = groupNaming()
        let each = names.compactMap { prepared.table.column(named: $0) }
            .map { $0.groupNames(naming) }
        return rows.map { row in
            each.map { $0[row] }.joined(separator: intersectionSign)
        }
    }

    /// Weights under which every class that occurs weighs the same, and the mean weight stays.
    private func balance(_ labels: [Int32], _ weights: [Float]?, classes: Int) -> [Float] {
        let weights = weights ?? Array(repeating: 1, count: labels.count)
        var totals = [Double](repeating: 0, count: classes)
        for (label, weight) in zip(labels, weights) { totals[Int(label)] += Double(weight) }
        let present = Double(totals.count { $0 > 0 })
        let sum = totals.reduce(0, +)
        return zip(labels, weights).map { label, weight in
            let total = totals[Int(label)]
            return total > 0 ? weight * Float(sum / (present * total)) : 0
        }
    }
}

extension Learner {
    /// The model that trainings of this learner's network come to.
    ///
    /// - Parameter sets: The parameters of each training.
    package func bundle(sets: [Buffer]) throws -> ModelBundle {
        let graph = try predictionGraph()
        var provenance = Provenance.trained(version: vouchVersion)
        if start == nil, let carried = prepared.carried {
            provenance.carried = Provenance.Carried(
                run: carried.run, weightsSHA256: carried.source.weightsSHA256,
                columns: (carried.source.columns ?? []).map(\.column))
        }
        return ModelBundle(
            network: network(), graph: graph, parameters: ModelParameters(graph, sets: sets),
            target: prepared.target, encoder: prepared.encoder, schema: prepared.schema,
            provenance: provenance, dropoutPasses: dropoutPasses)
    }

    /// The run's test rows that have an answer, as places in `prepared.testTable` and as a table.
    package func knownTestRows() throws -> (places: [Int], table: Table) {
        let hasFile = configuration.test != nil
        let known = try LabelledPredictions.knownRows(
            prepared.testTable, rows: hasFile ? nil : prepared.split.test, target: prepared.target)
        return (known, prepared.testTable.selecting(rows: known))
    }

    /// How protected columns become groups: the edges that were asked for, else quartiles of the training
    /// rows.
    package func groupNaming() -> GroupNaming {
        let columns = configuration.columns
        var naming = GroupNaming(labels: columns.groupLabels ?? [:])
        for name in prepared.schema.protected {
            naming.edges[name] =
                columns.groupBins?[name]
                ?? prepared.table.column(named: name)?.groupEdges(rows: prepared.split.train)
        }
        return naming
    }

    /// What each model says of the rows that stopped it, which it did not learn from.
    package func validationPredictions(
        _ model: ModelBundle, _ features: EncodedFeatures
    ) throws -> LabelledPredictions {
        var rows: [Int] = []
        var folds: [Int] = []
        var all = Predictions(rows: 0, classes: [], values: [])
        for (fold, split) in prepared.folds.prefix(model.count).enumerated() {
            let part = model.only(fold).predict(
                features.selecting(rows: split.validation), pool: pool)
            all = Predictions(
                rows: all.rows + part.rows, classes: part.classes, values: all.values + part.values,
                bounds: part.bounds.map { (all.bounds ?? []) + $0 })
            folds += Array(repeating: fold, count: split.validation.count)
            rows += split.validation
        }
        var found = try LabelledPredictions(
            prepared.table, knownRows: rows, model: model, predictions: all, split: .validation)
        if prepared.folds.count > 1 { found.folds = folds }
        return found
    }
}
