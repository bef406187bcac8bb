import Models
import Platform
import RunStore
import Runs
import Tables

/// Answers as a file brings them: a batch that was filled in, or what Label Studio exports.
struct AnswerFile {
    struct Line {
        var key: AskedKey
        /// `nil` where nothing was answered.
        var label: String?
        var who: String?
        /// Where it stands, such as `line 3` or `task 17`.
        var place: String
        /// The cells beside the answer, by column; empty where the file does not tell them.
        var cells: [String: String] = [:]
    }

    let path: String
    let sha256: String
    private(set) var lines: [Line] = []

    init(
        _ path: String, target: String, reading: TrainConfiguration.ReadingOptions, threads: Int
    ) throws {
        let bytes = try CSVReader.bytes(path: path)
        self.path = path
        sha256 = ContentHash.sha256(bytes)
        let first = bytes.first { $0 > UInt8(ascii: " ") }
        if path.hasSuffix(".json") || first == UInt8(ascii: "[") {
            try readJSON(bytes)
        } else {
            try readCSV(bytes, target: target, reading, threads)
        }
    }

    private mutating func readCSV(
        _ bytes: [UInt8], target: String, _ reading: TrainConfiguration.ReadingOptions,
        _ threads: Int
    ) throws {
        let table = try PoolFile.texts(bytes, name: path, reading, threads)
        func column(_ name: String, _ what: String) throws -> Column {
            if let column = table.column(named: name) { return column }
            throw VouchError(
                "\(path) has no column \"\(name)\", \(what). Fill in the batch that vouch data next wrote, "
                    + "and leave its columns as they are")
        }
        let rounds = try column(PoolFile.roundName, "which tells the round of each row")
        let rows = try column(PoolFile.rowName, "which tells which row of the pool it is")
        let labels = try column(target, "the answers")
        let who = table.column(named: PoolFile.whoName)
        let others = table.columns.filter { !$0.name.hasPrefix("vouch_") && $0.name != target }
        for row in 0..<table.rowCount {
            let place = "line \(table.lines?[row] ?? row + 2)"
            guard let round = rounds.text(row).flatMap({ Int($0) }),
                let number = rows.text(row).flatMap({ Int($0) })
            else {
                throw VouchError(
                    "\(path), \(place): \"\(rounds.text(row) ?? "")\" and \"\(rows.text(row) ?? "")\" are no "
                        + "round and row. Both are whole numbers that the batch has; take them from there"
                )
            }
            lines.append(
                Line(
                    key: AskedKey(round: round, row: number), label: labels.text(row),
                    who: who?.text(row), place: place,
                    cells: Dictionary(
                        uniqueKeysWithValues: others.map { ($0.name, $0.text(row) ?? "") })))
        }
    }

    /// Label Studio's JSON and its JSON-MIN.
    ///
    /// - Source: labelstud.io/guide/task_format: `data` is the task's, every annotation that was not cancelled has
    ///   results with `value.choices` or `value.number`.
    private mutating func readJSON(_ bytes: [UInt8]) throws {
        guard case .array(let tasks)? = JSONValue(bytes) else {
            throw VouchError(
                "\(path) is no list of tasks. Export the project as JSON or JSON-MIN, or give the batch's "
                    + "CSV, filled in")
        }
        for (number, task) in tasks.enumerated() {
            let place = "task \(Self.text(task["id"]) ?? "\(number + 1)")"
            let data = task["data"] ?? task
            guard let round = data[PoolFile.roundName]?.number.flatMap({ Int(exactly: $0) }),
                let row = data[PoolFile.rowName]?.number.flatMap({ Int(exactly: $0) })
            else {
                throw VouchError(
                    "\(path), \(place), has no \(PoolFile.roundName) and \(PoolFile.rowName). Are these tasks "
                        + "those of --label-studio?")
            }
            let key = AskedKey(round: round, row: row)
            let found = Self.answers(task)
            if found.isEmpty {
                lines.append(Line(key: key, label: nil, who: nil, place: place))
            }
            for (label, who) in found {
                lines.append(Line(key: key, label: label, who: who, place: place))
            }
        }
    }

    private static func answers(_ task: JSONValue) -> [(label: String, who: String?)] {
        guard let annotations = task["annotations"] else {
            guard let label = text(task["label"]) else { return [] }
            return [(label, text(task["annotator"]))]
        }
        var found: [(label: String, who: String?)] = []
        for annotation in annotations.elements where annotation["was_cancelled"] != .bool(true) {
            let person = annotation["completed_by"]
            let who = text(person?["email"]) ?? text(person)
            for result in annotation["result"]?.elements ?? [] {
                let value = result["value"]
                // Several choices are as many answers, which contradict each other.
                let choices = value?["choices"]?.elements ?? []
                let told = choices.isEmpty ? [text(value?["number"])] : choices.map(text)
                found += told.compactMap { $0.map { ($0, who) } }
            }
        }
        return found
    }

    private static func text(_ value: JSONValue?) -> String? {
        value?.text ?? value?.number.map(numberText)
    }
}
