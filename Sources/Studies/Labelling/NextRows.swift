package import DataEfficiency
import Kernels
import Models
import Platform
import Prediction
import RunStore
package import Runs
import Tables

/// What `vouch data next` is asked.
package struct NextRequest: Sendable {
    package var run: String
    /// A CSV file of rows without labels.
    package var pool: String
    /// How many rows, or with a column of costs what they may cost together.
    package var budget: Double
    /// The CSV file of the batch.
    package var output: String
    /// The JSON file of tasks for Label Studio; `nil` for none.
    package var labelStudio: String?
    /// `nil` for what suits the run, which gives way to drawing at random where the guard says so.
    package var strategy: SelectionStrategy?
    package var costColumn: String?
    package var randomShare = 0.2
    /// Of the batch; with the round it settles every draw.
    package var seed: UInt64 = 0
    /// Whether rows that were asked and have no answer may be asked again.
    package var asksAgain = false
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(run: String, pool: String, budget: Double, output: String) {
        self.run = run
        self.pool = pool
        self.budget = budget
        self.output = output
    }

    /// What the strategy is called where none is asked for.
    package static let automatic = "auto"
    package static var strategyNames: String {
        SelectionStrategy.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// - Returns: `nil` for the one that suits the run.
    package static func strategy(named name: String) throws(VouchError) -> SelectionStrategy? {
        if name == automatic { return nil }
        guard let strategy = SelectionStrategy(rawValue: name) else {
            throw VouchError("--strategy is \"\(name)\"; there are \(automatic), \(strategyNames)")
        }
        return strategy
    }

    /// The labelling interface that stands beside the tasks.
    var interface: String? { labelStudio.map(BatchFile.configurationPath) }

    fileprivate func check() throws {
        guard budget > 0, budget.isFinite, costColumn != nil || budget >= 1 else {
            throw VouchError("--budget is \(budget); it must be at least one row")
        }
        guard (0...1).contains(randomShare) else {
            throw VouchError("--random-share is \(randomShare); it must be from 0 to 1")
        }
        try OutputFiles(ofRun: run, reads: ["the pool": pool]).check([
            "--out": output, "--label-studio": labelStudio,
            "--label-studio's labelling interface": interface,
        ])
    }
}

/// Chooses rows of a pool to be labelled, remembers that they were asked, and writes them.
///
/// - Throws: where the pool lacks a column, has no open row, or a strategy does not fit; then nothing was asked.
package func nextRows(
    _ request: NextRequest, onEvent: (RunEvent) -> Void = { _ in }
) throws -> NextBatch {
    try request.check()
    let threads = try checkedThreads(request.threads)
    let model = try ModelBundle(run: request.run)
    let folder = try LabelStore.folder(of: request.run)
    let store = try LabelStore.read(folder)
    let earlier = EarlierBatch(model: model, request: request, threads: threads)
    try earlier.check(store)
    let workers = WorkerPool(threads: threads)
    onEvent(.stage("Reading \(request.pool)"))
    let file = try PoolFile(
        request.pool, model: model, reading: request.reading, threads: threads)
    if file.hasTarget {
        onEvent(
            .warning(
                "\(request.pool) has the target \"\(model.target.column)\"; nobody looks at it there"
            ))
    }
    let open = store.open(file, asksAgain: request.asksAgain)
    guard open.contains(true) else {
        throw VouchError(
            "all \(file.table.rowCount) rows of \(request.pool) were asked already"
                + (request.asksAgain
                    ? "" : "; rows without an answer are asked again with --ask-again"))
    }
    let labelled = try? backgroundRows(of: request.run, threads: threads)
    if let labelled {
        let asked = file.table.selecting(rows: open.indices.filter { open[$0] })
        let known = asked.rowsOccurring(in: labelled, columns: model.schema.features.map(\.name))
        if known.count > 0, known.columns > 0 {
            onEvent(
                .warning(
                    "\(known.count) of \(asked.rowCount) open rows of \(request.pool) have the features of rows "
                        + "that \(request.run) learned from, whose answers are known already"))
        }
    } else {
        onEvent(
            .warning(
                "the data of \(request.run) are not there any more as it learned them, so that rows are chosen "
                    + "without a look at those that have a label"))
    }
    onEvent(.stage("Choosing among \(open.count { $0 }) rows"))
    let selection = try PoolSelection(
        file, model: model, costColumn: request.costColumn,
        labelled: labelled, workers: workers)
    let suited = try selection.strategy(request.strategy)
    let round = store.rounds.count + 1
    let guarded = try ChoosingGuard(run: request.run, threads: threads)?
        .verdict(seed: request.seed, onEvent: onEvent)
    let givesWay = request.strategy == nil && guarded?.verdict == .notBetter
    let strategy = givesWay ? .random : suited
    let choice = BatchChoice(
        selection.pool, isOpen: open,
        settings: .init(
            strategy: strategy, budget: request.budget, randomShare: request.randomShare,
            seed: request.seed &+ UInt64(round) &* 0x9E37_79B9_7F4A_7C15))
    try check(choice, request, selection.pool)
    // What was interrupted asks nobody.
    try Cancellation.bySignal.check()
    let asked = AskedRound(
        round: round, time: Clock.text(unixSeconds: Clock.unixSeconds()), run: request.run,
        weightsSHA256: ContentHash.sha256(model.encodedWeights()), pool: request.pool,
        poolSHA256: file.sha256, open: open.count { $0 }, strategy: strategy.rawValue,
        seed: request.seed, classes: model.target.classes, columns: file.columns,
        rows: choice.rows.map { row in
            let width = selection.predictions.width
            return AskedRound.Row(
                row: row.row + 1, cells: file.texts(row.row), isRandom: row.isRandom,
                why: selection.reason(row, strategy),
                predicted: Array(
                    selection.predictions.values[row.row * width..<(row.row + 1) * width]))
        })
    let written = try NewFiles.keptIfDone { files in
        try LabelStore.adding(to: folder) { now in
            guard now.rounds.count == store.rounds.count else {
                throw VouchError(
                    "somebody asked for rows of \(request.run) at the same time, so that these might be "
                        + "asked twice. Ask again; nothing was written")
            }
            try earlier.check(now)
            let batch = BatchFile(asked, target: model.target)
            try files.write(batch.csv, to: request.output)
            if let tasks = request.labelStudio, let interface = request.interface {
                try files.write(batch.labelStudioTasks, to: tasks)
                try files.write(
                    BatchFile.labelStudioConfiguration(model.target), to: interface)
            }
            return LabelRecord(asked)
        }
    }
    return try NextBatch(
        request, asked, choice, guarded: guarded, givesWay: givesWay, suited: suited,
        seen: RandomAnswers(written))
}

private func check(
    _ choice: BatchChoice, _ request: NextRequest, _ pool: SelectionPool
) throws(VouchError) {
    guard !choice.rows.isEmpty else {
        throw VouchError(
            "--budget \(request.budget) is less than the cheapest row of \(request.pool) costs. Raise it"
        )
    }
    guard choice.cost <= request.budget * (1 + 1e-9) else {
        throw VouchError(
            "the rows that were drawn at random cost \(choice.cost), more than the whole --budget of "
                + "\(request.budget). Raise it, or lower --random-share: a few rows of the pool cost "
                + "as much as many")
    }
}
