import Documents
import Evidence
import Figures
import Generalization
import Kernels
import Models
import Platform
import Prediction
package import Reporting
import RunStore
package import Runs
import Statistics
import Tables

/// What `vouch drift` is asked.
package struct DriftRequest: Sendable {
    package var run: String
    /// A CSV file of new rows.
    package var rows: String
    /// Rows to compare with; the run's own training rows if `nil`.
    package var reference: String?
    package var falseDiscovery = 0.05
    package var leastEffect = 0.1
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?
    package var arguments: [String] = []

    package init(run: String, rows: String) {
        self.run = run
        self.rows = rows
    }
}

/// New rows compared with those that a run learned from.
package struct DriftCheck {
    package let report: RunReport
    /// How many columns, missing shares and predictions drift.
    package let drifts: Int
    private let rows: [[String]]

    fileprivate init(report: RunReport, drifts: Int, rows: [[String]]) {
        self.report = report
        self.drifts = drifts
        self.rows = rows
    }

    package func json() throws -> [UInt8] { try report.json() }

    /// The comparison as an aligned table, the largest effects first.
    package var text: String {
        visible(report.title) + "\n" + visible(report.summary) + "\n\n"
            + alignedTable(rows, rightAligned: [1, 3])
    }
}

/// Compares a file of new rows with the rows that a run learned from, and with its test rows.
///
/// The looks are recorded in the run's ledger.
///
/// - Throws: an error that lists the columns that the file lacks, says that it has no row, or that the
///   run's data are gone or were changed.
package func checkDrift(_ request: DriftRequest) throws -> DriftCheck {
    guard request.falseDiscovery > 0, request.falseDiscovery < 1 else {
        throw VouchError(
            "--false-discovery is \(request.falseDiscovery); it must lie between 0 and 1")
    }
    guard (0..<1).contains(request.leastEffect) else {
        throw VouchError("--least-effect is \(request.leastEffect); it must be from 0 to below 1")
    }
    let model = try RunModel(run: request.run)
    let threads = try checkedThreads(request.threads)
    let pool = WorkerPool(threads: threads)
    let bytes = try rowBytes(request.rows)
    let new = try model.rows(
        bytes, name: request.rows, reading: request.reading, threads: threads)
    guard new.rowCount > 0 else {
        throw VouchError("\(request.rows) has no rows. Give a file with at least one")
    }
    // The encoder names every column that is missing or of another kind.
    let predictions = try model.predict(new, pool: pool)
    var door = HeldOutRows(of: request.run, for: "vouch drift")
    let reference: Table
    let known: Predictions?
    if let file = request.reference {
        reference = try model.rows(
            rowBytes(file), name: file, reading: request.reading, threads: threads)
        guard reference.rowCount > 0 else {
            throw VouchError("\(file) has no rows. Give a file with at least one")
        }
        known = try model.predict(reference, pool: pool)
    } else {
        reference = try door.open(learnedRows(of: request.run, threads: threads))
        known =
            try RunFolder.open(request.run).contains(PredictionFile.name(.test))
            ? door.open(.test).predictions : nil
    }
    let limits = DriftLimits(
        falseDiscovery: request.falseDiscovery, leastEffect: request.leastEffect)
    let findings = DriftComparison(limits: limits).findings(
        features: ComparedColumns(model).names, reference: reference, new: new,
        referencePredictions: known, newPredictions: predictions
    ).sorted { ($1.effect.value ?? 0, $0.place) < ($0.effect.value ?? 0, $1.place) }
    let loss = try lossChange(request, &door, model, new, predictions, bytes)
    return DriftCheck(
        request, findings, limits, loss: loss, reference: reference, new: new,
        columns: ComparedColumns(model))
}

/// The columns whose drift is asked: those that the model looks at, those that are protected, and the
/// target where the file has it.
private struct ComparedColumns {
    let names: [String]
    private let protected: Set<String>
    private let target: String

    init(_ model: RunModel) {
        let features = model.schema.features.map(\.name)
        protected = Set(model.schema.protected)
        target = model.target.column
        names = features + (model.schema.protected + [target]).filter { !features.contains($0) }
    }

    /// Where a finding is, with the role of what is no feature.
    func place(_ finding: DriftFinding) -> String {
        switch finding.subject {
        case .values(let column), .missing(let column):
            finding.place
                + (protected.contains(column)
                    ? " (protected)" : column == target ? " (the target)" : "")
        case .predictions: finding.place
        }
    }

    /// Protected columns that a file lacks.
    func lacking(in table: Table) -> [String] {
        names.filter { protected.contains($0) && table.column(named: $0) == nil }
    }
}

/// How much the loss changed, where the new rows have the target.
private func lossChange(
    _ request: DriftRequest, _ door: inout HeldOutRows, _ model: RunModel, _ new: Table,
    _ predictions: Predictions,
    _ bytes: [UInt8]
) throws -> Measurement? {
    guard let target = new.column(named: model.target.column),
        (0..<new.rowCount).contains(where: { !target.isMissing($0) })
    else { return nil }
    let name = Files.name(of: request.rows)
    let fresh = try door.open(file: request.rows, bytes, new, predictions, model: model)
    let test = try door.open(.test)
    let before = try test.design.mean(test.rowLosses, scale: .log)
    let after = try fresh.design.mean(fresh.rowLosses, scale: .log)
    var change = Measurement(
        DriftMetrics.lossChange, after.minus(before), on: fresh, split: "\(name) and \(test.split)")
    change.unit = test.lossUnit
    if let interval = change.interval {
        change.note =
            Verdict(lower: interval.lower, upper: interval.upper, direction: -1).text
    }
    return change
}

extension DriftCheck {
    fileprivate init(
        _ request: DriftRequest, _ findings: [DriftFinding], _ limits: DriftLimits,
        loss: Measurement?, reference: Table, new: Table, columns: ComparedColumns
    ) {
        let drifting = findings.filter { $0.verdict == .drift }
        let name = Files.name(of: request.rows)
        let split =
            "\(name) and \(request.reference.map(Files.name(of:)) ?? RowSplit.training.rawValue)"
        let count = Measurement(
            metric: DriftMetrics.count.id, drawback: .overfitting, value: Double(drifting.count),
            sample: .init(split: split, rows: reference.rowCount + new.rowCount),
            note: "of \(findings.count) compared; counted, no interval")
        let effects = findings.map { finding in
            Measurement(
                metric: DriftMetrics.effect.id, drawback: .overfitting,
                value: finding.effect.value, interval: .init(finding.effect),
                sample: .init(split: split, rows: finding.effect.count), group: columns.place(finding),
                note: "\(finding.text(limits)); adjusted p \(pText(finding.adjustedPValue))")
        }
        let bar = NumberText.plain(limits.leastEffect)
        var summary =
            drifting.isEmpty
            ? "No drift of \(bar) or more was found in \(findings.count) comparisons."
            : "\(drifting.count) of \(findings.count) comparisons show a drift of \(bar) or more, "
                + "which chance does not explain."
        let open = findings.count { $0.verdict == .cannotTell }
        if open > 0 {
            summary += " Of \(open) these rows cannot tell whether they drift by that much."
        }
        let lacking = columns.lacking(in: new)
        if !lacking.isEmpty {
            summary +=
                " \(name) lacks \(lacking.joined(separator: ", ")), protected, which was not compared."
        }
        if let loss {
            summary += " The loss on rows with answers: \(loss.shownText) against the test rows."
        }
        let report = RunReport(
            title: "\(name) against the rows that \(Files.name(of: request.run)) "
                + (request.reference == nil ? "learned from" : "is compared with"),
            summary: summary,
            worries: drifting.prefix(3).map { finding in
                "\(columns.place(finding)) drifts by \(NumberText.plain(finding.effect.value ?? 0))."
            },
            measurements: [count] + [loss].compactMap(\.self) + effects,
            definitions: [DriftMetrics.count, DriftMetrics.effect]
                + (loss == nil ? [] : [DriftMetrics.lossChange]),
            command: request.arguments.map(shellQuoted).joined(separator: " "))
        let lines = findings.map { finding in
            [
                visible(columns.place(finding)), finding.effect.value.map(NumberText.plain) ?? "–",
                finding.effect.lower.flatMap { lower in
                    finding.effect.upper.map {
                        "[\(NumberText.plain(lower)), \(NumberText.plain($0))]"
                    }
                } ?? "", pText(finding.adjustedPValue), finding.text(limits),
            ]
        }
        self.init(
            report: report, drifts: drifting.count,
            rows: [["compared", "effect", "interval", "adjusted p", "verdict"]] + lines)
    }
}

extension DriftFinding {
    fileprivate func text(_ limits: DriftLimits) -> String {
        switch verdict {
        case .drift: "drift"
        case .noneLarger: "no drift larger than \(NumberText.plain(limits.leastEffect))"
        case .cannotTell: "cannot tell"
        }
    }
}

private func pText(_ value: Double) -> String {
    value < 0.001 ? "< 0.001" : NumberText.plain((value * 1000).rounded() / 1000)
}
