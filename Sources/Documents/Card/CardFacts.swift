import Evidence
import Figures
import Reporting
import Tables

/// What a finished run itself can say in its model card and data sheet; every text follows from what was measured,
/// prepared and asked for.
protocol CardFacts {
    /// The same run's report, whose card is still missing.
    var report: RunReport { get }
    var target: TargetEncoder { get }
    var schema: Schema { get }
    /// Of the file whose columns the report tells.
    var dataName: String { get }
    /// How two classes are decided between.
    var decisionText: String { get }

    var date: String { get }
    var version: String { get }
    var modelType: String { get }
    var training: String { get }
    var prediction: String { get }
    var constraints: String { get }
    var protectedColumns: String { get }
    var untested: String { get }
    var evaluationData: String { get }
    var trainingData: String { get }
    var preprocessing: String { get }
    var evaluationPreprocessing: String { get }
    var rowCounts: String { get }
    var relationships: String { get }
    var redundancies: String { get }
    var software: String { get }
    var useOfData: String { get }
    var files: String { get }
}

// MARK: - What follows from the report

extension CardFacts {
    private var headlines: [Measurement] { report.headlineMeasurements }

    private func name(of metric: MetricID) -> String {
        report.definition(of: metric)?.name ?? metric.rawValue
    }

    var evaluatedFactors: String {
        guard !schema.protected.isEmpty else {
            return "none: no protected column was named (--protected), so no group was looked at"
        }
        guard !report.groupTables.isEmpty else { return "none: no group was measured" }
        let columns = report.groupTables.map { "\($0.column) (\($0.rows.count) groups)" }
        return listed(columns) + ", each column alone"
    }

    var performanceMeasures: String {
        listed(headlines.map { name(of: $0.metric) }) + "; the glossary defines each"
    }

    var decision: String {
        switch target.task {
        case .binary: decisionText
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
            : "in \(dataName), " + listed(columns.map { "\($0.name): \(NumberText.count($0.missing))" })
    }

    func texts(of splits: [RunReport.Split]) -> String {
        splits.map { "\($0.name): \(NumberText.count($0.rows)) rows, \($0.use)" }
            .joined(separator: ". ")
    }

    var splits: String { texts(of: report.data.splits) }
}

/// A list in words; what is more than 20 is counted.
func listed(_ texts: [String], separator: String = ", ") -> String {
    let rest = texts.count - 20
    return texts.prefix(20).joined(separator: separator) + (rest > 0 ? " and \(rest) more" : "")
}
