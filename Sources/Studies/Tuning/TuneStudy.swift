import Cost
import Evidence
import Kernels
import Platform
import Prediction
import RunStore
import Runs
import Tables
import Tuning

/// Searches for better settings than the default's, in a new study.
///
/// - Parameter path: The study's folder, which must not exist.
/// - Throws: an error that says what is wrong and what to do; before the first training is done nothing is left.
package func searchSettings(
    _ request: StudyRequest, in path: String, _ control: StudyControl
) throws -> StudyStatus {
    let process = StudyProcess(control)
    guard !Files.exists(path) else {
        throw VouchError(
            setting: StudyFolder.stands(at: path)
                ? """
                there is a study at \(path) already: `vouch tune --resume \(path)` goes on with it. For another one name another \
                folder with \(named: "out")
                """
                : "\(path) exists already, and is no study; name another folder with \(named: "out")")
    }
    try AtomicFolder.check(path, overwrite: false)
    var request = request
    try request.configuration.validate()
    request.configuration.output = ""
    request.configuration.data = try Files.absolutePath(request.configuration.data)
    request.configuration.test = try request.configuration.test.map { try Files.absolutePath($0) }
    request.configuration.columns.schemaFile = try request.configuration.columns.schemaFile.map {
        try Files.absolutePath($0)
    }
    request.start = try request.start?.found(for: request) { control.onEvent(.warning($0)) }
    let (prepared, learner) = try process.prepared(request)
    request.hashes = prepared.hashes
    request.heldBackSHA256 = prepared.heldBackSHA256
    request.standard = request.space.standard(prepared.recipe, of: request.configuration)
    request.start?.forecast = SearchPortfolio.shipped.gains.forecast(for: prepared.traits)
    let features = try prepared.encoder.encode(prepared.table)
    request = try StudyTraining(request, learner, features: features).request
    request.expectedWritingSeconds = try process.expectedWriting(request, learner, features)
    try control.cancellation.check()
    if let forecast = request.start?.forecast {
        control.onEvent(.stage(forecast.text))
    }
    try StudyFolder.create(path, request)
    do {
        return try process.work(at: path, learner, features, isLeader: true)
    } catch {
        // Without the default's training it is no study that could be gone on with.
        let first = try? StudyFolder(path).trials().first { $0.number == StudyStore.Trial.first }
        if first?.result == nil { try? AtomicFolder.delete(path) }
        throw error
    }
}

/// Works at a study that exists, as one more process.
///
/// - Parameters:
///   - isLeader: Whether it goes on with what was left: then its time counts for the budget.
///   - terms: Of a leader, by what it goes on for longer, though the study may be over: the budget is this command's, the limit one
///     of all trials. `nil` for what was asked before.
/// - Throws: where the data were changed since, the study is over and nothing more is asked for, or others work at what is to go on
///   for longer.
package func joinStudy(
    _ path: String, isLeader: Bool, for terms: StudyTerms? = nil, _ control: StudyControl
) throws -> StudyStatus {
    let process = StudyProcess(control)
    let folder = try StudyFolder(path)
    if terms == nil, try folder.store.isEnded() {
        guard !isLeader else {
            throw VouchError(
                setting: """
                    the study \(path) is over: `vouch tune status \(path)` tells what came of it. To search for longer, say \
                    for how long, \(named: Settings.budget) 10m, or to how many \(named: "trials") in all
                    """)
        }
        return try folder.status()
    }
    let (prepared, learner) = try process.prepared(folder.request)
    guard prepared.hashes == folder.request.hashes else {
        throw VouchError(
            "\(folder.request.configuration.data) was changed since the study \(path) was begun (its SHA-256 differs). "
                + "Begin another study of what stands there now")
    }
    let features = try prepared.encoder.encode(prepared.table)
    return try process.work(
        at: path, learner, features, isLeader: isLeader,
        reopening: terms.map { try folder.prolonged(by: $0, began: process.began) })
}

/// What one command does for a study.
private struct StudyProcess {
    let control: StudyControl
    let meter = CostMeter()
    let began = Clock.unixSeconds()
    let beganMonotonic = Clock.monotonicSeconds()

    init(_ control: StudyControl) { self.control = control }

    func prepared(_ request: StudyRequest) throws -> (PreparedData, Learner) {
        let threads = try checkedThreads(control.threads)
        let prepared = try PreparedData.load(
            request.configuration, threads: threads, onEvent: control.onEvent)
        for warning in prepared.warnings { control.onEvent(.warning(warning)) }
        let learner = try Learner(
            configuration: request.configuration, prepared: prepared,
            pool: WorkerPool(threads: threads), cancellation: control.cancellation
        ).settlingShards()
        return (prepared, learner)
    }

    /// - Returns: What writing the default's run is expected to take.
    /// - Throws: `VouchError` where the budget does not hold reading and the default's training, as far as can be told.
    func expectedWriting(
        _ request: StudyRequest, _ learner: Learner, _ features: EncodedFeatures
    ) throws -> Double {
        guard let budget = request.budgetSeconds else { return 0 }
        let say: (String) -> Void = { control.onEvent(.warning($0)) }
        let plan = try RunPlanner(
            learner: learner, features: features, startedAt: beganMonotonic,
            history: .ofIndex(say), calibrationPath: try? MachineCalibration.defaultPath(),
            say: say
        ).planned().plan
        let planned = plan.expected
        guard planned.value > budget else { return plan.probeSeconds + plan.otherSeconds }
        let asked = Budget.seconds(budget)
        throw VouchError(
            setting: """
                \(named: Settings.budget) is \(asked.text), which is too small: the first training, with the default \
                settings, is expected to take \(asked.about(planned.value)) with its run (an estimate, between \
                \(asked.about(planned.lower)) and \(asked.about(planned.upper))). Ask for several times as much; nothing \
                was written
                """)
    }

    func work(
        at path: String, _ learner: Learner, _ features: EncodedFeatures, isLeader: Bool,
        reopening asked: StudyTerms? = nil
    ) throws -> StudyStatus {
        let folder = try StudyFolder(path)
        let store = folder.store
        let (number, presence) = try store.join(
            process: Processes.own, now: began, isLeader: isLeader,
            reopening: asked.map { try StudyFolder.text($0) })
        defer { withExtendedLifetime(presence) {} }
        let terms = try folder.terms()
        if isLeader { try store.begin(number, budgetSeconds: terms.budgetSeconds) }
        let watch = StudyWatch(store, worker: number)
        var watched = learner
        watched.cancellation = control.cancellation.orWhere { watch.endsTraining }
        let training = try StudyTraining(folder.request, watched, features: features)
        let worker = StudyWorker(
            folder: folder, training: training,
            planner: studyPlanner(folder.request, learner), number: number, terms: terms,
            cuts: Set(try store.ends().map(\.counted)), watch: watch, control: control, meter: meter)
        do {
            try control.onOpen()
            try worker.work()
        } catch {
            try store.beat(
                number, now: Clock.unixSeconds(), usage: StudyFolder.text(meter.used()))
            try store.leave(number, now: Clock.unixSeconds())
            throw error
        }
        try store.beat(number, now: Clock.unixSeconds(), usage: StudyFolder.text(meter.used()))
        try end(folder, learner)
        try store.leave(number, now: Clock.unixSeconds())
        return try folder.status()
    }

    /// The study is over: the incumbent's ledger is told among how many it was chosen and what the search took.
    private func end(_ folder: StudyFolder, _ learner: Learner) throws {
        guard let best = try folder.settleIncumbent() else { return }
        let run = folder.place(of: best.plan.number)
        let others = try folder.trials().count - 1
        // Its run is one like any other: that it keeps not what was required must be told with it.
        let missed = try folder.standing(folder.trials()).meetsAll(best)
            ? "" : ", none of which keeps all of: \(folder.request.requirements.joined(separator: "; "))"
        let usage = try folder.usage(of: folder.store.workers())
        let kept = try folder.kept(beside: best)
        try folder.store.end {
            try folder.removeRuns(but: kept)
            var door = HeldOutRows(of: run, for: "choice among \(others + 1) trials of a study\(missed)")
            _ = try door.open(
                Sealed(
                    others, split: .validation,
                    rows: learner.prepared.folds.reduce(0) { $0 + $1.validation.count }))
            let own = try RunCharge.all(of: run).map(\.usage).reduce(.none, +)
            let warning = RunCharge(
                .search, "search of settings, \(others) other trainings",
                usage.less(own)
            ).add(to: run)
            if let warning { control.onEvent(.warning(warning)) }
            if control.isIndexed { recordInIndex(run, onEvent: control.onEvent) }
        }
    }
}
