import Autodiff
package import CPURuntime
package import GraphIR
package import Kernels
import Optim
import TensorCore

/// Trains one network on encoded rows.
///
/// The loop: shuffle, cut into batches, cut into shards, run forward and backward, add, move the
/// parameters; after each epoch measure the validation loss, keep the best weights, stop when
/// `patience` epochs brought nothing better. On every way out the best weights are restored;
/// without validation rows, or where the settings say so, those are the last.
package final class Trainer {
    package let settings: TrainingSettings
    package let layout: ParameterLayout
    package let stepsPerEpoch: Int
    package internal(set) var history: [EpochRecord] = []
    /// The loss of the first batch, before any weight moved; `nil` before it.
    package internal(set) var firstLoss: Double?

    private let modelLayout: ParameterLayout
    let data: any RowSource
    let validation: (any RowSource)?
    let rowWeights: Buffer
    let validator: LossEvaluator
    private let exchange: any ShardExchange
    let stepper: ShardedStep
    let optimizer: Optimizer
    private let batch: Batch
    private let fill: ShardedStep.Fill
    private let batchRows: Int
    private let sharpness: SharpnessAwareStep?
    private let fairness: GroupPenaltyStep?
    /// The running mean of the weights, where the settings ask for it.
    let epochAverage: Buffer?
    var best: Buffer
    var bestLoss = Double.infinity
    var epochsSinceBest = 0
    private var epochLoss = 0.0
    private var epochSteps = 0

    /// - Parameters:
    ///   - training: The graph with an input for each block of the data, `label` and `weight`, and output `loss`.
    ///   - inference: The graph with output `logits`, whose parameters the training graph has too.
    ///   - validation: Rows that no gradient sees; `nil` to train for as long as settings say.
    ///   - augmentation: How images among the inputs of training rows are varied.
    ///   - noise: How the cells of training rows, which then are of a table, are varied.
    ///   - penalty: On differences between groups; the training graph then has its term, with the input `penalty`.
    ///   - exchange: With whom the shards are shared; all are given the same else.
    /// - Throws: also where a batch cannot be cut into the shards that the settings ask for.
    package init(
        training: Graph, inference: Graph, data: any RowSource, validation: (any RowSource)?,
        lossOf: LossEvaluator.Loss, settings: TrainingSettings,
        augmentation: [ImageAugmentation] = [], noise: InputNoise? = nil,
        penalty: (any GroupPenalty)? = nil, exchange: any ShardExchange = LocalExchange(),
        pool: WorkerPool
    ) throws(GraphError) {
        precondition(data.rows > 0 && validation?.rows != 0, "training needs rows on both sides")
        precondition(
            training.reads(data.blocks) && inference.reads((validation ?? data).blocks),
            "the graph reads what the rows do not have")
        self.settings = settings
        self.data = data
        rowWeights = data.weights
        self.validation = validation
        let batch = min(settings.batchRows, data.rows)
        let shardCount = try Self.shardCount(training, batch: batch, asked: settings.shards)
        let shardRows = (batch + shardCount - 1) / shardCount
        batchRows = batch
        stepsPerEpoch = data.rows / batch
        let differentiated = try training.differentiated(output: .loss)
        layout = ParameterLayout(training)
        modelLayout = ParameterLayout(inference)
        let parameters = initialParameters(layout, seed: settings.seed)
        optimizer = Optimizer(
            settings.optimizer, layout: layout, parameters: parameters, pool: pool)
        self.exchange = exchange
        stepper = ShardedStep(
            differentiated, layout: layout, shardRows: shardRows, shardCount: shardCount,
            batchRows: batch, precision: settings.precision, exchange: exchange, pool: pool)
        let inputs = BatchInputs(stepper.plan, blocks: data.blocks)
        let current = Batch()
        self.batch = current
        let parameterLayout = layout
        let steps = stepsPerEpoch
        let fairness = penalty.map {
            GroupPenaltyStep(
                $0, data: data,
                evaluator: NetworkEvaluator(
                    inference, output: .logits, layout: parameterLayout, pool: pool),
                stepsPerEpoch: steps)
        }
        self.fairness = fairness
        let seed = settings.seed
        let mixing = settings.mixup > 0 ? PairMixing(alpha: settings.mixup, seed: seed) : nil
        fill = { shard, executor in
            let rows = current.rows
            let start = rows.startIndex + shard * shardRows
            let end = min(start + shardRows, rows.endIndex)
            let chosen = rows[min(start, end)..<end]
            let standing: ChosenRows
            if let mixing {
                let pairs = BatchPairs(chosen, of: rows)
                standing = .pairs(pairs)
                inputs.fill(
                    executor, from: data, pairs: pairs, mixing: mixing, step: current.step,
                    weightShare: current.share)
            } else {
                standing = .list(chosen)
                inputs.fill(
                    executor, from: data, rows: standing, weightShare: current.share,
                    penalties: fairness?.numbers)
            }
            noise?.apply(
                to: executor.arena, inputs, rows: standing, of: data, seed: seed,
                step: current.step)
            for augmentation in augmentation {
                guard let images = inputs.place(of: augmentation.port) else { continue }
                augmentation.apply(
                    to: executor.arena, at: images.start, rows: standing, seed: seed,
                    step: current.step)
            }
        }
        validator = LossEvaluator(inference, layout: layout, loss: lossOf, pool: pool)
        sharpness =
            settings.sharpnessRadius > 0
            ? SharpnessAwareStep(radius: settings.sharpnessRadius, layout: layout) : nil
        epochAverage = settings.averagedShare > 0 ? Buffer(count: layout.count) : nil
        best = Buffer(count: layout.count)
    }

    /// The current step, its rows, and what each row's weight is multiplied by.
    // Sendable is unchecked because it is written between the workers' runs only.
    private final class Batch: @unchecked Sendable {
        var rows: ArraySlice<Int> = []
        var share: Float = 0
        var step = 0
    }

    /// The number of steps if nothing stops the training early.
    package var plannedSteps: Int { min(scheduledSteps, settings.maximumSteps ?? .max) }

    /// The steps that the learning rate's schedule is stretched over: all epochs, so that a run that
    /// a clock ended is repeated by its step count.
    private var scheduledSteps: Int { settings.maximumEpochs * stepsPerEpoch }

    /// Of a batch, wherever they are run.
    package var shardCount: Int { stepper.shardCount }

    /// The best weights so far, laid out as `layout`.
    package var bestWeights: Buffer { best }

    /// The best weights so far of the parameters that the inference graph has, laid out as its own: what only
    /// training has, such as an adversary, is no part of the model.
    package var modelWeights: Buffer {
        let weights = Buffer(count: modelLayout.count)
        for own in modelLayout.entries {
            guard let entry = layout.entry(named: own.spec.name) else { continue }
            weights.copy(from: best, at: entry.offset, to: own.offset, count: own.count)
        }
        return weights
    }
    package var bestValidationLoss: Double { bestLoss }

    /// Begins with weights in place of random ones; before the first step.
    ///
    /// - Parameter weights: As the inference graph lays them out.
    /// - Precondition: they are as many as its parameters, and no step was taken.
    package func begin(with weights: [Float]) {
        precondition(weights.count == modelLayout.count, "weights of another network")
        precondition(optimizer.step == 0, "the training has begun")
        let given = Buffer(weights)
        for own in modelLayout.entries {
            guard let entry = layout.entry(named: own.spec.name) else { continue }
            for target in [optimizer.parameters, optimizer.average].compactMap({ $0 }) {
                target.copy(from: given, at: own.offset, to: entry.offset, count: own.count)
            }
        }
    }
    package var steps: Int { optimizer.step }

    /// Trains until something stops it.
    ///
    /// - Parameters:
    ///   - stop: Asked after every step; a reason ends the training with a last validation. Where others run shards too, a
    ///     reason of one ends it for all after the same step.
    ///   - stopAfter: Asked after every epoch that was not the last; a reason ends the training.
    ///   - onEvent: Called on this thread.
    /// - Throws: `TrainingFailure` when a number was not finite before any weights were kept, rows could not be read, or
    ///   those who run the shards do not stand at the same place.
    package func run(
        stop: (_ step: Int) -> StopReason? = { _ in nil },
        stopAfter: (EpochRecord) -> StopReason? = { _ in nil },
        onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws(TrainingFailure) -> StopReason {
        try checkStanding(nil)
        if let reason = finished() { return reason }
        // Of a training that goes on: it may have been about to end.
        if let last = history.last, let reason = exchange.first(stopAfter(last)) { return reason }
        while true {
            let order = order(ofEpoch: optimizer.step / stepsPerEpoch)
            for batch in (optimizer.step % stepsPerEpoch)..<stepsPerEpoch {
                let (_, failure) = takeStep(rows(ofBatch: batch, order))
                try data.check()
                if let failed = failure {
                    guard history.contains(where: \.isBest) else {
                        throw TrainingFailure(description: describe(failed), stop: failed)
                    }
                    return failed
                }
                onEvent(
                    .step(
                        step: optimizer.step, plannedSteps: plannedSteps,
                        loss: epochLoss / Double(epochSteps)))
                let reachedSteps = optimizer.step == settings.maximumSteps
                let reason = exchange.first(
                    reachedSteps ? .maximumSteps(optimizer.step) : stop(optimizer.step))
                if let reason {
                    try endEpoch(onEvent)
                    return reason
                }
            }
            try endEpoch(onEvent)
            if let reason = finished() { return reason }
            if let reason = exchange.first(stopAfter(history[history.count - 1])) { return reason }
        }
    }

    func order(ofEpoch epoch: Int) -> [Int] {
        CounterRandom(seed: settings.seed, name: "shuffle")
            .permutation(of: data.rows, step: UInt32(truncatingIfNeeded: epoch))
    }

    func rows(ofBatch batch: Int, _ order: [Int]) -> ArraySlice<Int> {
        order[batch * batchRows..<(batch + 1) * batchRows]
    }

    /// Seconds of every step of one shard, on this thread, with the current weights.
    package func profile(repeats: Int) -> [StepProfile] {
        stepper.profile(parameters: optimizer.parameters, repeats: repeats)
    }

    private func finished() -> StopReason? {
        if epochsSinceBest >= settings.patience { return .converged(patience: settings.patience) }
        if optimizer.step >= scheduledSteps {
            return .maximumEpochs(settings.maximumEpochs)
        }
        if let most = settings.maximumSteps, optimizer.step >= most { return .maximumSteps(most) }
        return nil
    }

    private func describe(_ reason: StopReason) -> String {
        guard case .numericalFailure(let step, let node) = reason else { return "\(reason)" }
        return "training stopped at step \(step): \(node) is not finite. "
            + "The learning rate \(settings.optimizer.learningRate) is the first suspect: "
            + "lower it, or limit the gradient with --clip-norm 1"
    }

    /// Runs a batch and moves the weights.
    ///
    /// - Parameter rate: In place of the schedule's.
    /// - Returns: The loss of the batch before, and what was not finite; then no weight was moved.
    func takeStep(
        _ rows: ArraySlice<Int>, rate: Float? = nil
    ) -> (loss: Double, failure: StopReason?) {
        take(rows, step: optimizer.step)
        // A function of the weights and the step's place in its epoch, so that a training that goes on is the same.
        if let fairness, (optimizer.step % stepsPerEpoch).isMultiple(of: fairness.interval) {
            fairness.refresh(optimizer.parameters)
        }
        let loss = runBatch(step: optimizer.step)
        if loss.isFinite, let sharpness {
            _ = sharpness.ascend(from: optimizer.parameters, along: stepper)
            // The same rows and the same dropped units, seen from a little higher.
            _ = stepper.run(
                parameters: sharpness.parameters, seed: settings.seed, step: optimizer.step,
                fill: fill)
        }
        let norm =
            loss.isFinite
            ? optimizer.apply(stepper, totalSteps: scheduledSteps, rate: rate) : .nan
        guard norm.isFinite else {
            let node = stepper.firstNonFiniteNode(
                parameters: optimizer.parameters, seed: settings.seed, step: optimizer.step,
                fill: fill)
            let name = node.map { "\($0.op) in \($0.label.isEmpty ? "the loss" : $0.label)" }
            let failure = StopReason.numericalFailure(
                step: optimizer.step, node: name ?? "the norm of the gradient")
            return (loss, failure)
        }
        firstLoss = firstLoss ?? loss
        epochLoss += loss
        epochSteps += 1
        return (loss, nil)
    }

    /// Makes rows the current batch.
    func take(_ rows: ArraySlice<Int>, step: Int) {
        let total = rows.reduce(0.0) { $0 + Double(rowWeights[$1]) }
        batch.rows = rows
        batch.share = total > 0 ? Float(1 / total) : 0
        batch.step = step
    }

    /// Leaves the gradients of the current batch in the shards, and returns its loss.
    func runBatch(step: Int) -> Double {
        stepper.run(
            parameters: optimizer.parameters, seed: settings.seed, step: step, fill: fill)
    }

    private func endEpoch(_ onEvent: (TrainingEvent) -> Void) throws(TrainingFailure) {
        optimizer.synchronizeAverage()
        let epoch = (optimizer.step + stepsPerEpoch - 1) / stepsPerEpoch
        let candidate = averaged(optimizer.weights, epoch: epoch) ?? optimizer.weights
        let loss = validation.map {
            validator.meanLoss(of: $0, weights: candidate)
                + (fairness?.validationValue($0, weights: candidate) ?? 0)
        }
        try validation?.check()
        try checkStanding(loss)
        let isBeforeAverages = epochAverage != nil && epoch <= epochsBeforeAverages
        let isBest = settings.keepsLast || isBeforeAverages || loss.map { $0 < bestLoss } ?? true
        if isBest {
            if !isBeforeAverages { bestLoss = loss ?? bestLoss }
            epochsSinceBest = 0
            best.copy(from: candidate, at: 0, to: 0, count: layout.count)
        } else {
            epochsSinceBest += 1
        }
        let record = EpochRecord(
            epoch: epoch, step: optimizer.step,
            trainingLoss: epochLoss / Double(max(epochSteps, 1)), validationLoss: loss,
            isBest: isBest)
        history.append(record)
        epochLoss = 0
        epochSteps = 0
        onEvent(.epoch(record))
    }

    /// - Parameter validationLoss: That of the epoch that ends.
    private func checkStanding(_ validationLoss: Double?) throws(TrainingFailure) {
        guard exchange.isShared else { return }
        try TrainingStanding(
            step: optimizer.step, validationLoss: validationLoss, bestLoss: bestLoss,
            epochsSinceBest: epochsSinceBest, parameters: optimizer.parameters
        ).check(exchange)
    }
}

// MARK: - Averages over epochs

extension Trainer {
    private var epochsBeforeAverages: Int {
        let share = Float(settings.maximumEpochs) * settings.averagedShare
        return settings.maximumEpochs - max(1, Int(share.rounded()))
    }

    /// Takes the weights at an epoch's end into the running mean.
    ///
    /// - Returns: the mean; `nil` before it begins, or where none is asked for.
    private func averaged(_ weights: Buffer, epoch: Int) -> Buffer? {
        guard let epochAverage, epoch > epochsBeforeAverages else { return nil }
        let before = history.count { $0.epoch > epochsBeforeAverages }
        averageToward(
            epochAverage, parameters: weights, 0..<layout.count,
            factor: Float(before) / Float(before + 1))
        return epochAverage
    }
}
