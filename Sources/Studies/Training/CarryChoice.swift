import Cost
import Documents
import Evidence
import Kernels
import Models
import Prediction
import Reporting
import Runs
import Tables
import Training

/// Trains a model with another run's weights and one without, and takes the one that loses less on rows that ended both
/// trainings; without a comparison it is the one without, which is what the same command gives without the other run.
struct CarryChoice {
    /// Of the delivered model.
    let learner: Learner
    let features: EncodedFeatures
    let trained: TrainedModel
    /// What came of it, for the report's measurements.
    let outcome: CarriedOver
    /// The same in words.
    let facts: [RunReport.Fact]

    private struct Side {
        let learner: Learner
        let features: EncodedFeatures
        let trained: TrainedModel

        var isWhole: Bool {
            trained.trainings.allSatisfy { training in
                if case .interrupted = training.stop { false } else { true }
            }
        }
    }

    /// - Parameters:
    ///   - learner: That begins with the other run's weights.
    ///   - features: Its rows, encoded.
    /// - Throws: where no weight fits; as trainings do.
    init(
        _ learner: Learner, _ carried: CarriedModel, _ features: EncodedFeatures,
        store: CheckpointStore, _ control: RunControl
    ) throws {
        let share = try learner.carriedShare()
        guard share.weights > 0 else {
            throw VouchError(
                setting: """
                    \(named: Settings.from) is "\(carried.run)", of whose network nothing fits the one that is asked for: \
                    \(named: Settings.width), \(named: Settings.depth), \(named: Settings.numbers) or \
                    \(named: Settings.activation) differ. Leave them out, or train without the other run
                    """)
        }
        let text = CarryText(carried, share, features: learner.prepared.schema.features.count)
        for fact in text.facts { control.onEvent(.stage("\(fact.label): \(fact.value)")) }
        let repeated = Self.repeatedTestRows(carried, learner, control)
        if let repeated, repeated.count > 0 {
            control.onEvent(.warning(CarryText.warning(repeated, of: carried.run)))
        }
        control.onEvent(.stage("Training without weights of \(carried.run), to compare"))
        let plain = try Self.plain(learner, store: store, control)
        var other: Side?
        if plain.isWhole, !learner.cancellation.isRaised {
            control.onEvent(.stage("Training with weights of \(carried.run)"))
            var training = ModelTraining(
                learner: learner, store: store, resumes: control.resume,
                onEvent: control.onEvent)
            training.firstCheckpoint = ModelTraining.firstOfSecondModel
            other = Side(
                learner: learner, features: features, trained: try training.trained(features))
        }
        let compared = other.flatMap { $0.isWhole ? $0 : nil }
        let rise = try compared.flatMap { try Self.rise(plain, $0) }
        let isDelivered = (rise?.rise.value ?? 0) < 0
        var chosen = plain
        if let compared, isDelivered { chosen = compared }
        outcome = CarriedOver(
            run: carried.run, columns: carried.source.columns?.count ?? 0,
            features: learner.prepared.encoder.columns.count, change: rise?.estimate,
            unit: rise.map { MetricRegistry.definition($0.metric)?.unit ?? "" } ?? "",
            rows: rise?.rows ?? 0, isDelivered: isDelivered, repeatedTestRows: repeated)
        let verdict = CarryText.verdict(outcome, rise)
        control.onEvent(.stage(verdict))
        facts = text.facts + [.init("With its weights against without", verdict)]
        var delivered = chosen.learner
        if isDelivered, let repeated, repeated.count > 0 {
            delivered.prepared.warnings.append(CarryText.warning(repeated, of: carried.run))
        }
        self.learner = delivered
        self.features = chosen.features
        var trained = chosen.trained
        // Both were trained for this one model.
        trained.used = plain.trained.used + (other?.trained.used ?? Usage.none)
        self.trained = trained
    }

    /// The run as it is without the other one's weights, to the bit.
    private static func plain(
        _ carrying: Learner, store: CheckpointStore, _ control: RunControl
    ) throws -> Side {
        let configuration = carrying.configuration.decliningCarry
        let prepared = try PreparedData.load(
            configuration, kinds: control.kinds, threads: carrying.pool.threads, onEvent: { _ in })
        let learner = try Learner(
            configuration: configuration, prepared: prepared, pool: carrying.pool,
            cancellation: carrying.cancellation
        ).settlingShards()
        let features = try prepared.encoder.encode(prepared.table)
        let training = ModelTraining(
            learner: learner, store: store, resumes: control.resume, onEvent: control.onEvent)
        return Side(
            learner: learner, features: features, trained: try training.trained(features))
    }

    /// How much the carried weights raise the loss of rows that stopped a model of both.
    ///
    /// - Returns: `nil` where no row is common, or the loss has no difference.
    private static func rise(_ plain: Side, _ carried: Side) throws -> LossRise? {
        let (first, before) = try stopping(plain)
        let (second, after) = try stopping(carried)
        let places = Dictionary(
            zip(second, second.indices), uniquingKeysWith: { first, _ in first })
        let common = first.indices.filter { places[first[$0]] != nil }
        guard !common.isEmpty else { return nil }
        return try? LossRise(
            before.selecting(common), after.selecting(common.compactMap { places[first[$0]] }))
    }

    /// The rows that stopped its models, and what these say of them.
    private static func stopping(
        _ side: Side
    ) throws -> (rows: [Int], predictions: LabelledPredictions) {
        let model = side.trained.model
        let rows = side.learner.prepared.folds.prefix(model.count).flatMap(\.validation)
        return (rows, try side.learner.validationPredictions(model, side.features))
    }

    /// Test rows that equal one that the other run learned from, without their answers.
    ///
    /// - Returns: `nil` where that run's table is not there as it was, or no column is in both.
    private static func repeatedTestRows(
        _ carried: CarriedModel, _ learner: Learner, _ control: RunControl
    ) -> CarriedOver.RepeatedRows? {
        let known = try? backgroundRows(
            of: carried.run, threads: learner.pool.threads, kinds: control.kinds)
        guard let known, let test = try? learner.knownTestRows().table else { return nil }
        let names = learner.prepared.schema.features.map(\.name)
        let found = test.rowsOccurring(in: known, columns: names)
        guard found.columns > 0 else { return nil }
        return CarriedOver.RepeatedRows(
            count: found.count, rows: test.rowCount, columns: found.columns)
    }
}
