import Models
import Platform
import Runs
import Tables

/// What stands already where a batch is to be written: people fill it in for hours, so that it is replaced only where
/// nothing of it is lost.
///
/// That is so of a batch that this run asked, and of its tasks, where each row's answer was taken back.
struct EarlierBatch {
    let model: ModelBundle
    let request: NextRequest
    let threads: Int

    /// - Throws: where a file is no such batch, has answers that were not taken, or rows that wait for one and are not to
    ///   be asked again.
    func check(_ store: LabelStore) throws {
        try check("--out", request.output, store)
        guard let tasks = request.labelStudio, let interface = request.interface else { return }
        try check("--label-studio", tasks, store)
        guard Files.exists(interface) else { return }
        guard try Files.read(interface) == BatchFile.labelStudioConfiguration(model.target) else {
            throw Self.refusal(
                "--label-studio has its labelling interface in", interface,
                "it is another. Name another file, or remove that one")
        }
    }

    private func check(_ option: String, _ path: String, _ store: LabelStore) throws {
        guard Files.exists(path) else { return }
        let (rows, found) = try read(option, path, store)
        guard found.answers.isEmpty else {
            throw Self.refusal(
                "\(option) is", path,
                "it holds \(found.answers.count) answers that were not taken back. Take them with: vouch data "
                    + "answers \(request.run) \(path); or name another file")
        }
        let labels = store.labels
        let waiting = rows.count { labels[$0.key] == nil }
        guard waiting == 0 || request.asksAgain else {
            throw Self.refusal(
                "\(option) is", path,
                "\(waiting) of its rows wait for an answer. Name another file, or ask these rows again with "
                    + "--ask-again")
        }
    }

    private func read(
        _ option: String, _ path: String, _ store: LabelStore
    ) throws -> ([AnswerFile.Line], AnswerCheck) {
        do {
            let file = try AnswerFile(
                path, target: model.target.column, reading: .init(), threads: threads)
            let check = try AnswerCheck(
                file, store, model: model, reading: request.reading, who: nil, overrules: true,
                allowsNewClasses: true)
            return (file.lines, check)
        } catch {
            throw Self.refusal(
                "\(option) is", path,
                "it is no batch that was asked of \(request.run). Name another file")
        }
    }

    private static func refusal(_ start: String, _ path: String, _ why: String) -> VouchError {
        VouchError("\(start) \(path), which stands there already, and \(why). Nothing was asked")
    }
}

/// Files that are written for a record: where that is not made, those that are new are removed.
struct NewFiles {
    private var paths: [String] = []

    mutating func write(_ bytes: [UInt8], to path: String) throws {
        let isNew = !Files.exists(path)
        try AtomicFile.write(bytes, to: path)
        if isNew { paths.append(path) }
    }

    static func keptIfDone<Result>(_ body: (inout NewFiles) throws -> Result) throws -> Result {
        var files = NewFiles()
        do {
            return try body(&files)
        } catch {
            for path in files.paths { try? Files.remove(path) }
            throw error
        }
    }
}
