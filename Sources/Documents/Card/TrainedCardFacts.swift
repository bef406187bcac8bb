import Evidence
import Figures
import Platform
import Prediction
import Reporting
import Runs
import Tables

/// What a finished training itself can say in its model card and data sheet; every text follows from the
/// report or from what was prepared and asked for.
struct TrainedCardFacts: CardFacts {
    /// The same run's report, whose card is still missing.
    let report: RunReport
    let assembly: ReportAssembly

    private var configuration: TrainConfiguration { assembly.configuration }
    private var prepared: PreparedData { assembly.prepared }
    var target: TargetEncoder { prepared.target }
    var schema: Schema { prepared.schema }
    var dataName: String { Files.name(of: configuration.data) }
    var decisionText: String { assembly.decisionText }

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

    var protectedColumns: String {
        guard !prepared.schema.protected.isEmpty else { return "none were named" }
        return listed(prepared.schema.protected)
            + (configuration.columns.usesProtected
                ? "; the model uses them"
                : "; kept out of the features, which does not keep the model from inferring them")
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
        let text = "\(NumberText.count(prepared.table.rowCount)) in \(dataName)"
        guard configuration.test != nil else { return text }
        return text + ", \(NumberText.count(prepared.testTable.rowCount)) in \(testFile)"
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
