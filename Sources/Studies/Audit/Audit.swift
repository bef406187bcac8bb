import Documents
package import Evidence
package import Fairness
import Platform
import Prediction
package import Reporting
import RunStore
package import Runs
import Statistics
import Tables

/// Anybody's predictions with their answers: which file, and what its columns are.
package struct AuditConfiguration: Sendable {
    package var file: String
    package var target = ""
    package var predicted: AuditedColumns
    package var protected: [String] = []
    /// Edges that cut protected columns of numbers into groups, by column; quartiles where not given.
    package var groupBins: [String: [Double]]?
    /// Names of groups by their text, by column.
    package var groupLabels: [String: [String: String]]?
    package var weight: String?
    package var group: String?
    package var positive: String?
    package var threshold = 0.5
    package var gaps = GapOptions()
    /// Whether combinations of protected columns are groups too.
    package var intersects = false
    /// The drawbacks to measure; all where empty.
    package var only: Set<Drawback> = []
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(file: String, predicted: AuditedColumns) {
        self.file = file
        self.predicted = predicted
    }
}

/// Runs every probe that needs only predictions, on anybody's.
///
/// - Parameter arguments: The command line, for the report.
/// - Throws: an error that names the file, the column, the line and the next step.
package func auditPredictions(
    _ configuration: AuditConfiguration, arguments: [String]
) throws -> RunReport {
    let bytes = try CSVReader.bytes(path: configuration.file)
    let test = try labelledPredictions(configuration, bytes)
    try HeldOutRows.noteLook(atFile: configuration.file, rows: test.rows, for: "vouch audit")
    try checkGroups(test, configuration)
    let subject = Subject(test: test)
    let gaps = configuration.gaps.extended(to: test.protected.map(\.name))
    let probes = allProbes.map { $0 is GroupRates ? GroupRates(gaps) : $0 }
    var schedule = ProbeSchedule(budgetSeconds: nil, now: { Clock.monotonicSeconds() })
    schedule.only = configuration.only
    let outcomes = schedule.run(probes, on: subject)
    let evidence = EvidenceView(outcomes)
    let name = Files.name(of: configuration.file)
    return RunReport(
        title: "Audit of \(name)",
        summary: "Predictions of \"\(configuration.target)\" by a model that is not known here, "
            + "measured on \(test.rows) rows of \(name).",
        facts: [
            .init("Answers", configuration.target),
            .init("Predictions", configuration.predicted.text),
        ],
        drawbacks: evidence.rows, leftOut: evidence.leftOut,
        headlines: headlines(test.task), measurements: evidence.measurements,
        definitions: evidence.definitions, sections: evidence.sections,
        groupTables: evidence.groups,
        command: arguments.map(shellQuoted).joined(separator: " "),
        environment: [
            .init("vouch", vouchVersion),
            .init("Made", Clock.text(unixSeconds: Clock.unixSeconds())),
            .init("SHA-256 of \(name)", ContentHash.sha256(bytes)),
        ],
        notIncluded: [
            "Whether the rows were seen in training: only predictions were given.",
            "Why a single prediction came out as it did.",
            "A model card and a data sheet: neither the model nor its training data are known here.",
        ],
        about: .init(
            target: configuration.target, task: .init(test.task),
            classes: test.predictions.classes, testFile: name,
            protectedColumns: test.protected.map(\.name), isTrainedHere: false)
    ).inPlainWords()
}

extension LabelledPredictions {
    var task: TargetEncoder.Task {
        switch answers {
        case .numbers: .regression
        case .classes: predictions.classes.count == 2 ? .binary : .multiclass
        }
    }
}

/// What a file of anybody's predictions says, with its answers.
func labelledPredictions(
    _ configuration: AuditConfiguration, _ bytes: [UInt8]
) throws -> LabelledPredictions {
    guard (0...1).contains(configuration.threshold) else {
        throw VouchError(
            setting: "\(named: "threshold") is \(configuration.threshold); it must be from 0 to 1")
    }
    var options = try csvOptions(
        configuration.reading, threads: try checkedThreads(configuration.threads))
    let isRegression = configuration.predicted.isOfNumbers
    options.kinds[configuration.target] = isRegression ? .number : .category
    options.spelled = Set(configuration.protected + [configuration.weight].compactMap { $0 })
    if let group = configuration.group { options.kinds[group] = .category }
    for name in configuration.predicted.columns where options.kinds[name] == nil {
        options.kinds[name] = .number
    }
    let table = try CSVReader.read(bytes: bytes, name: configuration.file, options: options)
    let needed =
        [configuration.target] + configuration.protected
        + (isRegression ? configuration.predicted.columns : [])
        + [configuration.weight, configuration.group].compactMap { $0 }
    for name in needed { try table.requireColumn(name) }
    try table.checkReading(
        of: needed + configuration.predicted.columns, target: configuration.target)
    try checkGroups(
        bins: configuration.groupBins, labels: configuration.groupLabels,
        protected: configuration.protected, in: table)
    let (predictions, answers) = try predictionsAndAnswers(configuration, table)
    let weights = try table.weights(in: configuration.weight)
    let labelled = LabelledPredictions(
        split: .named(Files.name(of: configuration.file)), predictions: predictions,
        answers: answers,
        weights: weights.map { $0.map(Double.init) },
        clusters: table.codes(in: configuration.group),
        protected: configuration.protected.compactMap { name in
            // Numbers are put into ranges as `vouch train` does.
            table.column(named: name).map { column in
                let edges =
                    configuration.groupBins?[name]
                    ?? column.groupEdges(rows: Array(0..<table.rowCount))
                let naming = GroupNaming(
                    edges: edges.map { [name: $0] } ?? [:], labels: configuration.groupLabels ?? [:]
                )
                return .init(name: name, groups: column.groupNames(naming))
            }
        },
        threshold: configuration.threshold)
    return configuration.intersects ? labelled.addingIntersections() : labelled
}

/// - Throws: where a protected column has no groups to compare, or too many to read.
private func checkGroups(
    _ test: LabelledPredictions, _ configuration: AuditConfiguration
) throws(VouchError) {
    let most = 200
    for column in test.protected {
        let groups = Set(column.groups)
        if groups.count == 1, let only = groups.first {
            throw VouchError(
                "the protected column \"\(column.name)\" of \(configuration.file) has one value only, "
                    + "\"\(only)\": there is nothing to compare. Leave it out, or audit a file with "
                    + "rows of other groups")
        }
        if groups.count > most {
            throw VouchError(
                "the protected column \"\(column.name)\" of \(configuration.file) has \(groups.count) "
                    + "values in \(test.rows) rows; up to \(most) groups can be compared. Put its values "
                    + "into ranges or wider groups first")
        }
    }
    if let resamples = configuration.gaps.resamples {
        guard (100...1_000_000).contains(resamples) else {
            throw VouchError("--resamples is \(resamples); give from 100 to 1000000")
        }
        guard configuration.weight == nil, configuration.group == nil else {
            throw VouchError(
                "--resamples draws rows that count alike and stand alone; leave it out with --weight "
                    + "and --group")
        }
    }
    if configuration.gaps.convention.needsPrivilegedGroup {
        for column in configuration.protected where configuration.gaps.privileged[column] == nil {
            throw VouchError(
                "--definition \(configuration.gaps.convention.rawValue) compares one group with all others: "
                    + "say which, such as --privileged \(column)=GROUP")
        }
    }
    for column in configuration.gaps.privileged.keys.sorted()
    where !configuration.protected.contains(column) {
        throw VouchError(
            "--privileged names \"\(column)\", which is no protected column; add --protected \(column)"
        )
    }
}

private func predictionsAndAnswers(
    _ configuration: AuditConfiguration, _ table: Table
) throws -> (Predictions, LabelledPredictions.Answers) {
    func numbers(_ name: String, in range: ClosedRange<Double>, _ what: String) throws -> [Double] {
        try table.requireColumn(name)
        let values = try table.numbers(in: name)
        for (row, value) in values.enumerated() where !range.contains(value) {
            throw TableError(
                action: "reading", source: table.name, line: table.lines?[row], row: row + 1,
                column: name,
                problem: value.isNaN ? "\(what) is missing" : "\"\(value)\" is not \(what)",
                advice: value.isNaN ? "Fill the cell, or remove the row" : "Correct the cell")
        }
        return values
    }
    switch configuration.predicted {
    case .number(let name):
        let all = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        let predicted = try numbers(name, in: all, "a number")
        let targets = try numbers(configuration.target, in: all, "a number")
        return (
            Predictions(rows: table.rowCount, classes: [], values: predicted), .numbers(targets)
        )
    case .probability(let name):
        let positive = try numbers(name, in: 0...1, "a probability")
        let found = table.distinctTexts(in: configuration.target)
        let classes = try positiveLast(found, configuration, table.name)
        var values: [Double] = []
        values.reserveCapacity(2 * positive.count)
        for score in positive {
            values.append(1 - score)
            values.append(score)
        }
        return (
            Predictions(rows: table.rowCount, classes: classes, values: values),
            .classes(try table.classCodes(in: configuration.target, classes: classes))
        )
    case .probabilities(let pairs):
        let scores = try pairs.map { try numbers($0.column, in: 0...1, "a probability") }
        var values: [Double] = []
        for row in 0..<table.rowCount { for score in scores { values.append(score[row]) } }
        let classes = pairs.map(\.label)
        return (
            Predictions(rows: table.rowCount, classes: classes, values: values),
            .classes(try table.classCodes(in: configuration.target, classes: classes))
        )
    }
}

private func positiveLast(
    _ found: [String], _ configuration: AuditConfiguration, _ file: String
) throws(VouchError) -> [String] {
    guard found.count == 2 else {
        throw VouchError(
            "\(file): with one --score the target has two classes, but \"\(configuration.target)\" "
                + "has \(found.count). Give --score CLASS=COLUMN for each")
    }
    guard let positive = configuration.positive else { return found }
    guard found.contains(positive) else {
        throw VouchError(
            setting: """
                \(named: "positive") is \"\(positive)\", but the classes are \
                \(found.joined(separator: ", "))
                """)
    }
    return found.filter { $0 != positive } + [positive]
}

extension Table {
    /// - Throws: where a column that is needed can be read two ways, or its texts mean missing.
    fileprivate func checkReading(of names: [String], target: String) throws(TableError) {
        for note in notes where names.contains(note.column) {
            let role = note.column == target ? ColumnRole.target : .feature
            if let problem = note.problem(role) {
                throw TableError(
                    action: "reading", source: name, column: note.column, problem: problem.text,
                    advice: problem.advice)
            }
            if let text = note.warning(role) {
                RowNotices.report("\(name): column \"\(note.column)\" \(text)")
            }
        }
    }

    fileprivate func requireColumn(_ name: String) throws(VouchError) {
        guard column(named: name) == nil else { return }
        throw VouchError(
            "\(self.name) has no column \"\(name)\". It has: "
                + columns.map(\.name).joined(separator: ", "))
    }

    /// The different texts of a column, sorted.
    fileprivate func distinctTexts(in name: String) -> [String] {
        guard let cells = column(named: name)?.coded else { return [] }
        return Set(cells.codes.filter { $0 >= 0 }).map { cells.values[Int($0)] }.sorted()
    }
}
