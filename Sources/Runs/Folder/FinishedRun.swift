package import Evidence
package import Kernels
package import Models
import NN
import Platform
import Prediction
import Reporting
import RunStore
package import Tables
import Training

/// A finished run with its data, read again from where they stood.
package struct FinishedRun {
    package let path: String
    /// As it was asked for.
    package let configuration: TrainConfiguration
    package let prepared: PreparedData
    package let features: EncodedFeatures
    package let pool: WorkerPool
    /// Of an additive model.
    package let pairs: [NamedPair]
    /// Of what is trained on it.
    package let cancellation: Cancellation
    /// Those that its model is opened with.
    private let kinds: InputKinds

    /// - Parameter kinds: Those of its columns among them.
    /// - Throws: an error that says what to do where the data were changed since.
    package init(
        _ run: String, threads: Int, kinds: InputKinds = .shipped,
        cancellation: Cancellation = .bySignal, onEvent: (RunEvent) -> Void
    ) throws {
        let folder = try RunFolder.open(run)
        let kinds = try kinds.opening(folder, threads: threads)
        self.kinds = kinds
        path = run
        self.cancellation = cancellation
        configuration = try Self.configuration(of: run)
        var prepared = try PreparedData.load(
            configuration, kinds: kinds, threads: threads, onEvent: onEvent)
        let made = try Ledger.read(run).lastRun?.details ?? [:]
        let expected = [
            made[Ledger.DetailKey.dataSHA256], made[Ledger.DetailKey.testSHA256],
        ].compactMap { $0 }
        guard expected == prepared.hashes,
            made[Ledger.DetailKey.answersSHA256] == prepared.answersSHA256
        else {
            throw VouchError(
                "\(run): its data were changed since it was trained (their SHA-256 differs from the "
                    + "ledger's). Train it anew on what stands there now, then ask that run")
        }
        if let record = try UnlabelledRecord.of(folder) {
            prepared = try prepared.delivered(record, of: run)
        }
        self.prepared = prepared
        features = try prepared.encoder.encode(prepared.table)
        pool = WorkerPool(threads: threads)
        pairs =
            prepared.recipe.pairs == nil
            ? [] : try ModelBundle(run: run, kinds: kinds).network.additive?.namedPairs ?? []
    }

    /// - Throws: where the run's model was trained elsewhere.
    package static func configuration(of run: String) throws -> TrainConfiguration {
        switch try RunConfiguration(run: run) {
        case .trained(let configuration): return configuration
        case .adopted: throw VouchError.imported(run, lacks: .training)
        }
    }

    /// What trains as the run did.
    package var learner: Learner {
        Learner(
            configuration: configuration, prepared: prepared, pool: pool, pairs: pairs,
            cancellation: cancellation)
    }

    /// Of a study that trains the run's settings again and takes that for the run's model.
    ///
    /// - Throws: where a remedy made the model, so that such a training is another one.
    package func checkIsTrained() throws {
        let provenance = try ModelBundle(run: path, kinds: kinds).provenance
        guard let change = provenance.changes.last else { return }
        throw VouchError(
            "\(path) was made of another run by \(change.remedy), so that training by its settings "
                + "gives another model. Ask the run that it was made of")
    }

    /// The validation rows that a remedy of its model may calibrate and choose on.
    package func calibrationRows(of model: ModelBundle) throws -> Sealed<CalibrationRows> {
        let rows = try learner.validationPredictions(model, features)
        let places = prepared.folds.prefix(model.count).flatMap(\.validation)
        var found = CalibrationRows(rows: rows, features: features.selecting(rows: places))
        found.table = prepared.table.selecting(rows: places)
        return Sealed(
            found, split: .validation, rows: rows.rows)
    }

    /// Its model with what probes may see of it, training again among it; but not what it cost.
    /// Whoever opens it says which probes look at its rows.
    ///
    /// - Parameters:
    ///   - changed: A model that a remedy made of the run's, in its place.
    ///   - encoded: The run's rows as that model encodes them; `nil` where it does as the run's.
    package func subject(
        of changed: ModelBundle? = nil, encoded: EncodedFeatures? = nil
    ) throws -> Sealed<Subject> {
        let folder = try RunFolder.open(path)
        let model = try changed ?? ModelBundle(reading: folder, kinds: kinds)
        let report = try RunReport(json: folder.read("measurements.json"))
        let history = try JSON.decode(
            [[EpochRecord]].self, from: folder.read("history.json"),
            file: path + "/history.json")
        let weights = try Ledger.read(path).lastRun?.details[Ledger.DetailKey.weightsSHA256] ?? ""
        let known = prepared.hashes.last.map {
            modelsMeasuredBefore(onDataSHA256: $0, except: weights)
        }
        let assembly = SubjectAssembly(
            learner: learner, model: model,
            steps: history.reduce(0) { $0 + ($1.last?.step ?? 0) },
            used: nil, features: encoded ?? features, modelBytes: model.encodedWeights().count,
            modelsBefore: max(known ?? 0, (report.ledger?.models ?? 1) - 1),
            shapes: changed == nil
                ? try AdditiveReading.of(run: path)?.outputs.map(\.shapes) ?? [] : [],
            repeats: changed == nil && configuration.learning.budget == nil)
        var subject = try assembly.subject()
        let seconds = report.measurements.first { $0.metric == .trainingSeconds }?.value
        let counted = try assembly.trainingWorkSeconds
        if let seconds { subject.secondsPerNominal = seconds / max(counted, 1e-9) }
        return Sealed(subject)
    }
}
