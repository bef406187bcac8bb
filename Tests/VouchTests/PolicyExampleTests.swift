import Documents
import Evidence
import Foundation
import Reporting
import Runs
import Studies
import Testing

/// What `vouch policy init` writes.
@Suite struct PolicyExampleTests {
    @Test func aDozenRulesWithReasonsThatARetrainingKeeps() throws {
        let scratch = try Scratch()
        let people = try Adult.lines(2500)
        func file(_ name: String, _ rows: ArraySlice<String>) throws -> String {
            try scratch.write(([people[0]] + rows).joined(separator: "\n") + "\n", to: name)
        }
        let data = try file("data.csv", people[1...1500])
        let test = try file("test.csv", people[1501...2500])
        func run(_ name: String, seed: UInt64) throws -> String {
            let run = scratch.path + "/" + name
            _ = try trainRun(
                quick(data, out: run) {
                    $0.model.kind = .mlp
                    $0.columns.protected = ["sex", "race"]
                    $0.learning.seed = seed
                    $0.learning.epochs = 10
                    $0.test = test
                }, control: RunControl(threads: 1))
            return run
        }
        let policy = try policyExample(run: run("a", seed: 0))
        let lines = policy.split(separator: "\n")
        let rules = lines.filter { $0.hasPrefix("  - metric:") }
        #expect((6...12).contains(rules.count), "\(policy)")
        #expect(Set(rules).contains("  - metric: rocAUC") && policy.contains("suspectedLeaks"))
        #expect(policy.contains("Gap\n"))
        // A reason stands above each rule, and each limit is short.
        for (line, next) in zip(lines, lines.dropFirst()) where next.hasPrefix("  - metric:") {
            #expect(line.hasPrefix("  # ") && line.contains("Measured"), "\(next)")
        }
        for line in lines where line.contains("{") && line.contains("}") && !line.contains("#") {
            let number = line.split(separator: " ").last.map { $0.dropLast() } ?? ""
            #expect(number.filter(\.isNumber).count <= 5, "\(line)")
        }
        let file = try scratch.write(policy, to: "policy.yaml")
        #expect(try checkRun(scratch.path + "/a", policy: file).passed)
        let again = try checkRun(run("b", seed: 1), policy: file)
        #expect(again.passed, "\(again.text)")
    }

    /// A rule on a bound that is not there fails, and says why.
    @Test func aMissingBoundDoesNotPass() throws {
        let rule = Policy.Rule(
            metric: "rocAUC", quantity: .lower, minimum: 0.1, maximum: nil, group: nil, line: 1)
        let measured = Measurement(
            metric: "rocAUC", drawback: .overfitting, value: 0.9,
            sample: .init(split: "test", rows: 25), note: "one positive row")
        let verdict = try #require(Policy(rules: [rule]).judge([measured]).first)
        #expect(!verdict.passed && verdict.reason?.contains("no interval") == true)
        let absent = try #require(Policy(rules: [rule]).judge([]).first)
        #expect(!absent.passed && absent.reason?.contains("no such measurement") == true)
    }
}
