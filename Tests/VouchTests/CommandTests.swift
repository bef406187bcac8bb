import Foundation
import Platform
import Testing

/// The program itself, as a person starts it.
@Suite struct CommandTests {
    struct Outcome {
        var status: Int32
        var output: String
        var error: String
    }

    static var program: URL {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("vouch")
    }

    /// - Parameter home: Of the index of runs; that of all tests if not given.
    static func started(
        _ arguments: [String], home: String? = nil
    ) throws -> (Process, Pipe, Pipe) {
        let process = Process()
        process.executableURL = program
        // Without the probes that train again.
        process.arguments =
            arguments + (arguments.first == "train" ? ["--probe-budget", "0s"] : [])
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["VOUCH_HOME": home ?? FileManager.default.temporaryDirectory.path + "/vouch-tests-home"]
        ) { $1 }
        let output = Pipe()
        let error = Pipe()
        process.standardOutput = output
        process.standardError = error
        try process.run()
        // A program that hangs must not hang the tests.
        let id = process.processIdentifier
        DispatchQueue.global().asyncAfter(deadline: .now() + 180) { kill(id, SIGKILL) }
        return (process, output, error)
    }

    static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

    static func run(_ arguments: [String], home: String? = nil) throws -> Outcome {
        let (process, output, error) = try started(arguments, home: home)
        let outputBytes = output.fileHandleForReading.readDataToEndOfFile()
        let errorBytes = error.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus, output: String(decoding: outputBytes, as: UTF8.self),
            error: String(decoding: errorBytes, as: UTF8.self))
    }

    @Test func trainsPredictsAndEvaluates() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1000), to: "data.csv")
        let run = scratch.path + "/run"
        let quiet = try Self.run(
            "train", data, "--target", "class", "--protected", "sex", "--out", run, "--epochs", "1",
            "--width", "32", "--quiet")
        #expect(quiet.status == 0 && quiet.output.isEmpty && quiet.error.isEmpty)
        let refused = try Self.run("train", data, "--target", "class", "--out", run)
        #expect(refused.status == 1 && refused.error.contains("--overwrite"))
        let told = try Self.run(
            "train", data, "--target", "class", "--out", run, "--epochs", "2", "--width", "32",
            "--overwrite")
        #expect(told.status == 0 && told.output.contains("ROC AUC"))
        #expect(told.output.contains("Report: \(run)/report.html"))
        #expect(told.error.contains("epoch 2") && !told.error.contains("\u{1B}"))
        let predicted = try Self.run("predict", run, data)
        #expect(predicted.output.split(separator: "\n").count == 1001)
        let evaluated = try Self.run("evaluate", run, data)
        #expect(evaluated.status == 0 && evaluated.output.contains("Accuracy"))
        let inspected = try Self.run("inspect", data, "--target", "class")
        #expect(inspected.output.contains("hours-per-week"))
        for line in try Self.run("inspect", data, "--json").output.split(separator: "\n").prefix(1)
        {
            #expect(line == "{")
        }
    }

    @Test func everyLineForMachinesIsJSON() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1000), to: "data.csv")
        let outcome = try Self.run(
            "train", data, "--target", "class", "--out", scratch.path + "/run", "--epochs", "1",
            "--width", "32", "--json")
        let events = try outcome.output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return object?["event"] as? String ?? "?"
        }
        #expect(events.last == "finished")
        #expect(events.contains("epoch") && events.contains("stopped") && !events.contains("?"))
        #expect(outcome.error.isEmpty)
    }

    @Test func aFileOfOptions() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(1000), to: "data.csv")
        let file = try scratch.write(
            """
            data: "\(data)"
            target: class
            protected: [sex, race]
            epochs: 7
            width: 32
            quiet: true
            out: "\(scratch.path)/run"
            """, to: "options.yaml")
        let outcome = try Self.run("train", "--config", file, "--epochs", "1")
        #expect(outcome.status == 0, "\(outcome.error)")
        let written = String(
            decoding: try Files.read(scratch.path + "/run/configuration.json"), as: UTF8.self)
        #expect(written.contains("\"epochs\" : 1,") && written.contains("\"race\""))
        let wrong = try scratch.write("target: class\nfrob: 1\n", to: "wrong.yaml")
        let refused = try Self.run("train", "--config", wrong)
        #expect(refused.status == 1 && refused.error.contains("line 2"))
        #expect(refused.error.contains("frob"))
    }

    @Test func ctrlCKeepsTheBestModel() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(2000), to: "data.csv")
        let run = scratch.path + "/run"
        let (process, _, error) = try Self.started([
            "train", data, "--target", "class", "--model", "mlp", "--out", run, "--epochs",
            "100000", "--patience",
            "100000",
        ])
        var said = ""
        // One line a second, of whichever epoch is done then.
        while said.matches(of: /epoch \d/).count < 2 {
            let bytes = error.fileHandleForReading.availableData
            guard !bytes.isEmpty else { break }
            said += String(decoding: bytes, as: UTF8.self)
        }
        process.interrupt()
        said += String(
            decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 130)
        #expect(said.contains("interrupted by the user"))
        let predicted = try Self.run("predict", run, data)
        #expect(predicted.status == 0)
    }

    /// Killed at random moments and continued, a run ends in the bits of the run that was not
    /// killed, and under its name stands nothing or a whole run. Every second one has written a
    /// checkpoint before.
    @Test(arguments: ["one", "folds", "refit", "adversary", "restart"])
    func aKilledTrainingIsContinuedToTheSameBits(of trainings: String) throws {
        let scratch = try Scratch()
        let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] != nil
        // The one round of most is killed after a checkpoint.
        let rounds = isLong ? 0..<20 : trainings == "one" ? 0..<2 : 1..<2
        // Long enough for a checkpoint in the middle, of which there is at most one a second.
        let large =
            isLong ? Adult.train : try scratch.write(try Adult.csv(10_000), to: "large.csv")
        let small = try scratch.write(try Adult.csv(1500), to: "small.csv")
        func arguments(_ name: String) -> [String] {
            let model =
                switch trainings {
                case "folds": ["train", small, "--width", "64", "--epochs", "30"]
                case "refit":
                    [
                        "train", small, "--width", "64", "--epochs", "60", "--patience", "60",
                        "--refits", "2",
                    ]
                case "adversary":
                    [
                        "train", small, "--model", "mlp", "--epochs", "60", "--patience", "60",
                        "--protected", "sex", "--fair-penalty", "equalized-odds=1",
                        "--fair-penalty-measure", "adversary",
                    ]
                case "restart":
                    [
                        "train", small, "--width", "64", "--epochs", "30", "--learning-rate", "10",
                    ]
                default:
                    ["train", large, "--model", "mlp", "--epochs", "30", "--patience", "30"]
                }
            return model + [
                // What probes find is of no interest here, and takes longer than the training.
                "--target", "class", "--quiet", "--probe-budget", "0s",
                "--out", scratch.path + "/" + name,
            ]
        }
        func weights(_ name: String) throws -> [UInt8] {
            try Files.read(scratch.path + "/" + name + "/weights.safetensors")
        }
        let began = Clock.monotonicSeconds()
        let (whole, _, _) = try Self.started(arguments("whole"))
        whole.waitUntilExit()
        let seconds = Clock.monotonicSeconds() - began
        let expected = try weights("whole")
        var continued = 0
        for round in rounds {
            let name = "run\(round)"
            let checkpoint = scratch.path + "/.\(name).training/checkpoint0.safetensors"
            let (process, _, _) = try Self.started(arguments(name))
            var wait = Double.random(in: 0.02...0.95) * seconds
            if !round.isMultiple(of: 2) {
                while process.isRunning, !Files.exists(checkpoint) { usleep(10_000) }
                wait *= 0.2
            }
            usleep(UInt32(wait * 1e6))
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            let stands = Files.exists(scratch.path + "/" + name)
            if stands { #expect(try weights(name) == expected) }
            if Files.exists(checkpoint) { continued += 1 }
            guard !stands else { continue }
            let (again, _, _) = try Self.started(arguments(name) + ["--resume"])
            again.waitUntilExit()
            #expect(again.terminationStatus == 0)
            #expect(try weights(name) == expected)
            #expect(!Files.exists(scratch.path + "/.\(name).training"))
        }
        #expect(!isLong || continued > 3, "\(continued) had a checkpoint")
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completions(shell: String) throws {
        let outcome = try Self.run("--generate-completion-script", shell)
        #expect(outcome.status == 0 && outcome.output.contains("label-smoothing"))
    }
}
