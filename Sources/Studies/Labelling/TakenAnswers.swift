import Models
import Platform
import RunStore
package import Runs
import Tables

/// What `vouch data answers` is asked.
package struct AnswersRequest: Sendable {
    package var run: String
    /// The batch's CSV, filled in, or Label Studio's export.
    package var answers: String
    /// The folder of the run that is trained on; `nil` to keep the answers alone.
    package var output: String?
    package var who: String?
    package var overrules = false
    package var allowsNewClasses = false
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(run: String, answers: String) {
        self.run = run
        self.answers = answers
    }
}

/// What came of it.
package struct TakenAnswers: Encodable, Sendable {
    let added: Int
    let known: Int
    let empty: Int
    let changedRows: Int
    /// Rows that have an answer now, over all rounds.
    let answered: Int
    let random: Int
    /// Rows that were asked and have none.
    let waiting: Int
    let folder: String
    let randomRows: NextBatch.Interval
    /// The run that learned from all answers; `nil` where none was asked for.
    package fileprivate(set) var run: String?
    private var sentences: [String]

    fileprivate init(_ check: AnswerCheck, _ store: LabelStore, _ file: String) throws {
        let rows = store.answered
        let seen = try RandomAnswers(store)
        added = check.answers.count
        known = check.known
        empty = check.empty
        changedRows = check.changed
        answered = rows.count
        random = rows.count { $0.row.isRandom }
        waiting = store.waiting
        folder = store.folder
        randomRows = NextBatch.Interval(seen.all)
        sentences = [
            "\(added) answers of \(file) were added to \(folder): \(answered) rows have one now, \(random) "
                + "of them drawn at random; \(waiting) wait."
        ]
        if known > 0 { sentences.append("\(known) were there already, the same.") }
        if empty > 0 { sentences.append("\(empty) rows of the file have no answer.") }
        sentences += seen.sentences
    }

    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    package var text: String { sentences.joined(separator: "\n") + "\n" }

    private enum CodingKeys: String, CodingKey {
        case added, known, empty, changedRows, answered, random, waiting, folder, randomRows, run
    }
}

/// Takes labelled rows back, and trains on where a folder for the next run is given.
///
/// Answers are on the disk before anything is trained: an error or an interruption of the training loses none.
///
/// - Parameter train: Carries the training out, as `trainRun` does.
/// - Throws: where a file has rows that were never asked, answers that are none, or contradictions; then none of its
///   answers was added.
package func takeAnswers(
    _ request: AnswersRequest, onEvent: (RunEvent) -> Void = { _ in },
    train: (TrainConfiguration) throws -> Void
) throws -> TakenAnswers {
    let threads = try checkedThreads(request.threads)
    let model = try ModelBundle(run: request.run)
    if let output = request.output { try AtomicFolder.check(output, overwrite: false) }
    let file = try AnswerFile(
        request.answers, target: model.target.column, reading: request.reading, threads: threads)
    var found: AnswerCheck?
    let folder = try LabelStore.folder(of: request.run)
    guard Files.exists(folder + "/" + LabelStore.fileName) else {
        throw VouchError(
            "nothing was asked of \(request.run): there is no \(folder)/\(LabelStore.fileName). Ask with "
                + "vouch data next")
    }
    var snapshot: String?
    let store = try LabelStore.adding(to: folder) { store in
        let check = try AnswerCheck(
            file, store, model: model, reading: request.reading, who: request.who,
            overrules: request.overrules, allowsNewClasses: request.allowsNewClasses)
        found = check
        guard !check.answers.isEmpty else { return nil }
        return LabelRecord(
            GivenAnswers(
                time: Clock.text(unixSeconds: Clock.unixSeconds()), file: request.answers,
                sha256: file.sha256, answers: check.answers))
    } then: { store in
        if request.output != nil {
            snapshot = try AnsweredFile(store, target: model.target.column).write()
        }
    }
    guard let found else { throw VouchError("\(request.answers) was not read") }
    if found.changed > 0 {
        onEvent(
            .warning(
                "\(request.answers): \(found.changed) rows have other cells than were asked; their answers "
                    + "are taken by round and row, with the cells that were asked. If the rows were "
                    + "sorted without their first columns, they are wrong"))
    }
    var taken = try TakenAnswers(found, store, request.answers)
    guard let output = request.output, let snapshot else { return taken }
    onEvent(.stage(taken.text.split(separator: "\n").first.map(String.init) ?? ""))
    try train(trainingOn(request.run, model, store, answers: snapshot, output: output))
    taken.run = output
    return taken
}

/// A run's settings, with the answers in the place of those it learned from.
///
/// What was told by the rows there were is said now: more rows of a target of numbers might make it another task.
private func trainingOn(
    _ run: String, _ model: ModelBundle, _ store: LabelStore, answers: String, output: String
) throws -> TrainConfiguration {
    guard model.provenance.isTrained else {
        throw VouchError(
            "\(run) was made of another run by a remedy, so that training on by its settings gives another "
                + "model. The answers were kept; train on from the run that it was made of")
    }
    var configuration = try FinishedRun.configuration(of: run)
    if model.target.task == .regression {
        configuration.columns.task = .regression
    } else {
        let classes = Set(model.target.classes).union(store.answered.map(\.label))
        configuration.columns.task = classes.count > 2 ? .multiclass : .binary
    }
    configuration.answers = answers
    configuration.output = output
    return configuration
}

/// All rows with an answer, as the file that a run learns from: their cells as they were asked, the answers, and how they
/// came to be asked.
private struct AnsweredFile {
    private let bytes: [UInt8]
    private let path: String

    /// - Throws: where no row has an answer.
    init(_ store: LabelStore, target: String) throws {
        let rows = store.answered
        guard !rows.isEmpty else {
            throw VouchError("no row has an answer yet, so that there is nothing to train on")
        }
        var columns: [String] = []
        for round in store.rounds {
            columns += round.columns.filter { !columns.contains($0) }
        }
        var bytes: [UInt8] = []
        CSVWriter.append(
            columns + [target, PoolFile.roundName, PoolFile.rowName, PoolFile.drawnName],
            to: &bytes)
        for row in rows {
            let cells = Dictionary(
                zip(row.columns, row.row.cells), uniquingKeysWith: { first, _ in first })
            CSVWriter.append(
                columns.map { (cells[$0] ?? nil) ?? "" }
                    + [row.label, "\(row.key.round)", "\(row.key.row)", BatchFile.drawn(row.row)],
                to: &bytes)
        }
        self.bytes = bytes
        let hash = ContentHash.sha256(bytes).prefix(8)
        path = "\(store.folder)/answered-\(rows.count)-\(hash).csv"
    }

    /// Writes it, unless it stands there already; its name tells what it holds.
    func write() throws -> String {
        if !Files.exists(path) { try AtomicFile.write(bytes, to: path) }
        return path
    }
}
