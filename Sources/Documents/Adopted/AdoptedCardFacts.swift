import Adoption
import Evidence
import Figures
import Platform
import Prediction
import Reporting
import Runs
import Tables

/// What an adoption can say in the model card and the data sheet: what was measured, and what of the model is unknown.
struct AdoptedCardFacts: CardFacts {
    let report: RunReport
    let assembly: AdoptedReport

    private var configuration: AdoptConfiguration { assembly.configuration }
    private var rows: AdoptedRows { assembly.rows }
    private static let unknown = "not known here: the model was trained elsewhere"

    var target: TargetEncoder { assembly.target }
    var schema: Schema { rows.model.schema }
    var dataName: String { assembly.dataName }
    var decisionText: String { assembly.decisionText }

    var date: String { "\(assembly.made), when it was adopted; when it was trained is not known here" }
    var version: String {
        "\(assembly.modelName) with the SHA-256 \(assembly.facts.sha256), adopted by vouch \(vouchVersion)"
    }
    var modelType: String { assembly.modelText }
    var training: String { Self.unknown + "; it takes the columns " + listed(rows.model.features) }
    var prediction: String { assembly.predictionText }
    var constraints: String { Self.unknown }

    var protectedColumns: String {
        guard !schema.protected.isEmpty else { return "none were named" }
        let used = Set(rows.model.features)
        return listed(
            schema.protected.map {
                $0 + (used.contains($0) ? " (the model takes it)" : " (the model does not take it)")
            })
    }

    var untested: String {
        "The rows of \(assembly.dataName) were measured; other people, places and times were not. Whether the model "
            + "learned from any of them is not known here. What else to know before believing the numbers stands at "
            + "the head of this report (warnings: \(report.warnings.count), worries: \(report.worries.count))."
    }

    private func splits(where isMeant: (RunReport.Split) -> Bool) -> String {
        texts(of: report.data.splits.filter(isMeant))
    }

    var evaluationData: String {
        splits { $0.name == RowSplit.test.rawValue }
            + ". SHA-256 of the file: \(rows.hashes[rows.hashes.count - 1])"
    }

    var trainingData: String {
        guard rows.training != nil else { return Self.unknown }
        return splits { $0.name == RowSplit.training.rawValue } + ". SHA-256 of the file: \(rows.hashes[0])"
    }

    var preprocessing: String {
        "what happens to raw cells before the model is not known here, but for rows.yaml, which says how they are "
            + "given to it; rows without a target are left out"
    }
    var evaluationPreprocessing: String { "as rows.yaml says; nothing was fitted on these rows" }

    var rowCounts: String {
        var texts = ["\(NumberText.count(rows.test.rowCount)) in \(assembly.dataName)"]
        for (path, table) in [
            (configuration.training, rows.training), (configuration.validation, rows.validation),
        ] {
            if let path, let table {
                texts.append("\(NumberText.count(table.rowCount)) in \(Files.name(of: path))")
            }
        }
        return listed(texts)
    }

    var relationships: String {
        let groups = schema.names(.group)
        return groups.isEmpty
            ? "none were named (--group); each row was taken to stand for itself"
            : listed(groups.map { "rows of the same \($0) belong together" })
    }

    var redundancies: String {
        guard let data = assembly.subject.data else { return "not looked for: no training rows were given (--train)" }
        return "\(NumberText.count(data.repeatedRows)) training rows repeat an earlier one"
    }

    var software: String { "vouch \(vouchVersion), which fitted nothing; that of the training is not known here" }
    var useOfData: String { "measuring a model that predicts \(prediction)" }
    var files: String {
        let texts = assembly.files.map { file in
            "\(file.label.replacing("SHA-256 of ", with: "")), SHA-256 \(file.value)"
        }
        return listed(texts, separator: "; ")
    }
}
