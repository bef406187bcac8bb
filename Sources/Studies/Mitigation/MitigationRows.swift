import Fairness
import Models
import Platform
import Prediction
import Runs
import Tables

/// The rows that a mitigation is fitted on and those that it is proved on, with one column of groups.
struct MitigationRows {
    var fitting: LabelledPredictions
    var test: LabelledPredictions
    /// What the fitting rows are.
    var fittingText: String
    /// The protected column, or the combination of several.
    var column: String
    var groups: GroupChances?
    /// Small groups that are fitted and judged as others.
    private(set) var pooling = GroupPooling()

    /// The probability of each group by a row's features, from models that did not learn from the row.
    struct GroupChances {
        var names: [String]
        /// `[rows][groups]`
        var fitting: [[Double]]
        var test: [[Double]]
    }

    /// - Parameter door: That of the run, through which both kinds of rows are opened.
    /// - Throws: an error that says which protected columns the run has, or why its rows cannot be read.
    init(
        _ request: MitigationRequest, run path: String, _ door: inout HeldOutRows,
        onEvent: @escaping (RunEvent) -> Void
    ) throws {
        test = try door.open(.test).judging(request.protected)
        column = test.protected[0].name
        if request.folds == nil, request.method == .threshold {
            fitting = try door.open(.validation).judging(request.protected)
            fittingText = "\(fitting.rows) validation rows"
            guard fitting.rows > 0 else {
                let isImported = try RunModel(run: path).network == nil
                throw VouchError(
                    isImported
                        ? "\(path) was adopted without validation rows to fit on; adopt it with --validation FILE, "
                            + "rows with answers that neither the model learned from nor the run is measured on"
                        : "\(path) kept no validation rows to fit on; give --folds 5, which scores all training "
                            + "rows by models that did not learn from them")
            }
        } else {
            let threads = try checkedThreads(request.threads)
            let scored = try ScoredRows(
                path, folds: request.folds, threads: threads, onEvent: onEvent)
            fitting = try door.open(scored.predictions).judging(request.protected)
            fittingText =
                request.folds.map {
                    "\(scored.predictions.rows) training rows, each scored by one of \($0) models that did "
                        + "not learn from it"
                } ?? "\(fitting.rows) validation rows"
            if request.method == .thresholdWithoutAttribute {
                groups = try scored.groupChances(request.protected, test: test, onEvent: onEvent)
            }
        }
        try pool(request)
    }

    /// Calls groups with too few fitting rows by the name of their pool, in all rows.
    private mutating func pool(_ request: MitigationRequest) throws {
        pooling = try GroupPooling(
            request.constraint, of: fitting,
            names: test.protected[0].groups + (groups?.names ?? []), fewest: request.fewestRows)
        let before = Set(fitting.protected[0].groups)
        let alone = Set(before.map(pooling.pool))
        guard alone.count > 1 || before.count < 2 else {
            throw VouchError(
                "too few \(fitting.split) rows to fit \(request.constraint.text): no two groups of \(column) "
                    + "have \(request.fewestRows) rows of each kind that its rates are of, among "
                    + "\(fitting.rows). Give more rows (--folds 5 fits on all training rows), lower "
                    + "--fewest-rows, or choose another constraint")
        }
        fitting = pooling.pooling(fitting)
        test = pooling.pooling(test)
        groups = groups?.pooled(by: pooling)
    }
}

extension MitigationRows.GroupChances {
    /// A pool is as probable as its groups together.
    fileprivate func pooled(by pooling: GroupPooling) -> Self {
        let pools = Set(names.map(pooling.pool)).sorted()
        let places = names.map { pools.firstIndex(of: pooling.pool($0)) ?? 0 }
        func summed(_ rows: [[Double]]) -> [[Double]] {
            rows.map { row in
                var sums = [Double](repeating: 0, count: pools.count)
                for (chance, place) in zip(row, places) { sums[place] += chance }
                return sums
            }
        }
        return Self(names: pools, fitting: summed(fitting), test: summed(test))
    }
}

/// The name of the column that `judging` leaves.
func judgedColumn(_ protected: [String]) -> String {
    protected.joined(separator: intersectionSign)
}

extension LabelledPredictions {
    /// With one protected column: the one that is named, or the combination of several.
    func judging(_ columns: [String]) throws(VouchError) -> LabelledPredictions {
        for name in columns where !protected.contains(where: { $0.name == name }) {
            let known = protected.map(\.name).joined(separator: ", ")
            throw VouchError(
                "the run has no protected column \"\(name)\"; it has \(known.isEmpty ? "none" : known). "
                    + "Train with --protected \(name) to judge it")
        }
        var result = self
        result.protected = columns.compactMap { name in protected.first { $0.name == name } }
        if columns.count > 1 {
            // The last is the combination of all.
            result.protected = Array(result.addingIntersections().protected.suffix(1))
        }
        return result
    }
}

/// Rows of a run's data, scored by models that did not learn from them.
private struct ScoredRows {
    let run: FinishedRun
    let learner: Learner
    let predictions: Sealed<LabelledPredictions>

    /// - Parameter folds: `nil` for the run's own model and its validation rows.
    init(
        _ path: String, folds: Int?, threads: Int, onEvent: @escaping (RunEvent) -> Void
    ) throws {
        run = try FinishedRun(path, threads: threads, onEvent: onEvent)
        guard let folds else {
            learner = run.learner
            predictions = Sealed(
                try learner.validationPredictions(try ModelBundle(run: path), run.features))
            return
        }
        try run.checkIsTrained()
        // What the run settled on, on other parts of the rows.
        var configuration = run.configuration.pinned(to: run.prepared.recipe)
        configuration.learning.folds = folds
        configuration.learning.refits = nil
        try configuration.validate()
        var prepared = try PreparedData.load(configuration, threads: threads, onEvent: onEvent)
        if run.prepared.usesPool { prepared = try prepared.learningFromPool() }
        learner = Learner(
            configuration: configuration, prepared: prepared, pool: run.pool, pairs: run.pairs,
            cancellation: run.cancellation)
        let kept = path + "/" + PredictionFile.name(.named("\(RowSplit.training)-\(folds)-folds"))
        if Files.exists(kept) {
            predictions = Sealed(
                try PredictionFile.decode(
                    Files.read(kept), name: kept, split: .training,
                    model: try ModelBundle(run: path)))
            return
        }
        onEvent(.stage("Scoring all training rows by \(folds) further models"))
        let trial = try Trials(learner).trained(TrialPlan(configuration))
        var scored = try trial.learner.validationPredictions(trial.model, trial.features)
        scored.split = .training
        predictions = Sealed(scored)
        // The next mitigation need not train them again.
        try AtomicFile.write(PredictionFile.encode(scored), to: kept)
    }

    private var prepared: PreparedData { learner.prepared }

    /// By a linear model of the features that the run's model sees, one a fold and one of all training rows.
    func groupChances(
        _ columns: [String], test: LabelledPredictions, onEvent: (RunEvent) -> Void
    ) throws -> MitigationRows.GroupChances {
        let models = try GroupModels(
            learner, columns: columns, among: Set(test.protected[0].groups))
        onEvent(.stage("Training linear models that predict the group"))
        /// From a list a group to a list a row.
        func byRow(_ columns: [[Double]]) -> [[Double]] {
            columns[0].indices.map { row in columns.map { $0[row] } }
        }
        var fitting: [[Double]] = []
        for split in prepared.folds {
            fitting += byRow(
                try models.chances(
                    split.train, of: prepared.table.selecting(rows: split.validation)))
        }
        return MitigationRows.GroupChances(
            names: models.names, fitting: fitting,
            test: byRow(
                try models.chances(
                    (run.prepared.split.train + run.prepared.split.validation).sorted(),
                    of: run.learner.knownTestRows().table)))
    }
}
