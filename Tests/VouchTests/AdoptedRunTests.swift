import Evidence
import Foundation
import Platform
import Reporting
import RunStore
import Runs
import SchemaValidation
import Testing

/// `vouch adopt` and `vouch model init`, and what may be asked of the run.
@Suite struct AdoptedRunTests {
    private struct Place {
        let scratch: Scratch
        var run: String { scratch.path + "/run" }

        init() throws { scratch = try Scratch() }

        func write(_ rows: Range<Int>, to name: String) throws -> String {
            let lines = try Adult.lines(rows.upperBound)
            return try scratch.write(
                ([lines[0]] + lines[(rows.lowerBound + 1)...]).joined(separator: "\n") + "\n", to: name)
        }

        func vouch(_ arguments: String...) throws -> CommandTests.Outcome {
            try CommandTests.run(arguments, home: scratch.path + "/home")
        }

        func adopted(_ more: String...) throws -> CommandTests.Outcome {
            let data = try write(0..<600, to: "data.csv")
            return try CommandTests.run(
                [
                    "adopt", AdoptedModels.path("adult_linear.onnx"), "--data", data, "--target", "class",
                    "--protected", "sex", "--out", run,
                ] + more, home: scratch.path + "/home")
        }
    }

    @Test func aRunIsMadeOfAModel() throws {
        let place = try Place()
        let train = try place.write(600..<1600, to: "train.csv")
        let validation = try place.write(1600..<2200, to: "validation.csv")
        let outcome = try place.adopted(
            "--train", train, "--validation", validation, "--check-inputs",
            AdoptedModels.path("input.pb"), "--check-outputs", AdoptedModels.path("output.pb"))
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.error.contains("guessed: input numbers gets age, fnlwgt"))
        #expect(outcome.error.contains("12 values are as stored"))
        let folder = try RunFolder.open(place.run)
        for name in [
            "model.onnx", "rows.yaml", "schema.json", "model.json", "configuration.json",
            "test_predictions.csv", "validation_predictions.csv", "measurements.json",
        ] { #expect(folder.contains(name), "\(name)") }
        let report = try RunReport(json: folder.read("measurements.json"))
        #expect(report.drawbacks.count == 6)
        for row in report.drawbacks {
            #expect(!row.measured.isEmpty || row.notMeasured != nil, "\(row.drawback)")
            // Nobody said that only predictions were given.
            #expect(row.notMeasured?.contains("only predictions") != true, "\(row.drawback)")
        }
        let measured = Set(report.drawbacks.filter { !$0.measured.isEmpty }.map(\.drawback.rawValue))
        #expect(measured.isSuperset(of: ["computeCost", "dataHunger", "opacity", "overfitting", "bias"]))
        #expect(
            report.drawbacks.first { $0.drawback == .hyperParameters }?.notMeasured?
                .contains("trained elsewhere") == true)
        #expect(report.leftOut.allSatisfy { !$0.reason.contains("only predictions") })
        #expect(report.modelCard != nil && report.dataSheet != nil)
        let validator = try SchemaValidator(schema: RunReport.jsonSchema)
        #expect(try validator.problems(in: JSON(folder.read("measurements.json"))) == [])
        #expect(try place.vouch("ledger", "verify", place.run).status == 0)
        let ledger = try place.vouch("ledger", "show", place.run)
        #expect(ledger.output.contains("adoption of adult_linear.onnx"))
        let looks = try Ledger.read(place.run).records.filter { $0.entry.kind == .look }
        #expect(looks.contains { $0.entry.split == "test" && $0.entry.purpose == "Quality of the predictions" })
        #expect(try place.vouch("runs", "show", place.run).output.contains("ONNX"))
    }

    @Test func whatAsksPredictionsIsAnswered() throws {
        let place = try Place()
        let validation = try place.write(1600..<2600, to: "validation.csv")
        let train = try place.write(600..<1600, to: "train.csv")
        #expect(try place.adopted("--train", train, "--validation", validation, "--quiet").status == 0)
        let new = try place.write(2600..<2900, to: "new.csv")
        let commands: [[String]] = [
            ["report", place.run, "--format", "json"], ["predict", place.run, new],
            ["predict", place.run, new, "--coverage", "0.9"],
            ["predict", place.run, new, "--abstain-risk", "0.2"],
            ["evaluate", place.run, new], ["explain", "rows", place.run, new, "--row", "2"],
            ["explain", "rows", place.run, new, "--row", "2", "--method", "lime"],
            ["explain", "rows", place.run, new, "--row", "2", "--method", "integrated-gradients"],
            ["explain", "counterfactuals", place.run, new, "--row", "1"],
            ["explain", "reasons", place.run, new, "--row", "1"],
            ["drift", place.run, new], ["compare", place.run, place.run],
            ["fairness", "mitigate", place.run, "--protected", "sex", "--constraint", "demographic-parity"],
            ["predict", place.run, new, "--fair", "threshold-demographic-parity-sex"],
            ["prove", place.run, "--remedy", "temperature-scaling"], ["cost", "bill", place.run],
            ["explain", "global", place.run],
            ["runs", "show", place.run], ["ledger", "verify", place.run],
        ]
        for command in commands {
            let outcome = try CommandTests.run(command, home: place.scratch.path + "/home")
            #expect(outcome.status == 0, "\(command): \(outcome.error.suffix(500))")
        }
    }

    /// Each says what is lacking, and that the model was imported; none fails in a decoding.
    @Test func whatNeedsMoreIsRefused() throws {
        let place = try Place()
        #expect(try place.adopted("--quiet").status == 0)
        let new = try place.write(2600..<2700, to: "new.csv")
        let commands: [[String]] = [
            ["prove", place.run, "--remedy", "additive-model"], ["prove", place.run, "--remedy", "int8"],
            ["shrink", place.run, "--to", "rate>2x", "--out", place.run + "-small"],
            ["cost", "graph", place.run], ["cost", "frontier", place.run],
            ["generalization", place.run], ["explain", "examples", place.run],
            ["explain", "influential", place.run, new, "--row", "1"],
            ["predict", place.run, new, "--out-of-distribution"],
            ["tune", "rate", place.run], ["data", "regions", place.run],
            ["fairness", "individual", place.run],
            ["fairness", "mitigate", place.run, "--protected", "sex", "--folds", "3"],
            ["train", new, "--target", "class", "--from", place.run, "--out", place.run + "-2"],
        ]
        for command in commands {
            let outcome = try CommandTests.run(command, home: place.scratch.path + "/home")
            #expect(outcome.status == 1, "\(command): \(outcome.error.suffix(500))")
            #expect(
                outcome.error.contains("was not trained here but imported"),
                "\(command): \(outcome.error.suffix(500))")
        }
        for what in ["global", "evaluate"] {
            let outcome = try place.vouch("explain", what, place.run)
            #expect(outcome.status == 1 && outcome.error.contains("were not given (--train)"), "\(outcome.error)")
        }
        let drift = try place.vouch("drift", place.run, new)
        #expect(drift.status == 1 && drift.error.contains("--reference"))
        let mitigated = try place.vouch("fairness", "mitigate", place.run, "--protected", "sex")
        #expect(mitigated.status == 1 && mitigated.error.contains("--validation FILE"))
        let covered = try place.vouch("predict", place.run, new, "--coverage", "0.9")
        #expect(covered.status == 1 && covered.error.contains("--calibrate FILE"))
        // The measured rows are the background, and that is said.
        let explained = try place.vouch("explain", "rows", place.run, new, "--row", "1")
        #expect(explained.status == 0 && explained.output.contains("rows of data.csv"))
    }

    @Test func aModelOfOtherRowsIsRefused() throws {
        let place = try Place()
        let data = try place.write(0..<50, to: "data.csv")
        // Classes that the model does not have.
        var outcome = try place.vouch(
            "adopt", AdoptedModels.path("adult_linear.onnx"), "--data", data, "--target", "education",
            "--out", place.run)
        #expect(outcome.status == 1 && outcome.error.contains("classes"))
        outcome = try place.vouch(
            "adopt", data, "--data", data, "--target", "class", "--out", place.run)
        #expect(outcome.status == 1 && outcome.error.contains("no ONNX file"), "\(outcome.error)")
        let rows = try place.vouch(
            "model", "init", AdoptedModels.path("adult_linear.onnx"), data, "--target", "class",
            "--exclude", "age", "--out", place.scratch.path + "/rows.yaml")
        #expect(rows.status == 0 && rows.error.contains("to be chosen: columns: 6 of"))
        outcome = try place.vouch(
            "adopt", AdoptedModels.path("adult_linear.onnx"), "--data", data, "--rows",
            place.scratch.path + "/rows.yaml", "--out", place.run)
        #expect(outcome.status == 1 && outcome.error.contains("line 7: `columns` is left to be chosen"))
        #expect(!Files.exists(place.run))
    }

    @Test func aNumberIsPredicted() throws {
        let place = try Place()
        let data = try place.write(0..<400, to: "data.csv")
        let rows = try place.scratch.write(
            """
            target: hours-per-week
            inputs: {x: {as: number, columns: [age, education-num]}}
            output: {name: hours, is: number}
            """, to: "rows.yaml")
        let outcome = try place.vouch(
            "adopt", AdoptedModels.path("adult_hours.onnx"), "--data", data, "--rows", rows, "--out",
            place.run)
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(try place.vouch("predict", place.run, data).output.hasPrefix("prediction\n"))
        #expect(try place.vouch("evaluate", place.run, data).status == 0)
    }

    /// An order of classes that was guessed and is wrong is worse than chance, and that is said.
    @Test func classesTheOtherWayRoundAreSuspected() throws {
        let place = try Place()
        let lines = try Adult.lines(600)
        // As if the answers were called so that their order is the other one.
        let data = try place.scratch.write(
            ([lines[0]] + lines[1...].map { line in
                line.hasSuffix(">50K") ? line.replacing(">50K", with: "a") : line.replacing("<=50K", with: "b")
            }).joined(separator: "\n") + "\n", to: "data.csv")
        let outcome = try place.vouch(
            "adopt", AdoptedModels.path("adult_linear.onnx"), "--data", data, "--target", "class", "--out",
            place.run)
        #expect(outcome.status == 0 && outcome.error.contains("may be the other way round"), "\(outcome.error)")
    }
}
