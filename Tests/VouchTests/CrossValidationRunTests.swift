import Documents
import Evidence
import Reporting
import Runs
import Studies
import Testing

/// `vouch train --cv`, as a user has it.
@Suite struct CrossValidationRunTests {
    private func measured(
        _ scratch: Scratch, _ data: String, _ name: String, target: String = "class", threads: Int
    ) throws -> (measurements: [Measurement], weights: String) {
        let run = scratch.path + "/" + name
        let result = try trainRun(
            quick(data, target: target, out: run) {
                $0.model.kind = .mlp
                $0.model.width = 8
                $0.evidence.crossValidation = .init(folds: 3, repetitions: 2)
            }, control: RunControl(threads: threads))
        let found = try storedReport(run: run).measurements
        let held = found.filter { $0.metric.rawValue.hasPrefix("crossValidated") }
        return (held, result.weightsSHA256)
    }

    @Test func everyRowIsHeldOutOncePerRepetition() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        let (found, weights) = try measured(scratch, data, "a", threads: 2)
        #expect(
            found.map(\.metric) == [
                "crossValidatedLogLoss", "crossValidatedAccuracy", "crossValidatedAUC",
            ])
        for measurement in found {
            // Of 600 rows a fifth are test rows.
            #expect(measurement.sample.rows == 480)
            #expect(measurement.interval?.method == "Corrected resampled t")
            #expect(measurement.note?.contains("3 folds × 2") == true)
            let value = try #require(measurement.value)
            let interval = try #require(measurement.interval)
            #expect(interval.lower < value && value < interval.upper)
        }
        // The trainings share no bit with a thread's turn, and change nothing of the run's own.
        let (again, same) = try measured(scratch, data, "b", threads: 1)
        #expect(again == found && same == weights)
        let plain = try trainRun(
            quick(data, out: scratch.path + "/c") {
                $0.model.kind = .mlp
                $0.model.width = 8
            }, control: RunControl(threads: 1))
        #expect(plain.weightsSHA256 == weights)
    }

    @Test func aRegressionHasItsError() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        let (found, _) = try measured(scratch, data, "a", target: "age", threads: 1)
        #expect(found.map(\.metric) == ["crossValidatedError"])
        #expect(found[0].interval != nil)
    }

    @Test func whatCannotBeDoneIsSaid() throws {
        #expect(try parseCrossValidation("5x2") == .init(folds: 5, repetitions: 2))
        #expect(try parseCrossValidation("10") == .init(folds: 10, repetitions: 1))
        for text in ["", "x", "5x", "5x2x3", "five"] {
            let error = #expect(throws: VouchError.self) { try parseCrossValidation(text) }
            #expect(error?.description.contains("5x2") == true)
        }
        var configuration = TrainConfiguration(data: "d", output: "o")
        configuration.evidence.crossValidation = .init(folds: 1, repetitions: 2)
        #expect(throws: VouchError.self) { try configuration.validate() }
        configuration.evidence.crossValidation = .init(folds: 5, repetitions: 2)
        configuration.columns.time = "when"
        let error = #expect(throws: VouchError.self) { try configuration.validate() }
        #expect(asTyped(error).contains("--cv does not go with --time"))
    }
}
