import DataEfficiency
import Figures
import Platform
package import Reporting
package import Runs
import Statistics
import Tables

/// What `vouch data rules` is asked.
package struct RuleCheckRequest: Sendable {
    /// A CSV file.
    package var data: String
    package var rules: LabelRules
    /// Its target is the column whose classes the rules vote for.
    package var columns: TrainConfiguration.ColumnRoles
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(data: String, rules: LabelRules, columns: TrainConfiguration.ColumnRoles) {
        self.data = data
        self.rules = rules
        self.columns = columns
    }
}

/// Rules looked at alone: what each covers, where they contradict, how right they are on the rows with an answer, and
/// how right the label model is. Nothing is trained and nothing written.
///
/// - Throws: an error that says what in which rule does not fit the table.
package func checkRules(_ request: RuleCheckRequest) throws -> TableDocument {
    let written = try RuleFile.written(request.rules)
    let options = try schemaOptions(request.columns)
    let reading = try csvOptions(request.reading, threads: try checkedThreads(request.threads))
        .naming(request.columns, options)
    let table = try CSVReader.read(path: request.data, options: reading)
    let name = request.columns.target
    guard let column = table.column(named: name) else {
        let near = nearestName(to: name, among: table.columns.map(\.name))
        throw VouchError(
            "\(request.data) has no column \"\(name)\" (--target). "
                + (near.map { "Is \"\($0)\" meant? " } ?? "") + "The columns are "
                + table.columns.map(\.name).joined(separator: ", "))
    }
    let answered = (0..<table.rowCount).filter { !column.isMissing($0) }
    let classes: [String]
    let labels: [Int32]
    if answered.isEmpty {
        // Nobody has said what the classes are but the rules.
        classes = Set(written.map(\.vote)).sorted()
        guard classes.count > 1 else {
            throw VouchError(
                "no row of \(request.data) has an answer in \"\(name)\", and all rules vote for \"\(written[0].vote)\": there is "
                    + "nothing to tell apart. Add answers, or a rule for another class")
        }
        labels = Array(repeating: -1, count: table.rowCount)
    } else {
        let target = try TargetEncoder(
            column, source: table.name, rows: answered,
            task: request.columns.task.flatMap { .init(rawValue: $0.rawValue) },
            positive: request.columns.positive, lines: table.lines)
        guard target.task != .regression else {
            throw VouchError(
                "rules vote for classes, and \"\(name)\" of \(request.data) is a number. Choose another target, or --task "
                    + "multiclass")
        }
        classes = target.classes
        labels = try target.labels(column, source: table.name, lines: table.lines)
    }
    guard table.rowCount > 0 else { throw VouchError("\(request.data) has no rows") }
    let rules = try RuleFile.rules(written, for: table, target: name, classes: classes)
    let votes = RuleFile.votes(rules, of: table, classes: classes.count)
    guard votes.patterns.count > 1 else {
        throw VouchError(
            "no rule of \(request.rules.file) votes of any of the \(table.rowCount) rows of \(request.data). Look at "
                + "the conditions, and at the columns with vouch inspect")
    }
    let model = LabelModel(votes, labels: labels)
    return RuleTables(
        request: request, rules: rules, classes: classes, model: model,
        summary: RuleSummary(model, labels: labels),
        together: VoteAccuracy(votes, labels: labels)
    ).document
}
