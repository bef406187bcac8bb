import DataEfficiency
import Documents
import Evidence
import Platform
import Reporting
import RunStore
import Runs
import Studies
import Testing

/// Rows without an answer, labelled by rules: runs, their repetition, and what is said of bad rule files.
@Suite struct RuleRunTests {
    private static let rules = """
        - name: young
          if: age < 26
          vote: "<=50K"
        - name: never married
          if: marital-status = Never-married
          vote: "<=50K"
        - name: degree or capital
          if: [education-num > 13, capital-gain > 5000]
          vote: ">50K"
        - name: husband
          if: marital-status = Married-civ-spouse and age > 35
          vote: ">50K"
        """

    /// The first rows of Adult, of which only the first have an answer.
    private static func table(_ rows: Int, answered: Int) throws -> String {
        let lines = try Adult.lines(rows)
        let cut = lines.enumerated().map { place, line -> String in
            guard place > answered, let comma = line.lastIndex(of: ",") else { return line }
            return String(line[...comma])
        }
        return cut.joined(separator: "\n") + "\n"
    }

    private static func tests(_ scratch: Scratch) throws -> String {
        let lines = try Adult.lines(700)
        return try scratch.write(
            ([lines[0]] + lines.suffix(100)).joined(separator: "\n") + "\n", to: "test.csv")
    }

    private static func configuration(
        _ scratch: Scratch, rules: String = rules, answered: Int = 150,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> TrainConfiguration {
        let data = try scratch.write(try table(500, answered: answered), to: "data.csv")
        let test = try tests(scratch)
        return quick(data, out: scratch.path + "/run") {
            $0.test = test
            $0.model.kind = .mlp
            $0.model.width = 8
            $0.rules = LabelRules(file: "rules.yaml", text: rules)
            change(&$0)
        }
    }

    /// The run learns from rows that rules label, says so, keeps the rules, and is repeated by its plans, bit for bit.
    @Test(arguments: ["one", "folds"])
    func aRunWithRulesIsRepeatedByItsPlan(_ kind: String) throws {
        let scratch = try Scratch()
        let configuration = try Self.configuration(scratch) {
            if kind == "folds" { $0.learning.folds = 3 }
        }
        let result = try trainRun(configuration, control: RunControl(threads: 2))
        let kept = try Files.read(result.path + "/" + LabelRules.fileName)
        #expect(String(decoding: kept, as: UTF8.self) == Self.rules)
        let trials = try Trials(run: result.path, threads: 1, cancellation: Cancellation())
        let same = TrialPlan(trials.settings)
        #expect(try trials.trained(same).weightsSHA256 == result.weightsSHA256)
        var redrawn = same
        redrawn.rows = .redrawn(Array(0..<500))
        #expect(try trials.trained(redrawn).weightsSHA256 == result.weightsSHA256)
        if kind == "one" {
            var chosen = same
            chosen.rows = .chosen(learn: trials.trainingRows, validate: trials.validationRows)
            #expect(try trials.trained(chosen).weightsSHA256 == result.weightsSHA256)
        }
        var without = same
        without.settings.rules = nil
        #expect(try trials.trained(without).weightsSHA256 != result.weightsSHA256)

        let report = try storedReport(run: result.path)
        func measured(_ metric: MetricID) -> Measurement? {
            report.measurements.first { $0.metric == metric }
        }
        let share = try #require(measured(.ruleLabelledShare)?.value)
        #expect(share > 0.5 && share < 1)
        #expect(measured(.wrongRules)?.value == 0)
        #expect(measured(.gainOverMajorityVote)?.interval != nil)
        #expect(report.html().contains("How often each rule is right"))
    }

    /// Of three classes, too, whose answers are shares.
    @Test func severalClassesLearnShares() throws {
        let scratch = try Scratch()
        let lines = (0..<240).map { row -> String in
            let kind = row % 3
            let answer = row < 90 ? ["red", "green", "blue"][kind] : ""
            return "\(10 * kind + row % 7),\(row % 5),\(answer)"
        }
        let data = try scratch.write(
            (["x,y,colour"] + lines).joined(separator: "\n") + "\n", to: "data.csv")
        let rules = """
            - {name: low, if: x < 8, vote: red}
            - {name: middle, if: x > 9 and x < 18, vote: green}
            - {name: high, if: x > 19, vote: blue}
            """
        let result = try trainRun(
            quick(data, target: "colour", out: scratch.path + "/run") {
                $0.model.kind = .mlp
                $0.learning.folds = 1
                $0.learning.epochs = 60
                $0.rules = LabelRules(file: "rules.yaml", text: rules)
            }, control: RunControl(threads: 1))
        let accuracy = result.measurements.first { $0.metric == "accuracy" }?.value
        #expect(try #require(accuracy) > 0.6)
    }

    /// What does not fit is refused before anything is written, with rule, line and what to do.
    @Test(arguments: [
        ("- {name: a, if: agee < 26, vote: \"<=50K\"}", "Is \"age\" meant"),
        ("- {name: a, if: age < 26, vote: rich}", "They are: <=50K, >50K"),
        ("- {name: a, if: class = >50K, vote: \">50K\"}", "\"class\", the target"),
        ("- {name: a, if: age > 200, vote: \">50K\"}", "no rule of --rules votes"),
        ("- {name: a, if: age > 20}", "it votes for no class"),
        ("- {name: a, vote: \">50K\"}", "it has no condition"),
        ("- {name: a, when: age > 20, vote: \">50K\"}", "there is no field \"when\""),
        ("rules", "has no rules"), ("", "has no rules"),
        ("- {name: a, if: age > 20, vote: \">50K\"}\n- {name: a, if: age > 30, vote: \">50K\"}", "two rules"),
    ])
    func badRulesAreRefused(_ rules: String, _ told: String) throws {
        let scratch = try Scratch()
        let configuration = try Self.configuration(scratch, rules: rules)
        let error = #expect(throws: (any Error).self) {
            try trainRun(configuration, control: RunControl(threads: 1))
        }
        #expect(asTyped(error).contains(told), "\(asTyped(error))")
        #expect(!Files.exists(configuration.output))
    }

    @Test func whatDoesNotGoWithRulesIsRefused() throws {
        let scratch = try Scratch()
        let all = try Self.configuration(scratch, answered: 500)
        var error = #expect(throws: (any Error).self) {
            try trainRun(all, control: RunControl(threads: 1))
        }
        #expect(asTyped(error).contains("every row of"))
        let mixed = try Self.configuration(scratch) { $0.regularising.mixup = 0.2 }
        error = #expect(throws: (any Error).self) {
            try trainRun(mixed, control: RunControl(threads: 1))
        }
        #expect(asTyped(error).contains("--mixup does not go with --rules"))
        let number = try Self.configuration(scratch) { $0.columns.target = "age" }
        error = #expect(throws: (any Error).self) {
            try trainRun(number, control: RunControl(threads: 1))
        }
        #expect(asTyped(error).contains("vote for classes"))
    }

    /// A rule that is wrong on purpose is named, by the command and by the training.
    @Test func aWrongRuleIsNamed() throws {
        let scratch = try Scratch()
        let rules =
            Self.rules + """

                - name: upside down
                  if: marital-status = Married-civ-spouse
                  vote: "<=50K"
                - name: never
                  if: age > 200
                  vote: "<=50K"
                """
        let configuration = try Self.configuration(scratch, rules: rules)
        var columns = TrainConfiguration.ColumnRoles()
        columns.target = "class"
        let document = try checkRules(
            RuleCheckRequest(
                data: configuration.data, rules: LabelRules(file: "rules.yaml", text: rules),
                columns: columns))
        let text = document.terminal(width: 200)
        #expect(document.statements.contains { $0.hasPrefix("Wrong: \"upside down\".") })
        #expect(document.statements.contains { $0.contains("Of no row votes: \"never\"") })
        #expect(text.contains("WRONG") && text.contains("never votes"))
        let warnings = try PreparedData.load(configuration, threads: 1, onEvent: { _ in })
            .warnings
        #expect(warnings.contains { $0.contains("rule \"upside down\" is wrong") })
        #expect(warnings.contains { $0.contains("rule \"never\" votes of no row") })
        #expect(warnings.contains { $0.contains("are labelled by rules") })
        #expect(!warnings.contains { $0.contains("\"young\"") })
    }

    /// Without one answer the rules are still looked at, and nothing is called measured.
    @Test func withoutAnswersNothingIsMeasured() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Self.table(200, answered: 0), to: "data.csv")
        var columns = TrainConfiguration.ColumnRoles()
        columns.target = "class"
        let document = try checkRules(
            RuleCheckRequest(
                data: data, rules: LabelRules(file: "rules.yaml", text: Self.rules),
                columns: columns))
        #expect(document.statements.contains { $0.contains("Nothing here is measured") })
        #expect(document.tables[1].rows[0][1] == .text("cannot tell"))
        #expect(document.tables[0].rows.allSatisfy { $0[6] == .text("cannot tell") })
    }
}
