import Tables
import Training

/// The rows of a table that have an answer, and the answers.
struct KnownAnswers {
    /// Of a regression the center and the scale are those of all these rows, until it is fitted.
    let target: TargetEncoder
    let rows: [Int]
    /// The class of every row of the table; empty of numbers.
    let labels: [Int32]
    /// The number of every row of the table; empty of classes.
    let numbers: [Double]
    private let column: Column
    private let source: String

    /// - Parameters:
    ///   - column: The target.
    ///   - known: A target whose classes these rows' are among; `nil` for those that occur.
    /// - Throws: where the answers are no target, or the configuration does not fit their classes.
    init(
        _ column: Column, of table: Table, _ configuration: TrainConfiguration,
        classesOf known: TargetEncoder?
    ) throws {
        self.column = column
        source = table.name
        rows = (0..<table.rowCount).filter { !column.isMissing($0) }
        let columns = configuration.columns
        target =
            try known
            ?? TargetEncoder(
                column, source: source, rows: rows,
                task: columns.task.flatMap { .init(rawValue: $0.rawValue) },
                positive: columns.positive, lines: table.lines)
        try Settings.check(
            configuration, target: target.column, isRegression: target.task == .regression)
        if target.task == .regression {
            numbers = try target.values(column, source: source)
            labels = []
        } else {
            numbers = []
            labels = try target.labels(column, source: source, lines: table.lines)
        }
    }

    var isRegression: Bool { target.task == .regression }

    /// The labels; `nil` of numbers.
    var classes: [Int32]? { isRegression ? nil : labels }

    /// The rows without an answer that rules label; `nil` without rules, or of numbers.
    ///
    /// - Parameter known: The configuration's rules, where they were read before; then nobody is told that they label none.
    /// - Throws: where a rule does not fit the table, the target is a number, or there is nothing that the rules label.
    func ruled(
        _ configuration: TrainConfiguration, of table: Table, rules known: [TableRule]?
    ) throws -> RuledRows? {
        guard let written = configuration.rules else { return nil }
        guard !isRegression else {
            throw VouchError(
                setting: """
                    \(named: "rules") vote for classes, and \"\(target.column)\" is a number; choose \(named: "task") \
                    multiclass or another target
                    """)
        }
        let rules =
            try known
            ?? RuleFile.rules(
                RuleFile.written(written), for: table, target: target.column,
                classes: target.classes)
        let ruled = RuledRows(rules, table, target: column, classes: target.classes.count)
        guard known == nil, ruled.rows.isEmpty else { return ruled }
        let open = table.rowCount - rows.count
        throw VouchError(
            setting: open == 0
                ? """
                \(named: "rules") label rows without an answer, and every row of \(table.name) has one in \
                \"\(target.column)\"; add rows with an empty cell there, or leave \(named: "rules") out
                """
                : """
                no rule of \(named: "rules") votes of any of the \(open) rows without an answer; look at \
                vouch data rules, or leave \(named: "rules") out
                """)
    }

    /// What splits keep the shares of, one a row of the table: the class, or the decile of a number.
    var strata: [Int] {
        isRegression ? SplitDrawer.deciles(numbers, rows: rows) : labels.map(Int.init)
    }

    /// The target with center and scale from training rows only.
    func fitted(on training: [Int]) throws -> TargetEncoder {
        guard isRegression else { return target }
        return try TargetEncoder(
            column, source: source, rows: training, task: .regression, positive: nil)
    }
}

extension TargetEncoder {
    /// The target of some rows as columns of numbers: the standardised number of a regression, the
    /// positive class of two, each of the first 32 classes of more.
    package func outcomes(labels: [Int32], numbers: [Double], rows: [Int]) -> [[Float]] {
        if task == .regression { return [rows.map { Float((numbers[$0] - center) / scale) }] }
        let shown = task == .binary ? [1] : Array(0..<Int32(min(classes.count, 32)))
        return shown.map { shown in rows.map { labels[$0] == shown ? 1 : 0 } }
    }
}
