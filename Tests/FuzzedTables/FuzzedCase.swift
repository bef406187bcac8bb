import Evidence
import FuzzedModels
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Statistics
import Studies
import Tables
import Training

/// One made-up table on its way through inspection, training of one epoch, prediction,
/// evaluation and audit.
package struct FuzzedCase {
    package let seed: UInt64
    private let table: FuzzedTable
    private let columns: TrainConfiguration.ColumnRoles
    private let folder: String

    /// - Parameter folder: Exists; the case's files are written there and overwritten by the next.
    package init(_ seed: UInt64, in folder: String) {
        self.seed = seed
        self.folder = folder
        table = FuzzedTable(rowsLike: seed)
        columns = Self.roles(table, seed)
    }

    /// How far a case came, and what was wrong with it.
    package struct Outcome: Sendable {
        package var steps: [String] = []
        /// What no user should see; empty where all is well.
        package var faults: [String] = []
        /// What a user was told where a step was refused.
        package var refusals: [String] = []
    }

    private static func roles(_ table: FuzzedTable, _ seed: UInt64)
        -> TrainConfiguration.ColumnRoles
    {
        var draws = Draws(seed: seed &+ 0x5555)
        var roles = TrainConfiguration.ColumnRoles()
        roles.target = draws.chance(0.85) ? "y" : draws.one(of: table.header)
        var free = table.header.filter { $0 != roles.target }
        func take(_ draws: inout Draws, _ chance: Double) -> String? {
            guard !free.isEmpty, draws.chance(chance) else { return nil }
            return free.remove(at: draws.below(free.count))
        }
        roles.protected = [take(&draws, 0.3), take(&draws, 0.1)].compactMap { $0 }
        roles.usesProtected = draws.chance(0.3)
        roles.group = take(&draws, 0.15)
        roles.weight = take(&draws, 0.15)
        roles.time = take(&draws, 0.07)
        roles.id = [take(&draws, 0.07)].compactMap { $0 }
        roles.task = draws.maybe(0.1) { $0.one(of: TrainConfiguration.Task.allCases) }
        return roles
    }

    /// Runs the case.
    package func run() -> Outcome {
        var outcome = Outcome()
        let data = folder + "/data.csv"
        let other = folder + "/other.csv"
        attempt("write", &outcome) { _ in
            try AtomicFile.write(table.bytes(seed), to: data)
            try AtomicFile.write(table.changed(seed).bytes(seed &+ 1), to: other)
        }
        attempt("inspect", &outcome) { outcome in
            let inspection = try inspectTable(data, columns: columns, reading: .init())
            check(inspection.text, "inspection", &outcome)
            _ = try inspection.json()
        }
        // A run that is replaced hands its ledger on, which would grow with every case.
        let run = folder + "/run"
        attempt("clear", &outcome) { _ in if Files.exists(run) { try Files.remove(run) } }
        var trained = false
        attempt("train", &outcome) { _ in
            _ = try trainRun(
                configuration(data, other, run), control: RunControl(threads: 1, overwrite: true))
            trained = true
        }
        if trained {
            attempt("report", &outcome) { outcome in
                check(
                    String(decoding: try Files.read(run + "/measurements.json"), as: UTF8.self),
                    "measurements.json", &outcome)
                check(
                    String(decoding: try Files.read(run + "/report.html"), as: UTF8.self),
                    "report.html", &outcome)
            }
            attempt("predict", &outcome) { outcome in
                var request = PredictionRequest(run: run, rows: other)
                request.threads = 1
                let answer = try predictRows(request)
                check(String(decoding: answer.bytes, as: UTF8.self), "predictions", &outcome)
            }
            attempt("evaluate", &outcome) { outcome in
                let found = try evaluateRun(run: run, rows: other, reading: .init(), threads: 1)
                check(String(decoding: try found.json(), as: UTF8.self), "evaluation", &outcome)
                check(found.terminal(width: 80, color: false), "evaluation's table", &outcome)
            }
        }
        audit(data, &outcome)
        return outcome
    }

    private func audit(_ data: String, _ outcome: inout Outcome) {
        var draws = Draws(seed: seed &+ 0xA0D1)
        let others = table.header.filter { $0 != columns.target }
        guard !others.isEmpty else { return }
        let predicted: AuditedColumns =
            draws.chance(0.3)
            ? .number(draws.one(of: others))
            : .probability(
                others.contains("p") && draws.chance(0.8) ? "p" : draws.one(of: others))
        var audit = AuditConfiguration(file: data, predicted: predicted)
        audit.target = columns.target
        audit.protected = columns.protected
        audit.weight = columns.weight
        audit.group = columns.group
        audit.threads = 1
        attempt("audit", &outcome) { outcome in
            let report = try auditPredictions(audit, arguments: [])
            check(String(decoding: try report.json(), as: UTF8.self), "audit", &outcome)
            check(report.html(), "audit's page", &outcome)
        }
    }

    private func configuration(
        _ data: String, _ other: String, _ run: String
    ) -> TrainConfiguration {
        var draws = Draws(seed: seed &+ 0x7777)
        var configuration = TrainConfiguration(data: data, output: run)
        configuration.columns = columns
        configuration.test = draws.chance(0.1) ? other : nil
        configuration.model.kind =
            draws.chance(0.8) ? .mlp : draws.one(of: TrainConfiguration.ModelKind.allCases)
        if configuration.model.kind != .additive {
            configuration.model.width = 4
            configuration.model.depth = configuration.model.kind == .linear ? nil : 1
            if configuration.model.kind == .ensemble { configuration.model.members = 2 }
        }
        configuration.learning.epochs = 1
        configuration.learning.folds = draws.chance(0.1) && columns.time == nil ? 2 : 1
        configuration.learning.refits = 0
        configuration.learning.seed = seed
        configuration.evidence.probeSeconds = 0
        configuration.model.balancesClasses = draws.chance(0.1)
        if draws.chance(0.1) { configuration.costs = .init(falsePositive: 1, falseNegative: 5) }
        if draws.chance(0.03) { configuration.splits.canaries = 2 }
        return configuration
    }

    /// Errors of ours say what to do; anything else is a fault.
    private func attempt(
        _ step: String, _ outcome: inout Outcome, _ body: (inout Outcome) throws -> Void
    ) {
        do {
            try body(&outcome)
            outcome.steps.append(step)
        } catch {
            let isOurs =
                error is VouchError || error is TableError || error is StatisticsError
                || error is PlatformError || error is RunStoreError || error is TrainingFailure
            let text = "\(error)"
            guard isOurs, text.count > 20, !text.contains("Optional("), holdsNaN(text) == nil else {
                outcome.faults.append("\(step): \(type(of: error)): \(text)")
                return
            }
            outcome.steps.append("\(step) refused")
            outcome.refusals.append("\(step): \(text)")
        }
    }

    private func check(_ text: String, _ place: String, _ outcome: inout Outcome) {
        if let found = holdsNaN(text) { outcome.faults.append("\(place) holds \(found)") }
    }
}

/// What stands around a "nan" that is a word of its own; the tables hold none.
private func holdsNaN(_ text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 3 else { return nil }
    func isLetter(_ at: Int) -> Bool {
        bytes.indices.contains(at)
            && (bytes[at] | 0x20 >= 0x61 && bytes[at] | 0x20 <= 0x7A || bytes[at] >= 0x80)
    }
    /// A line's gap in a figure, as the schema says: an element of a list.
    func isElement(_ quote: Int) -> Bool {
        guard bytes.indices.contains(quote), bytes[quote] == UInt8(ascii: "\"") else {
            return false
        }
        let before = bytes[..<quote].last { $0 != UInt8(ascii: " ") }
        return before == UInt8(ascii: "\n")
    }
    for at in 0..<(bytes.count - 2)
    where bytes[at] | 0x20 == 0x6E && bytes[at + 1] | 0x20 == 0x61 && bytes[at + 2] | 0x20 == 0x6E {
        guard !isLetter(at - 1), !isLetter(at + 3), !isElement(at - 1) else { continue }
        return String(decoding: bytes[max(0, at - 60)..<min(bytes.count, at + 40)], as: UTF8.self)
    }
    return nil
}
