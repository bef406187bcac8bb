import Evidence
import Figures
import Platform
import Prediction
import Reporting
import Runs
import Tables

/// What a finished run itself can say in its model card and data sheet; every text follows from the
/// report or from what was prepared and asked for.
struct CardFacts {
    /// The same run's report, whose card is still missing.
    let report: RunReport
    let assembly: ReportAssembly

    private var configuration: TrainConfiguration { assembly.configuration }
    private var prepared: PreparedData { assembly.prepared }
    private var target: TargetEncoder { prepared.target }

    // MARK: the model

    var date: String { assembly.made }
    var version: String {
        "the weights with the SHA-256 \(assembly.weightsSHA256), by vouch \(vouchVersion)"
    }
    var modelType: String { assembly.modelText }
    var training: String { assembly.optimizerText + "; from the columns " + listed(features) }
    var prediction: String { assembly.predictionText }

    var constraints: String {
        configuration.model.balancesClasses
            ? "each class weighs the same, however many its rows; no constraint on groups"
            : "none: classes and groups weigh what their rows weigh"
    }

    var evaluatedFactors: String {
        guard !prepared.schema.protected.isEmpty else {
            return "none: no protected column was named (--protected), so no group was looked at"
        }
        guard !report.groupTables.isEmpty else { return "none: no group was measured" }
        let columns = report.groupTables.map { "\($0.column) (\($0.rows.count) groups)" }
        return listed(columns) + ", each column alone"
    }

    var protectedColumns: String {
        guard !prepared.schema.protected.isEmpty else { return "none were named" }
        return listed(prepared.schema.protected)
            + (configuration.columns.usesProtected
                ? "; the model uses them"
                : "; kept out of the features, which does not keep the model from inferring them")
    }

    // MARK: what was measured

    private var headlines: [Measurement] { report.headlineMeasurements }

    private func name(of metric: MetricID) -> String {
        report.definition(of: metric)?.name ?? metric.rawValue
    }

    var performanceMeasures: String {
        listed(headlines.map { name(of: $0.metric) }) + "; the glossary defines each"
    }

    var decision: String {
        switch target.task {
        case .binary: assembly.decisionText
        case .multiclass: "none: the class of the highest probability is decided"
        case .regression: "none: a number is predicted, nothing is decided"
        }
    }

    var uncertainty: String {
        var methods: [String] = []
        for method in headlines.compactMap(\.interval?.methodText) where !methods.contains(method) {
            methods.append(method)
        }
        return methods.isEmpty ? "no interval could be computed" : listed(methods, separator: "; ")
    }

    var overallResults: String {
        listed(headlines.map { "\(name(of: $0.metric)) \($0.shownText)" }, separator: "; ")
    }

    var unitaryResults: String {
        report.groupTables.isEmpty
            ? "not measured: see the factors"
            : "for \(evaluatedFactors): see the chapter \(Drawback.bias.title)"
    }

    var intersectionalResults: String {
        report.groupTables.count > 1
            ? "not measured: each protected column was looked at alone"
            : "not measured: fewer than two columns of groups were looked at"
    }

    var untested: String {
        "Rows like those of \(testFile) were measured; other people, places and times were not. "
            + "What else to know before believing the numbers stands at the head of this report "
            + "(warnings: \(report.warnings.count), worries: \(report.worries.count))."
    }

    // MARK: the data

    private var testFile: String { Files.name(of: assembly.testSource) }
    private var testHash: String { prepared.hashes[prepared.hashes.count - 1] }
    private var features: [String] { prepared.schema.features.map(\.name) }

    private func texts(of splits: [RunReport.Split]) -> String {
        splits.map { "\($0.name): \(NumberText.count($0.rows)) rows, \($0.use)" }
            .joined(separator: ". ")
    }

    var evaluationData: String {
        texts(of: report.data.splits.filter { $0.name == RowSplit.test.rawValue })
            + ". SHA-256 of the file: \(testHash)"
    }

    var trainingData: String {
        texts(of: report.data.splits.filter { $0.name != RowSplit.test.rawValue })
            + ". SHA-256 of the file: \(prepared.hashes[0])"
    }

    var preprocessing: String {
        let numbers =
            switch prepared.recipe.numbers {
            case .plain: "scaled"
            case .piecewise: "scaled, and learned curves over bins"
            case .periodic: "scaled, and learned waves"
            }
        return "Numbers are \(numbers); a category is an index with learned values; missing and "
            + "never seen values have values of their own. All of it was fitted on training rows. "
            + "Rows without a target are left out."
    }

    var evaluationPreprocessing: String {
        "the one of training, as fitted on training rows; nothing was fitted on these"
    }

    var rowCounts: String {
        let data = Files.name(of: configuration.data)
        let text = "\(NumberText.count(prepared.table.rowCount)) in \(data)"
        guard configuration.test != nil else { return text }
        return text + ", \(NumberText.count(prepared.testTable.rowCount)) in \(testFile)"
    }

    var contents: String {
        let columns = report.data.columns
        let told = ColumnKind.told.map(\.rawValue)
        let further = Set(columns.map(\.kind)).subtracting(told).sorted()
        let kinds = (told + further).compactMap { kind -> String? in
            let count = columns.count { $0.kind == kind }
            return count == 0 ? nil : "\(count) of kind \(kind)"
        }
        return "\(columns.count) columns: \(kinds.joined(separator: ", ")); the chapter Data lists "
            + "them"
    }

    var label: String {
        let text = "the column \(target.column) (\(target.task.rawValue))"
        return target.classes.isEmpty
            ? text : text + ", with the classes " + listed(target.classes)
    }

    var missingCells: String {
        let columns = report.data.columns.filter { $0.missing > 0 }
        return columns.isEmpty
            ? "none"
            : "in \(Files.name(of: configuration.data)), "
                + listed(columns.map { "\($0.name): \(NumberText.count($0.missing))" })
    }

    var relationships: String {
        let groups = prepared.schema.names(.group)
        let times = prepared.schema.names(.time)
        guard !groups.isEmpty || !times.isEmpty else {
            return "none were named (--group, --time); each row was taken to stand for itself"
        }
        let latest = configuration.test == nil ? "; the latest rows are the test rows" : ""
        let together = groups.map { "rows of the same \($0) belong together, in the same part" }
        return (together + times.map { "\($0) orders them" + latest }).joined(separator: "; ")
    }

    var splits: String { texts(of: report.data.splits) }

    var redundancies: String {
        let duplicates = prepared.duplicates
        let repeated =
            "\(NumberText.count(duplicates.repeated)) rows repeat an earlier one and stay in the "
            + "same part"
        // Of a regression nobody counts them.
        guard target.task != .regression else { return repeated }
        return repeated + "; \(NumberText.count(duplicates.conflicting)) have the same features "
            + "as another row and another target"
    }

    var software: String {
        "vouch \(vouchVersion); what was fitted is the run's encoder.json"
    }

    var useOfData: String { "training and measuring a model that predicts \(prediction)" }

    var files: String {
        let names = [configuration.data, configuration.test, configuration.answers].compactMap { $0 }
        return zip(names, prepared.hashes + [prepared.answersSHA256].compactMap { $0 })
            .map { "\(Files.name(of: $0)), SHA-256 \($1)" }.joined(separator: "; ")
    }
}

/// A list in words; what is more than 20 is counted.
private func listed(_ texts: [String], separator: String = ", ") -> String {
    let rest = texts.count - 20
    return texts.prefix(20).joined(separator: separator) + (rest > 0 ? " and \(rest) more" : "")
}
