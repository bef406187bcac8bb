import Foundation
import Testing

/// What programs and people who mistype meet: one way to ask for JSON, errors as JSON, near names.
@Suite struct MachineOutputTests {
    private func json(_ text: String) -> Any? {
        try? JSONSerialization.jsonObject(with: Data(text.utf8), options: [.fragmentsAllowed])
    }

    @Test func nothingAskedShowsTheFirstDay() throws {
        let shown = try CommandTests.run()
        #expect(shown.status == 0)
        let commands = shown.output.split(separator: "\n").filter { $0.hasPrefix("  vouch ") }
        #expect(commands.count == 3)
        #expect(!shown.output.contains("ledger"))
        let help = try CommandTests.run("help")
        for name in ["inspect", "ledger", "fairness", "drift", "policy"] {
            #expect(help.output.contains("  \(name) "), "\(name)")
        }
    }

    @Test(arguments: [
        (["trian", "a.csv"], "vouch train"), (["explain", "reason", "runs/a"], "vouch explain reasons"),
        (["runs", "lst"], "vouch runs list"), (["fairness", "mitigat"], "vouch fairness mitigate"),
    ])
    func aMistypedCommandNamesTheNearest(_ arguments: [String], _ meant: String) throws {
        let outcome = try CommandTests.run(arguments)
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("Did you mean `\(meant)`?"), "\(outcome.error)")
    }

    @Test(arguments: [
        ["predict", "no-run", "no.csv", "--json"], ["evaluate", "no-run", "no.csv", "--json"],
        ["inspect", "no.csv", "--format", "json"], ["compare", "no-a", "no-b", "--json"],
        ["audit", "no.csv", "--target", "y", "--format=json"], ["drift", "no-run", "no.csv", "--json"],
        ["check", "no-run", "--policy", "no.yaml", "--json"], ["explain", "no-run", "no.csv", "--json"],
        ["explain", "reasons", "no-run", "no.csv", "--json"], ["ledger", "show", "no-run", "--json"],
        ["runs", "show", "no-run", "--json"], ["report", "no-run", "--json"],
        ["cost", "graph", "no-run", "--json"], ["export", "no-run", "--onnx", "no.onnx", "--json"],
        ["generalization", "no-run", "--json"],
        ["fairness", "data", "no-run", "--json"], ["train", "no.csv", "--target", "y", "--json"],
        ["prove", "no-run", "--remedy", "dropout", "--json"], ["inspekt", "--json"],
        ["inspect", "no.csv", "--no-such-option", "--json"],
    ])
    func anErrorUnderJSONIsOneObject(_ arguments: [String]) throws {
        let outcome = try CommandTests.run(arguments)
        #expect(outcome.status != 0)
        #expect(outcome.error.isEmpty, "\(outcome.error)")
        let lines = outcome.output.split(separator: "\n")
        let last = json(String(lines.last ?? "")) as? [String: Any]
        let error = last?["error"] as? [String: Any]
        #expect((error?["what"] as? String)?.isEmpty == false, "\(outcome.output)")
        #expect((error?["message"] as? String)?.isEmpty == false)
        #expect(last?["exitCode"] as? Int == Int(outcome.status))
    }

    @Test func aTableErrorSaysWhere() throws {
        let scratch = try Scratch()
        let file = try scratch.write("a,b\n1,2\n3\n", to: "short.csv")
        let outcome = try CommandTests.run("inspect", file, "--json")
        let object = json(outcome.output) as? [String: Any]
        let error = object?["error"] as? [String: Any]
        let place = error?["where"] as? [String: Any]
        #expect(place?["line"] as? Int == 3)
        #expect((error?["advice"] as? String)?.isEmpty == false)
    }

    /// Each prints JSON for `--json` and for `--format json`, the same.
    @Test func everyCommandThatPrintsHasBothSpellings() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        let run = scratch.path + "/run"
        let trained = try CommandTests.run(
            "train", data, "--target", "class", "--protected", "sex", "--out", run, "--epochs", "1",
            "--model", "mlp", "--width", "32", "--quiet")
        #expect(trained.status == 0, "\(trained.error)")
        let policy = try CommandTests.run("policy", "init", run).output
        let file = try scratch.write(policy, to: "policy.yaml")
        let commands: [[String]] = [
            ["inspect", data, "--target", "class"], ["predict", run, data], ["evaluate", run, data],
            ["explain", run, data, "--row", "3"], ["explain", "reasons", run, data, "--row", "3"],
            ["explain", "counterfactuals", run, data, "--row", "3", "--count", "1"],
            ["explain", "examples", run, "--count", "2"], ["compare", run, run],
            ["drift", run, data], ["runs", "show", run], ["ledger", "show", run],
            ["ledger", "verify", run], ["check", run, "--policy", file], ["report", run],
            ["cost", "graph", run], ["generalization", run],
        ]
        for command in commands {
            let short = try CommandTests.run(command + ["--json"])
            let long = try CommandTests.run(command + ["--format", "json"])
            #expect(json(short.output) != nil, "\(command): \(short.output.prefix(300))")
            #expect(json(long.output) != nil, "\(command)")
        }
        let rows = json(try CommandTests.run("predict", run, data, "--json").output)
        let first = (rows as? [[String: Any]])?.first
        #expect((rows as? [Any])?.count == 600)
        #expect(first?["decision"] is String)
        #expect(first?.values.contains { $0 is Double } == true)
        let both = try CommandTests.run("inspect", data, "--json", "--format", "terminal")
        #expect(both.status == 64 && both.output.contains("--format terminal"))
    }
}
