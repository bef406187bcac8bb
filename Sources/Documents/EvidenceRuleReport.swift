import Evidence
import Fairness
import Figures
import Platform
import Prediction
import Reporting
import RunStore
import Runs

/// The numbers of a run's report that a rule asks for, in its order; nothing is computed anew.
func evidenceDocument(_ rule: EvidenceRule, run: String) throws -> TableDocument {
    let report = try storedReport(run: run)
    var door = HeldOutRows(of: run, for: "report --law \(rule.id)")
    let rows = try door.open(.test)
    let made = try Ledger.read(run).lastRun?.details ?? [:]
    let data = made[Ledger.DetailKey.testSHA256] ?? made[Ledger.DetailKey.dataSHA256]
    let model = made[Ledger.DetailKey.weightsSHA256]
    return TableDocument(
        title: rule.title,
        facts: [
            .init("Rule", rule.source), .init("Text of the rule as of", rule.asOf),
            .init("Where the rule stands", rule.link),
            .init("Calculated", Clock.text(unixSeconds: Clock.unixSeconds())),
            .init("Model", report.title + (model.map { "; SHA-256 of its weights \($0)" } ?? "")),
            .init(
                "Data",
                "\(rows.rows) test rows of the run \(Files.name(of: run))"
                    + (data.map { "; SHA-256 of their file \($0)" } ?? "")),
            .init("Made by", "vouch \(vouchVersion)"),
        ],
        tables: rule.sections.flatMap { EvidenceTables(report: report, rule: rule).tables($0) },
        statements: rule.statements, blanks: rule.blanks)
}

/// Tables of what a report measured.
struct EvidenceTables {
    let report: RunReport
    let rule: EvidenceRule

    func tables(_ section: EvidenceRule.Section) -> [TableDocument.Table] {
        switch section.content {
        case .overall: [overall(section)]
        case .groups: report.groupTables.map { groups($0, section) }
        case .gaps: [gaps(section)]
        case .limits: [limits(section)]
        }
    }

    private func name(_ metric: MetricID) -> String {
        report.definitions.first { $0.id == metric }?.name ?? metric.rawValue
    }

    private func cell(_ measurement: Measurement?) -> TableDocument.Cell {
        guard let measurement, let value = measurement.value else {
            return .text(measurement?.note.map { "undefined: \($0)" } ?? "–")
        }
        return .number(
            value, lower: measurement.interval?.lower, upper: measurement.interval?.upper)
    }

    private func titled(_ section: EvidenceRule.Section, _ part: String? = nil) -> String {
        ([section.title] + (part.map { [$0] } ?? [])).joined(separator: ": ")
            + " (\(section.point))"
    }

    private func overall(_ section: EvidenceRule.Section) -> TableDocument.Table {
        let found = report.headlines.flatMap { id in
            report.measurements.filter {
                $0.metric == id && $0.group == nil && $0.value != nil
                    && $0.drawback == .overfitting
            }
        }
        return TableDocument.Table(
            title: titled(section), columns: ["Metric", "Value", "Rows", "Sample"],
            rows: found.map {
                [
                    .text(name($0.metric)), cell($0), .count($0.sample.rows),
                    .text($0.sample.split),
                ]
            },
            notes: found.isEmpty
                ? ["The report holds no quality of its model on test rows."]
                : ["In brackets 95 % intervals over rows."])
    }

    private func groups(
        _ table: GroupTable, _ section: EvidenceRule.Section
    ) -> TableDocument.Table {
        let metrics = table.rows.first?.measurements.map(\.metric) ?? []
        return TableDocument.Table(
            title: titled(section, table.column),
            columns: ["Group", "Rows"] + metrics.map(name),
            rows: table.rows.map { row in
                [.text(row.group), row.rows.map { .count($0) } ?? .text("withheld")]
                    + metrics.map { metric in
                        cell(row.measurements.first { $0.metric == metric })
                    }
            }, notes: [])
    }

    private func gaps(_ section: EvidenceRule.Section) -> TableDocument.Table {
        TableDocument.Table(
            title: titled(section),
            columns: ["Column", "Gap", "Value", "What the rows tell", "Note"],
            rows: report.groupTables.flatMap { table in
                table.gaps.map { gap in
                    [
                        .text(table.column), .text(name(gap.metric)), cell(gap),
                        .text(gap.verdict ?? "–"), .text(gap.note ?? ""),
                    ]
                }
            },
            notes: report.groupTables.isEmpty
                ? [
                    "The run has no protected columns, so that nothing is told of groups of persons: train "
                        + "with --protected COLUMN."
                ]
                : ["False discoveries are controlled at 5 % over all gaps."])
    }

    private func limits(_ section: EvidenceRule.Section) -> TableDocument.Table {
        var rows: [[TableDocument.Cell]] = []
        for table in report.groupTables {
            for row in table.rows where row.rows.map({ $0 < rule.smallGroup }) ?? true {
                let count = row.rows.map { "\(NumberText.count($0)) test rows" } ?? "withheld"
                rows.append([
                    .text("Small group"), .text("\(table.column) = \(row.group): \(count)"),
                ])
            }
            for gap in table.gaps where gap.verdict == "cannot tell" {
                rows.append([
                    .text("Cannot tell"),
                    .text("\(name(gap.metric)) over \(table.column): these rows are too few"),
                ])
            }
        }
        rows += report.worries.map { [.text("To worry about"), .text($0)] }
        rows += report.warnings.map { [.text("Warning"), .text($0)] }
        return TableDocument.Table(
            title: titled(section), columns: ["Kind", "What"], rows: rows,
            notes: ["Small groups have fewer than \(rule.smallGroup) test rows."])
    }
}
