import Adoption
package import Evidence
import Platform
package import Prediction
import Tables
import TensorCore

/// Puts together what probes see of an imported model: its predictions of rows with answers, itself, and what else of
/// its making is at hand.
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
            let all = Array(0..<training.rowCount)
            let classes = try model.target.classes(in: training)
            subject.data = TrainingDataFacts(
                training, model.schema, model.target, classes: classes, rows: all,
                duplicates: .init(training, model.schema, model.target, classes: classes, among: all))
            subject.tables = TrainingTables(
                training: training, test: rows.test, schema: model.schema, target: model.target)
        }
        self.subject = subject
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
        for need in trainings { absences[need] = elsewhere }
        return absences
    }()

    /// What only a training of ours can give.
    package static let trainings: Set<Need> = [
        .retraining, .repetition, .crossValidation, .linearModel, .counterpart, .rivals, .otherAnswers,
    ]
}
