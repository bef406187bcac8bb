import Documents
import Reporting
import Runs
import Studies

/// A search for settings of a table that do better than the default's, in a folder that `vouch tune` begins, goes on with and
/// tells of, too.
///
/// What a trial is follows from the settings' seed and from trials before it, whatever the number of threads or the clock.
public struct TableStudy: Sendable {
    /// The study's folder.
    public let path: String
    /// The id of the metric that is chosen by, on rows that validate.
    public let objective: String
    /// The default's first.
    public let trials: [Trial]
    /// The best whole training that keeps all requirements; `nil` where none does: trials say by how much they miss them.
    public let incumbent: Trial?
    /// Whether nothing that was asked for is left to try.
    public let isOver: Bool

    /// A training with settings of its own, or a part of one.
    public struct Trial: Sendable, Hashable {
        /// −1 is the default; lower ones were planned when a search ended.
        public let number: Int
        /// What is changed of the default, by the settings' ids.
        public let settings: [String: String]
        /// Of the objective. The incumbent's is too good, as it was chosen by it. `nil` of a trial that failed or is not done.
        public let value: Double?
        /// Whether it was trained on all rows and for all epochs.
        public let isWhole: Bool
        /// By how much it misses what is required, in the metrics' units.
        public let missed: [String: Double]
        /// Why there is no value.
        public let failure: String?
        /// Its run folder, where that stands.
        public let run: String?
    }

    /// Opens a study, whoever searches or searched in it.
    ///
    /// - Throws: `TableFailure` where there is none.
    public init(opening path: String) throws(TableFailure) {
        self.init(try TableFailure.wrapping { try studyStatus(path) })
    }

    private init(_ status: StudyStatus) {
        path = status.study
        objective = status.objective
        trials = status.trials.map(Trial.init)
        incumbent = status.incumbent.map(Trial.init)
        isOver = status.standing == .over
    }

    /// Searches in a new study. What `settings` name stays; their `budget`, a time, is the search's.
    ///
    /// - Parameters:
    ///   - space: A YAML file of what is searched; the program's own space if `nil`.
    ///   - objective: A metric such as `auc`; the mean loss if `nil`.
    ///   - requirements: What must be kept, such as `gap in selection rate, sex <= 0.05`.
    ///   - trials: After which it ends; with it no budget is needed.
    ///   - output: The study's folder, which must not exist.
    /// - Throws: `TableFailure` naming what is wrong; until the default is trained nothing is left.
    public static func search(
        csv: String, test: String? = nil, columns: TableColumns, settings: TableSettings,
        space: String? = nil, objective: String? = nil, requirements: [String] = [],
        trials: Int? = nil, output: String, threads: Int? = nil,
        onEvent: @escaping (TableModel.Event) -> Void = { _ in }
    ) throws(TableFailure) -> TableStudy {
        try TableFailure.wrapping {
            var configuration = TrainConfiguration(data: csv, output: "")
            configuration.test = test
            configuration.columns = columns.roles
            try configuration.ask(for: settings.asked)
            var request = try StudyRequest(configuration, space: space, limit: trials)
            (request.objective, request.requirements) = (objective, requirements)
            return TableStudy(
                try searchSettings(request, in: output, control(threads, onEvent)))
        }
    }

    /// Goes on with what was interrupted, or for longer with what is over.
    ///
    /// - Parameters:
    ///   - budget: A time from now on, such as `10m`; `nil` for what was asked for before.
    ///   - trials: In all.
    /// - Throws: `TableFailure` where the data were changed, or it is over and nothing more is asked for.
    public func resumed(
        budget: String? = nil, trials: Int? = nil, threads: Int? = nil,
        onEvent: @escaping (TableModel.Event) -> Void = { _ in }
    ) throws(TableFailure) -> TableStudy {
        try TableFailure.wrapping {
            let terms =
                budget == nil && trials == nil
                ? nil : try StudyTerms(budget: budget.map(parseBudget), limit: trials)
            return TableStudy(
                try joinStudy(path, isLeader: true, for: terms, Self.control(threads, onEvent)))
        }
    }

    private static func control(
        _ threads: Int?, _ onEvent: @escaping (TableModel.Event) -> Void
    ) -> StudyControl {
        StudyControl(threads: threads) { event in TableModel.Event(event).map(onEvent) }
    }

    /// The incumbent's run, opened; `nil` where there is no incumbent.
    public func model() throws(TableFailure) -> TableModel? {
        guard let run = incumbent?.run else { return nil }
        return try TableModel(opening: run)
    }

    /// Trains the incumbent and the default anew under paired seeds and compares them on test rows that the search did not see.
    ///
    /// - Returns: The loss saved, whose `verdict` is `worth it`, `leave the defaults` or `cannot tell`. It stands in the report of
    ///   the default's run, the look in its ledger.
    public func worth(seeds: Int = 5, threads: Int? = nil) throws(TableFailure) -> MeasuredMetric {
        try TableFailure.wrapping {
            var request = WorthRequest(study: path)
            (request.seeds, request.threads) = (seeds, threads)
            _ = try judgeStudy(request)
            let report = try storedReport(run: TunedRecipeFile(path).run(nil))
            guard let saving = report.measuredMetrics.first(of: WorthRequest.saving) else {
                throw VouchError("the report of \(path)'s default does not hold the verdict")
            }
            return saving
        }
    }
}

extension TableStudy.Trial {
    fileprivate init(_ trial: StudyStatus.Trial) {
        (number, settings, value) = (trial.number, trial.settings, trial.value)
        isWhole = trial.rows == 1 && trial.epochs == 1
        missed = trial.excess.filter { $0.value > 0 }
        (failure, run) = (trial.failure, trial.run)
    }
}
