package import Evidence
import Figures
import Kernels
package import Models
import NN
import Optim
import Platform
import Prediction
package import Reporting
package import Runs
package import Tables
import Training

/// Puts a finished training into words and figures; computes no metric.
package struct ReportAssembly {
    var configuration: TrainConfiguration
    var prepared: PreparedData
    var model: ModelBundle
    var trainings: [TrainedFold]
    var outcomes: [ProbeSchedule.Outcome]
    var proofs: [Proof]
    var subject: Subject
    var ledger: RunReport.LedgerSummary
    /// The arguments that the run was started with, the program first; empty from a library.
    var arguments: [String]
    var threads: Int
    var weightsSHA256: String
    /// What a person says of the model and its data.
    var card: CardAnswers
    /// What the whole command might take and how that was counted; `nil` without a budget.
    var budget: String?
    /// What is said of weights that were carried over; empty without.
    var carrying: [RunReport.Fact]
    let made = Clock.text(unixSeconds: Clock.unixSeconds())

    package init(
        configuration: TrainConfiguration, prepared: PreparedData, model: ModelBundle,
        trainings: [TrainedFold], outcomes: [ProbeSchedule.Outcome], proofs: [Proof],
        subject: Subject, ledger: RunReport.LedgerSummary, arguments: [String], threads: Int,
        weightsSHA256: String, card: CardAnswers, budget: String? = nil,
        carrying: [RunReport.Fact] = []
    ) {
        self.configuration = configuration
        self.prepared = prepared
        self.model = model
        self.trainings = trainings
        self.outcomes = outcomes
        self.proofs = proofs
        self.subject = subject
        self.ledger = ledger
        self.arguments = arguments
        self.threads = threads
        self.weightsSHA256 = weightsSHA256
        self.card = card
        self.budget = budget
        self.carrying = carrying
    }

    package func report() -> RunReport {
        let target = prepared.target
        var report = RunReport(
            title: "\(target.column), predicted from \(Files.name(of: configuration.data))",
            summary: summary, facts: facts, warnings: prepared.warnings + restartWarnings, data: dataSummary,
            drawbacks: evidence.rows, leftOut: evidence.leftOut,
            ledger: ledger, headlines: headlines(target.task), measurements: evidence.measurements,
            definitions: evidence.definitions,
            sections: [
                RunReport.Section(
                    title: "Training",
                    text: configuration.regularising.keeps == .best
                        ? "Training stops when the validation loss no longer falls; the weights of "
                            + "its lowest point are kept."
                        : "Training goes on for all epochs, and its last weights are kept.",
                    figures: [curves])
            ] + evidence.sections, groupTables: evidence.groups,
            command: repeatingCommand, environment: environment, notIncluded: notIncluded,
            about: about
        ).adding(proofs).inPlainWords()
        let facts = TrainedCardFacts(report: report, assembly: self)
        report.modelCard = Questionnaire.modelCard.document(facts, card)
        report.dataSheet = Questionnaire.dataSheet.document(facts, card)
        return report
    }

    private var evidence: EvidenceView { EvidenceView(outcomes) }

    private var about: RunReport.About {
        var about = RunReport.About(
            prepared.target, testFile: Files.name(of: testSource),
            protectedColumns: subject.test.protected.map(\.name), isTrainedHere: true)
        switch stop {
        case .interrupted: about.ending = .interrupted
        case .numericalFailure: about.ending = .numericalFailure
        default: if restarts?.hasDiverged == true { about.ending = .diverged }
        }
        return about
    }

    /// Where trainings diverged.
    private var restarts: RestartRecord? {
        RestartRecord(trainings, askedRate: prepared.recipe.learningRate)
    }

    private var stop: StopReason { trainings[trainings.count - 1].stop }
    private var refits: Int { max(0, trainings.count - prepared.folds.count) }
    private var steps: Int { trainings.reduce(0) { $0 + $1.steps } }
    var testSource: String { configuration.test ?? configuration.data }

    var predictionText: String { prepared.target.predictionText }

    /// What the model does, for who has not met one before; what it is stands under "Model".
    private var summary: String {
        "Predicts \(predictionText), from \(columnsText(prepared.schema.features.count)). Measured on rows "
            + "of \(Files.name(of: testSource)) that played no part in training."
    }

    var modelText: String {
        prepared.recipe.kind.form.text(of: model.network)
    }

    private var facts: [RunReport.Fact] {
        let epochs = trainings.reduce(0) { $0 + $1.history.count }
        let stopped = trainings.prefix(prepared.folds.count)
        let best = stopped.map { String($0.bestEpoch) }.joined(separator: ", ")
        var facts: [RunReport.Fact] = [
            .init("Model", modelText),
            .init("Target", "\(prepared.target.column) (\(prepared.target.task.rawValue))"),
            .init("Ended", StopText.sentence(stop)),
        ]
        if let budget { facts.append(.init("Budget", budget)) }
        facts += [
            .init("Steps", "\(steps) of \(prepared.recipe.batchRows) rows, \(epochs) epochs"),
            .init(
                "Kept",
                "\(configuration.regularising.keeps.text), at epoch \(best)"),
            .init("Optimizer", optimizerText),
        ]
        if let restarts {
            facts.append(
                .init(
                    "Learning rate",
                    "\(RestartText.rate(restarts.askedRate)) diverged; \(RestartText.rate(restarts.usedRate)) was used"))
        }
        let regularising = Settings.reportText(configuration)
        if !regularising.isEmpty { facts.append(.init("Against overfitting", regularising)) }
        if refits > 0 {
            let rows = prepared.split.train.count + prepared.split.validation.count
            facts.insert(
                .init(
                    "Refits",
                    "\(refits) further \(refits == 1 ? "model" : "models"), trained on all \(rows) rows, validation rows too, for "
                        + "as many epochs; the predictions of all are averaged"), at: 1)
        } else if trainings.count > 1 {
            facts.insert(
                .init(
                    "Folds",
                    "\(trainings.count) models, each trained on the other parts of the rows and "
                        + "stopped on its own; their predictions are averaged"), at: 1)
        }
        if prepared.target.task == .binary {
            facts.append(.init("Decision", decisionText))
        }
        return facts + carrying
    }

    var optimizerText: String {
        let options = configuration.learning
        let recipe = prepared.recipe
        var text =
            "\(options.optimizer.rawValue), learning rate "
            + RestartText.rate(restarts?.usedRate ?? recipe.learningRate)
            + ", \(recipe.shape(asked: options.schedule).rawValue)"
        if recipe.weightDecay > 0 {
            text += ", weight decay \(NumberText.plain(Double(recipe.weightDecay)))"
        }
        if recipe.averageDecay > 0 {
            text += ", averaged weights \(NumberText.plain(Double(recipe.averageDecay)))"
        }
        return text
    }

    private var restartWarnings: [String] { restarts?.sentences.map { $0 + "." } ?? [] }

    var decisionText: String {
        let positive = prepared.target.classes.last ?? ""
        let threshold = NumberText.plain(model.threshold)
        let text = "\"\(positive)\" from a probability of \(threshold)"
        guard let costs = configuration.costs else { return text }
        return text + ", where costs are least: a false positive costs "
            + "\(NumberText.plain(costs.falsePositive)), a false negative "
            + NumberText.plain(costs.falseNegative)
    }

    private var dataSummary: RunReport.DataSummary {
        let name = Files.name(of: configuration.data)
        let split = prepared.split
        let testRows = configuration.test == nil ? split.test.count : prepared.testTable.rowCount
        return RunReport.DataSummary(
            splits: [
                prepared.folds.count > 1
                    ? .init(
                        name: "\(RowSplit.training) and \(RowSplit.validation)",
                        rows: split.train.count,
                        use: "each row trains all models but one, which it stops; from \(name)")
                    : .init(
                        name: RowSplit.training.rawValue, rows: split.train.count,
                        use: "fits weights; from \(name)"),
                .init(
                    name: RowSplit.validation.rawValue, rows: split.validation.count,
                    use: "stops training and chooses the weights"
                        + (refits > 0 ? ", then fits those of the refits" : "")
                        + "; from \(name)"),
                .init(
                    name: RowSplit.test.rawValue, rows: testRows,
                    use: "measures, once; from \(Files.name(of: testSource))"),
                .init(
                    name: RowSplit.named("without labels").rawValue,
                    rows: prepared.pool?.facts.rows ?? 0, use: unlabelledUse),
            ].filter { $0.rows > 0 },
            columns: prepared.schema.columns.compactMap { entry in
                prepared.table.column(named: entry.name).map { column in
                    let profile = ColumnProfile(column)
                    return .init(
                        name: entry.name, kind: entry.kind.rawValue, role: entry.roleText,
                        missing: profile.missing, distinct: profile.distinct)
                }
            })
    }

    private var unlabelledUse: String {
        guard let pool = prepared.pool else { return "" }
        let use =
            pool.facts.isUsed
            ? "\(pool.facts.learned) are learned from, with answers of other models" : "not used"
        return use + "; from \(Files.name(of: pool.file))"
    }

    private var curves: Figure {
        let loss = prepared.target.task == .regression ? "Loss" : "Log loss"
        var series: [LineChart.Series] = []
        let stopped = trainings.prefix(prepared.folds.count)
        for (fold, training) in stopped.enumerated() {
            let epochs = training.history.map { Double($0.epoch) }
            if stopped.count == 1 {
                series.append(
                    .init(
                        name: RowSplit.training.word, x: epochs,
                        y: training.history.map(\.trainingLoss)))
            }
            series.append(
                .init(
                    name: stopped.count == 1 ? RowSplit.validation.word : "fold \(fold + 1)",
                    x: epochs,
                    y: training.history.map { $0.validationLoss ?? .nan }))
        }
        let best = stopped.count == 1 ? stopped[0].history.last { $0.isBest } : nil
        return Figure(
            id: "curves", title: "Learning curves",
            caption: stopped.count == 1
                ? "Mean loss of each epoch: on training rows (with dropout, while the weights move) "
                    + "and on \(prepared.split.validation.count) validation rows."
                : "Loss of each fold's model on the rows that it was not trained on.",
            plot: .lines(
                LineChart(
                    x: Axis("Epoch"), y: Axis(loss), series: series,
                    marks: best.map { [.init(x: Double($0.epoch), label: "kept")] } ?? [])))
    }

    private var environment: [RunReport.Fact] {
        let memory = Double(Machine.memoryBytes()) / 0x1p30
        var facts: [RunReport.Fact] = [
            .init("vouch", vouchVersion),
            .init("Machine", "\(Machine.processorName()), \(Machine.systemName())"),
            .init("Memory", "\(NumberText.plain((memory * 10).rounded() / 10)) GiB"),
            .init("Threads", "\(threads); they do not change the result"),
            .init("Precision", configuration.learning.precision.text),
            .init("Seed", "\(configuration.learning.seed)"),
            .init("Made", made),
            .init("SHA-256 of the weights", weightsSHA256),
        ]
        for (path, hash) in zip([configuration.data, configuration.test ?? ""], prepared.hashes) {
            facts.append(.init("SHA-256 of \(Files.name(of: path))", hash))
        }
        if let answers = configuration.answers, let hash = prepared.answersSHA256 {
            facts.append(
                .init(
                    "Labelled since",
                    "\(prepared.answeredRows) of the rows learned from, \(Files.name(of: answers)), "
                        + "SHA-256 \(hash)"))
        }
        if let pool = prepared.pool {
            facts.append(.init("SHA-256 of \(Files.name(of: pool.file))", pool.sha256))
        }
        return facts
    }

    private var notIncluded: [String] {
        [
            "How much the quality of this very model would vary with another seed: its intervals "
                + "speak of other rows; the spread over seeds is of the mean loss alone.",
            "Why a single prediction came out as it did.",
        ]
    }

    /// The run's own arguments; a clock's decision is replaced by the steps that repeat it.
    private var repeatingCommand: String {
        var arguments = self.arguments
        if arguments.isEmpty {
            arguments = [
                "vouch", "train", configuration.data, "--target", configuration.columns.target,
                "--out", configuration.output,
            ]
        }
        remove(option: "--budget", from: &arguments)
        arguments.removeAll { $0 == "--resume" }
        if refits < prepared.recipe.refits {
            remove(option: "--refits", from: &arguments)
            arguments.append("--refits=\(refits)")
        }
        switch stop {
        // Folds that were interrupted by hand have no one step count.
        case .budget,
            .interrupted where prepared.folds.count == 1:
            remove(option: "--steps", from: &arguments)
            arguments.append("--steps=\(steps)")
        default: break
        }
        return arguments.map(shellQuoted).joined(separator: " ")
    }

    private func remove(option: String, from arguments: inout [String]) {
        while let at = arguments.firstIndex(of: option) {
            arguments.removeSubrange(at..<min(at + 2, arguments.count))
        }
        arguments.removeAll { $0.hasPrefix(option + "=") }
    }
}

extension Precision {
    /// What was used, with what was asked for.
    fileprivate var text: String { isNative ? rawValue : "f32 (\(rawValue) was asked for)" }
}

extension Schema.Entry {
    package var roleText: String {
        isProtected && role == .feature ? "feature, protected" : role.rawValue
    }
}

extension RunReport.About {
    package init(
        _ target: TargetEncoder, testFile: String, protectedColumns: [String], isTrainedHere: Bool
    ) {
        self.init(
            target: target.column, task: .init(target.task), classes: target.classes, testFile: testFile,
            protectedColumns: protectedColumns, isTrainedHere: isTrainedHere)
    }
}

extension RunReport.About.Task {
    package init(_ task: TargetEncoder.Task) {
        self =
            switch task {
            case .binary: .binary
            case .multiclass: .multiclass
            case .regression: .regression
            }
    }
}

/// How many columns, as a sentence has it.
func columnsText(_ count: Int) -> String { count == 1 ? "1 column" : "\(count) columns" }
