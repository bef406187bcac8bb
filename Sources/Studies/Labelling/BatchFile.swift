import Documents
import Platform
import RunStore
import Tables

/// A batch as files: a CSV to fill in, and tasks for Label Studio.
struct BatchFile {
    private let asked: AskedRound
    private let target: TargetEncoder

    init(_ asked: AskedRound, target: TargetEncoder) {
        self.asked = asked
        self.target = target
    }

    /// Where each row is from and why it was chosen, its cells, and an empty one for the answer.
    var csv: [UInt8] {
        var bytes: [UInt8] = []
        CSVWriter.append(
            [PoolFile.roundName, PoolFile.rowName, PoolFile.drawnName, PoolFile.whyName]
                + asked.columns + [target.column], to: &bytes)
        for row in asked.rows {
            CSVWriter.append(
                ["\(asked.round)", "\(row.row)", Self.drawn(row), row.why]
                    + row.cells.map { $0 ?? "" } + [""], to: &bytes)
        }
        return bytes
    }

    static func drawn(_ row: AskedRound.Row) -> String {
        row.isRandom ? PoolFile.random : PoolFile.chosen
    }

    /// A task a row: its cells in a table. What the model thinks is not among it, as it would lead who labels; nor
    /// is why a row was chosen.
    ///
    /// - Source: labelstud.io/guide/tasks, "Basic Label Studio JSON format".
    var labelStudioTasks: [UInt8] {
        let tasks = asked.rows.map { row in
            let cells = zip(asked.columns, row.cells).map { name, cell in
                "\(JSONText.quoted(name)): \(JSONText.quoted(cell ?? ""))"
            }
            return
                "  {\"data\": {\"\(PoolFile.roundName)\": \(asked.round), \"\(PoolFile.rowName)\": "
                + "\(row.row), \"cells\": {" + cells.joined(separator: ", ") + "}}}"
        }
        return Array(("[\n" + tasks.joined(separator: ",\n") + "\n]\n").utf8)
    }

    /// The labelling interface of a project that tasks are imported into.
    static func labelStudioConfiguration(_ target: TargetEncoder) -> [UInt8] {
        let choices = target.classes.map { "    <Choice value=\"\(xmlEscaped($0))\"/>\n" }
            .joined()
        let control =
            target.task == .regression
            ? "  <Number name=\"label\" toName=\"cells\"/>\n"
            : "  <Choices name=\"label\" toName=\"cells\" choice=\"single\">\n\(choices)  </Choices>\n"
        return Array(
            "<View>\n  <Table name=\"cells\" value=\"$cells\"/>\n\(control)</View>\n".utf8)
    }

    /// Beside the tasks: `tasks.json` has `tasks.xml`.
    static func configurationPath(_ tasks: String) -> String {
        (tasks.hasSuffix(".json") ? String(tasks.dropLast(5)) : tasks) + ".xml"
    }
}
