import Documents
import Evidence
import Models
import Platform
import Reporting
import RunStore
import Runs
import Studies
import Tables
import Training

/// A model of a table: it was trained and measured, lies in a run folder, and predicts and explains
/// raw rows of CSV files.
///
/// ```swift
/// let model = try TableModel.train(
///     csv: "adult.csv", columns: TableColumns(target: "class", protected: ["sex"]),
///     output: "runs/adult")
/// for found in model.measurements { print(found) }
/// ```
///
/// The command `vouch` reads the same folder: its `report.html` is the report, and `vouch prove` or
/// `vouch fairness` go on from it. The same data, columns and settings give the same bits, whatever
/// the number of threads.
public struct TableModel: Sendable {
    /// The run folder.
    public let path: String
    /// What was measured when it was trained, and since.
    public let measurements: [MeasuredMetric]
    /// Worker threads; all cores if `nil`. They do not change a result.
    public var threads: Int?
    let stored: RunModel

    /// Opens a run folder, by whomever it was trained.
    ///
    /// - Throws: `TableFailure` where there is no run, or a file of it is damaged.
    public init(opening path: String, threads: Int? = nil) throws(TableFailure) {
        (stored, measurements) = try TableFailure.wrapping {
            (try RunModel(run: path), try storedReport(run: path).measuredMetrics)
        }
        self.path = path
        self.threads = threads
    }

    /// The column that it predicts.
    public var target: String { stored.target.column }

    /// The classes in order, the positive one last; empty for a regression.
    public var classes: [String] { stored.target.classes }

    /// Trains a model of a CSV file with a header, measures it on rows that it has not seen, and
    /// writes both to a run folder.
    ///
    /// It works on the thread that calls it, and on threads of its own.
    ///
    /// - Parameters:
    ///   - csv: Training rows; validation rows are drawn from them.
    ///   - test: Test rows; a share of the first file is held back for them if `nil`.
    ///   - columns: What the columns are.
    ///   - settings: How it is trained and measured.
    ///   - output: The run folder, which appears whole or not at all.
    ///   - overwrite: Whether a run that stands there is replaced.
    ///   - isIndexed: Whether the index of runs (`vouch runs`) learns of it; then intervals allow
    ///     for models that were measured on the same test rows before.
    ///   - threads: Worker threads; all cores if `nil`.
    ///   - onEvent: Told what is being done.
    /// - Throws: `TableFailure` naming the file, line and column, or the setting, and what to do.
    public static func train(
        csv: String, test: String? = nil, columns: TableColumns, settings: TableSettings = [:],
        output: String, overwrite: Bool = false, isIndexed: Bool = false, threads: Int? = nil,
        onEvent: @escaping (Event) -> Void = { _ in }
    ) throws(TableFailure) -> TableModel {
        try TableFailure.wrapping {
            var configuration = TrainConfiguration(data: csv, output: output)
            configuration.test = test
            configuration.columns = columns.roles
            try configuration.ask(for: settings.asked)
            let control = RunControl(
                threads: threads, overwrite: overwrite, isIndexed: isIndexed,
                onEvent: { event in
                    if let event = Event(event) { onEvent(event) }
                })
            return try TableModel(
                opening: try trainRun(configuration, control: control).path, threads: threads)
        }
    }

    /// What a training is doing.
    public enum Event: Sendable, Hashable {
        /// A new stage, such as `reading adult.csv`.
        case stage(String)
        /// What a reader must know of the data or the training.
        case warning(String)
        /// An epoch, from 1, of the model that is being trained; without validation rows it has no
        /// validation loss.
        case epoch(Int, trainingLoss: Double, validationLoss: Double?)
    }

    /// Measures it on further rows with answers.
    ///
    /// The look at these rows, and at the validation rows, is a line in the run's ledger.
    ///
    /// - Parameter csv: A file with the target among its columns.
    /// - Throws: `TableFailure` naming the file, line and column.
    public func evaluate(csv: String) throws(TableFailure) -> [MeasuredMetric] {
        try TableFailure.wrapping {
            try evaluateRun(run: path, rows: csv, reading: .init(), threads: threads)
                .report.measuredMetrics
        }
    }
}

extension TableModel.Event {
    /// `nil` for what is told many times an epoch.
    init?(_ event: RunEvent) {
        switch event {
        case .stage(let text): self = .stage(text)
        case .warning(let text): self = .warning(text)
        case .training(.epoch(let record)):
            self = .epoch(
                record.epoch, trainingLoss: record.trainingLoss,
                validationLoss: record.validationLoss)
        case .restarted(let restart): self = .warning(RestartText.sentence(restart))
        case .training(.step), .searched, .stopped, .planned, .corrected: return nil
        }
    }
}
