import Adoption
package import Evidence
import Platform
package import Prediction
import Tables
import TensorCore

/// Puts together what probes see of an imported model: its predictions of rows with answers, itself, and what else of its
/// making is at hand.
package struct AdoptedSubject {
    package let subject: Subject
    /// The validation rows with their predictions; none where none were given.
    package let validation: LabelledPredictions?

    /// Of the training rows, so many are predicted.
    private static let mostTrainingRows = 10_000

    /// - Parameters:
    ///   - numbers: That the model's file holds.
    ///   - bytes: Of the model and its external data.
    ///   - modelsBefore: That were measured on the same rows.
    package init(
        _ rows: AdoptedRows, _ configuration: AdoptConfiguration, numbers: Int, bytes: Int,
        modelsBefore: Int
    ) throws {
        let model = rows.model
        func labelled(_ table: Table, _ split: RowSplit) throws -> LabelledPredictions {
            try LabelledPredictions(
                table, knownRows: Array(0..<table.rowCount), model: model,
                predictions: try model.predictions(for: table), split: split)
        }
        // How long a prediction takes is measured where the model makes its first ones.
        let start = Clock.monotonicSeconds()
        var test = try labelled(rows.test, .test)
        let seconds = Clock.monotonicSeconds() - start
        test.models = modelsBefore + 1
        validation = try rows.validation.map { try labelled($0, .validation) }
        var subject = Subject(
            test: test,
            training: try rows.training.map { table in
                let order = CounterRandom(seed: configuration.seed, name: "training rows")
                    .permutation(of: table.rowCount)
                return try labelled(
                    table.selecting(rows: order.prefix(Self.mostTrainingRows).sorted()), .training)
            },
            calibration: validation,
            model: TestedModel(
                predictor: model, table: rows.test, secondsPerPrediction: seconds,
                size: .init(
                    parameters: numbers, bytes: bytes, trainingRows: rows.training?.rowCount ?? 0)),
            seed: configuration.seed)
        if let training = rows.training {
            subject.data = try Self.facts(training, model)
            subject.tables = TrainingTables(
                training: training, test: rows.test, schema: model.schema, target: model.target)
        }
        self.subject = subject
    }

    private static func facts(_ table: Table, _ model: ImportedModel) throws -> TrainingDataFacts {
        let target = model.target
        let names = model.schema.features.map(\.name)
        let all = Array(0..<table.rowCount)
        var labels: [Int32]?
        var classes: [TrainingDataFacts.ClassCount] = []
        if target.task != .regression, let column = table.column(named: target.column) {
            let own = try target.labels(column, source: table.name, lines: table.lines)
            classes = target.classes.enumerated().map { place, name in
                .init(name: name, rows: own.count { Int($0) == place })
            }
            labels = own
        }
        let copies = RowCopies(
            table, features: names, target: target.column, labels: labels, rows: all)
        return TrainingDataFacts(
            rows: table.rowCount, features: names.count, classes: classes,
            missingCells: names.compactMap { table.column(named: $0) }.reduce(0) { $0 + $1.missingCount },
            repeatedRows: copies.exact.repeated(among: all),
            conflictingRows: labels.map { copies.features.conflicting($0, among: all) } ?? 0)
    }

    /// Why something is not there that a training of ours would leave.
    package static let absences: [Need: String] = {
        let elsewhere = "the model was trained elsewhere: there is no training here to repeat"
        let rows = "the rows that the model learned from were not given (--train)"
        var absences: [Need: String] = [
            .trainingPredictions: rows, .trainingData: rows, .trainingTables: rows,
            .calibrationPredictions: "no rows to calibrate on were given (--validation)",
            .trainingCost: "the model was trained elsewhere: what that took is not known here",
            .canaries: "the model was trained elsewhere, without planted rows",
            .additiveModel: "the model only predicts: what it is made of is not looked into",
        ]
        for need: Need in [
            .retraining, .repetition, .crossValidation, .linearModel, .counterpart, .rivals, .otherAnswers,
        ] { absences[need] = elsewhere }
        return absences
    }()
}
