import Adoption
package import Evidence
import Figures
import Models
import Platform
import Prediction
package import Reporting
package import Runs
import Tables

/// Puts what was found of an imported model into words and figures; computes no metric.
package struct AdoptedReport {
    let configuration: AdoptConfiguration
    let rows: AdoptedRows
    let outcomes: [ProbeSchedule.Outcome]
    let proofs: [Proof]
    let subject: Subject
    /// The arguments that the command was started with, the program first; empty from a library.
    let arguments: [String]
    let ledger: RunReport.LedgerSummary
    let facts: ModelFile
    let card: CardAnswers
    let made = Clock.text(unixSeconds: Clock.unixSeconds())

    /// What is known of the model's file.
    package struct ModelFile: Sendable {
        package var sha256: String
        package var bytes: Int
        /// Such as `skl2onnx 1.16.0`; empty where it does not say.
        package var producer: String
        /// Version of each domain's operators, in words.
        package var opsets: String
        package var nodes: Int
        /// What came of stored inputs and outputs; `nil` where none were given.
        package var check: String?

        package init(
            sha256: String, bytes: Int, producer: String, opsets: String, nodes: Int, check: String?
        ) {
            self.sha256 = sha256
            self.bytes = bytes
            self.producer = producer
            self.opsets = opsets
            self.nodes = nodes
            self.check = check
        }
    }

    package init(
        _ configuration: AdoptConfiguration, _ rows: AdoptedRows, outcomes: [ProbeSchedule.Outcome],
        proofs: [Proof], subject: Subject, ledger: RunReport.LedgerSummary, facts: ModelFile,
        arguments: [String], card: CardAnswers
    ) {
        self.configuration = configuration
        self.rows = rows
        self.outcomes = outcomes
        self.proofs = proofs
        self.subject = subject
        self.ledger = ledger
        self.facts = facts
        self.arguments = arguments
        self.card = card
    }

    var target: TargetEncoder { rows.model.target }
    var modelName: String { Files.name(of: configuration.model) }
    var dataName: String { Files.name(of: configuration.data) }

    package func report() -> RunReport {
        let evidence = EvidenceView(outcomes)
        var report = RunReport(
            title: "\(target.column), predicted by \(modelName)", summary: summary, facts: shownFacts,
            warnings: rows.warnings + [reversal].compactMap { $0 }, data: dataSummary, drawbacks: evidence.rows,
            leftOut: evidence.leftOut, ledger: ledger, headlines: headlines(target.task),
            measurements: evidence.measurements, definitions: evidence.definitions,
            sections: evidence.sections, groupTables: evidence.groups, command: command,
            environment: environment,
            notIncluded: [
                "How the model was trained, and what that took: it was trained elsewhere.",
                "Whether \(dataName) holds rows that the model learned from: only who trained it knows. "
                    + "Rows that it knows by heart flatter every number here.",
                "Why a single prediction came out as it did.",
            ],
            about: .init(
                target, testFile: dataName, protectedColumns: subject.test.protected.map(\.name),
                isTrainedHere: false)
        ).adding(proofs).inPlainWords()
        let facts = AdoptedCardFacts(report: report, assembly: self)
        report.modelCard = Questionnaire.modelCard.document(facts, card)
        report.dataSheet = Questionnaire.dataSheet.document(facts, card)
        return report
    }

    var predictionText: String { target.predictionText }

    /// That the classes may stand the other way round, where the model orders rows worse than lots would and nobody
    /// said in which order it gives them.
    package var reversal: String? {
        let area = outcomes.compactMap(\.findings).flatMap(\.measurements)
            .first { $0.metric == .rocAUC && $0.group == nil }
        guard configuration.rows == nil, target.task == .binary, let end = area?.interval?.upper, end < 0.5
        else { return nil }
        return "the model finds \"\(target.classes[1])\" less often than chance would: the order of the classes was "
            + "guessed, and may be the other way round. Correct it in rows.yaml (`vouch model init`) and give that "
            + "with --rows"
    }

    private var summary: String {
        "\(modelName) was trained elsewhere. It predicts \(predictionText), from "
            + "\(columnsText(rows.model.features.count)). Measured on \(subject.test.rows) rows of \(dataName)."
    }

    /// What runs, in words.
    var modelText: String {
        "ONNX, \(facts.nodes) nodes"
            + (facts.producer.isEmpty ? "" : ", written by \(facts.producer)")
    }

    var decisionText: String {
        let threshold = NumberText.plain(rows.model.threshold)
        let text = "\"\(target.classes.last ?? "")\" from a probability of \(threshold)"
        guard let costs = configuration.costs else { return text }
        return text + ", where costs are least: a false positive costs "
            + "\(NumberText.plain(costs.falsePositive)), a false negative "
            + NumberText.plain(costs.falseNegative)
    }

    private var shownFacts: [RunReport.Fact] {
        var shown: [RunReport.Fact] = [
            .init("Model", modelText),
            .init("Trained", "elsewhere; imported from \(modelName)"),
            .init("Operators", facts.opsets),
            .init("Target", "\(target.column) (\(target.task.rawValue))"),
            .init(
                "Rows that it takes",
                configuration.rows.map { "as \(Files.name(of: $0)) says; kept as rows.yaml" }
                    ?? "guessed from names, shapes and columns (rows.yaml); look at it"),
            .init("Stored inputs and outputs", facts.check ?? "none were given (--check-inputs)"),
        ]
        if target.task == .binary { shown.append(.init("Decision", decisionText)) }
        return shown
    }

    private var dataSummary: RunReport.DataSummary {
        var splits: [RunReport.Split] = []
        if let training = rows.training, let path = configuration.training {
            splits.append(
                .init(
                    name: RowSplit.training.rawValue, rows: training.rowCount,
                    use: "the model learned from them, as was said (--train); from \(Files.name(of: path))"))
        }
        if let validation = rows.validation, let path = configuration.validation {
            splits.append(
                .init(
                    name: RowSplit.validation.rawValue, rows: validation.rowCount,
                    use: "fit thresholds and remedies; from \(Files.name(of: path))"))
        }
        splits.append(
            .init(
                name: RowSplit.test.rawValue, rows: rows.test.rowCount, use: "measure; from \(dataName)"))
        return RunReport.DataSummary(
            splits: splits,
            columns: rows.model.schema.columns.compactMap { entry in
                rows.test.column(named: entry.name).map { column in
                    let profile = ColumnProfile(column)
                    return .init(
                        name: entry.name, kind: entry.kind.rawValue, role: entry.roleText,
                        missing: profile.missing, distinct: profile.distinct)
                }
            })
    }

    /// Files with their hashes.
    var files: [RunReport.Fact] {
        let paths = [configuration.training, configuration.data].compactMap { $0 }
        var files: [RunReport.Fact] = zip(paths, rows.hashes).map {
            .init("SHA-256 of \(Files.name(of: $0))", $1)
        }
        if let path = configuration.validation, let hash = rows.validationSHA256 {
            files.append(.init("SHA-256 of \(Files.name(of: path))", hash))
        }
        return files
    }

    private var environment: [RunReport.Fact] {
        [
            .init("vouch", vouchVersion),
            .init("Machine", "\(Machine.processorName()), \(Machine.systemName())"),
            .init("Seed", "\(configuration.seed)"),
            .init("Made", made),
            .init("SHA-256 of the model", facts.sha256),
        ] + files
    }

    private var command: String {
        var arguments = arguments
        if arguments.isEmpty {
            arguments = [
                "vouch", "adopt", configuration.model, "--data", configuration.data, "--target",
                target.column, "--out", configuration.output,
            ]
        }
        return arguments.map(shellQuoted).joined(separator: " ")
    }
}

extension TargetEncoder {
    /// After "predicts".
    var predictionText: String {
        switch task {
        case .regression: "the number \"\(column)\""
        case .binary: "whether \"\(column)\" is \"\(classes[1])\" rather than \"\(classes[0])\""
        case .multiclass: "which of \(classes.count) classes \"\(column)\" is"
        }
    }
}
