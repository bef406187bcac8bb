import Models
import Runs
import Tables

/// What of a file's answers may be added to the store.
struct AnswerCheck {
    private(set) var answers: [GivenAnswers.Answer] = []
    /// Rows of the file without an answer.
    private(set) var empty = 0
    /// Answers that the store has already, the same.
    private(set) var known = 0
    /// Rows whose cells are not those that were asked.
    private(set) var changed = 0

    /// - Parameters:
    ///   - who: Gave the answers of which the file does not say it.
    ///   - overrules: Whether an answer may take the place of another.
    ///   - allowsNewClasses: Whether a class that the run does not know is none the less an answer.
    /// - Throws: where a row was never asked, an answer is no class or number, or two contradict each other; then
    ///   nothing is to be added.
    init(
        _ file: AnswerFile, _ store: LabelStore, model: ModelBundle,
        reading: TrainConfiguration.ReadingOptions, who: String?, overrules: Bool,
        allowsNewClasses: Bool
    ) throws {
        var asked: [AskedKey: (columns: [String], row: AskedRound.Row)] = [:]
        for round in store.rounds {
            for row in round.rows {
                asked[AskedKey(round: round.round, row: row.row)] = (round.columns, row)
            }
        }
        let never = file.lines.filter { asked[$0.key] == nil }
        guard never.isEmpty else {
            throw VouchError(
                "\(file.path): \(never.count) rows were never asked: \(Self.places(never)). Answers belong to "
                    + "the run whose batch it was; \(store.folder) holds what was asked. Nothing was added"
            )
        }
        let read = try Self.labels(file, model, reading, allowsNewClasses: allowsNewClasses)
        let before = store.labels
        var new: [AskedKey: GivenAnswers.Answer] = [:]
        var contradictions: [AnswerFile.Line] = []
        for (line, label) in zip(file.lines, read) {
            guard let label else {
                empty += 1
                continue
            }
            if let row = asked[line.key], Self.differs(line, row.columns, row.row) { changed += 1 }
            let answer = GivenAnswers.Answer(
                key: line.key, label: label.text, number: label.number, who: line.who ?? who,
                overrules: before[line.key] != nil)
            if let other = new[line.key] {
                if !answer.agrees(with: other) { contradictions.append(line) }
                continue
            }
            if let other = before[line.key] {
                if answer.agrees(with: other) {
                    known += 1
                    continue
                }
                if !overrules { contradictions.append(line) }
            }
            new[line.key] = answer
            answers.append(answer)
        }
        guard contradictions.isEmpty else {
            throw VouchError(
                "\(file.path): \(contradictions.count) answers contradict others of the same rows: "
                    + "\(Self.places(contradictions)). Settle them in the file; --overrule lets it "
                    + "overrule answers that are there already. Nothing was added")
        }
    }

    private static func places(_ lines: [AnswerFile.Line]) -> String {
        lines.prefix(5).map { "\($0.place) (round \($0.key.round), row \($0.key.row))" }
            .joined(separator: ", ") + (lines.count > 5 ? " and \(lines.count - 5) more" : "")
    }

    /// Every answer as the run's own file would be read; `nil` where there is none.
    private static func labels(
        _ file: AnswerFile, _ model: ModelBundle, _ reading: TrainConfiguration.ReadingOptions,
        allowsNewClasses: Bool
    ) throws -> [(text: String, number: Double?)?] {
        let target = model.target
        var bytes: [UInt8] = []
        CSVWriter.append([target.column], to: &bytes)
        for line in file.lines { CSVWriter.append([line.label ?? ""], to: &bytes) }
        var options = try model.newRowOptions(reading, threads: 1)
        options.delimiter = UInt8(ascii: ",")
        options.encoding = .utf8
        let table = try CSVReader.read(bytes: bytes, name: file.path, options: options)
        guard let column = table.column(named: target.column) else {
            return file.lines.map { _ in nil }
        }
        do {
            if target.task == .regression {
                let numbers = try target.values(column, source: file.path)
                return zip(file.lines, numbers).map { line, number in
                    number.isNaN ? nil : (line.label ?? "", number)
                }
            }
            if allowsNewClasses { return newOrKnown(column, target) }
            return try target.labels(column, source: file.path).map {
                $0 < 0 ? nil : (target.classes[Int($0)], nil)
            }
        } catch {
            var error = error
            if let row = error.row {
                error.source += ", \(file.lines[row - 1].place)"
                error.row = nil
            }
            if target.task != .regression {
                error.advice += ". If it is a new one, give --new-classes"
            }
            throw error
        }
    }

    /// A class by the name that the run has for it; else as it was written.
    private static func newOrKnown(
        _ column: Column, _ target: TargetEncoder
    ) -> [(text: String, number: Double?)?] {
        var names: [String: String] = [:]
        return (0..<column.count).map { row in
            guard let text = column.text(row) else { return nil }
            if let name = names[text] { return (name, nil) }
            let label = try? target.labels(column.selecting(rows: [row]), source: "")
            let name = label.map { target.classes[Int($0[0])] } ?? text
            names[text] = name
            return (name, nil)
        }
    }

    /// Whether a cell is another than was asked; the same number in another spelling is the same.
    private static func differs(
        _ line: AnswerFile.Line, _ columns: [String], _ row: AskedRound.Row
    ) -> Bool {
        zip(columns, row.cells).contains { name, cell in
            guard let now = line.cells[name], now != cell ?? "" else { return false }
            guard let number = Double(now), let before = Double(cell ?? "") else { return true }
            return number != before
        }
    }
}

extension GivenAnswers.Answer {
    fileprivate func agrees(with other: GivenAnswers.Answer) -> Bool {
        number.map { $0 == other.number } ?? (label == other.label)
    }
}
