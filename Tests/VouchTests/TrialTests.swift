import Foundation
import Optim
import Prediction
import Runs
import Studies
import Testing
import Training

/// Trainings that differ from a run's as plans say.
@Suite struct TrialTests {
    private static let rows = 600

    /// A run of the first rows of Adult, measured on rows of a file of its own.
    private static func run(
        _ scratch: Scratch, _ name: String = "run", rows: Int = rows,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> (path: String, weights: String) {
        let data = try scratch.write(try Adult.csv(rows), to: "data.csv")
        let test = try scratch.write(
            ([try Adult.lines(0)[0]] + Adult.lines(rows + 100).suffix(100))
                .joined(separator: "\n") + "\n", to: "test.csv")
        let path = scratch.path + "/" + name
        let result = try trainRun(
            quick(data, out: path) {
                $0.test = test
                $0.model.kind = .mlp
                $0.model.width = 8
                change(&$0)
            }, control: RunControl(threads: 2))
        return (path, result.weightsSHA256)
    }

    private static func trials(
        _ run: String, cancellation: Cancellation = Cancellation()
    ) throws -> Trials {
        try Trials(run: run, threads: 1, cancellation: cancellation)
    }

    // MARK: - The run itself

    /// With folds, with a refit, with planted rows, with another kind of numbers and repaired numbers.
    @Test(arguments: ["mlp", "folds", "refit", "canaries", "linear", "repaired", "number"])
    func aPlanWithoutAChangeIsTheRun(_ kind: String) throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch) {
            switch kind {
            case "folds": $0.model.kind = .ensemble
            case "refit":
                $0.model.kind = .ensemble
                $0.learning.folds = 1
                $0.learning.refits = 1
            case "canaries": $0.splits.canaries = 20
            case "linear": $0.model.kind = .linear
            case "repaired":
                $0.columns.protected = ["sex"]
                $0[Settings.repairLevel] = 1
            case "number": $0.columns.target = "age"
            default: break
            }
        }
        let trials = try Self.trials(run.path)
        let same = TrialPlan(trials.settings)
        #expect(try trials.trained(same).weightsSHA256 == run.weights)
        // Of its rows all are kept.
        var kept = same
        kept.rows = .keeping(Array(0..<Self.rows + 40))
        #expect(try trials.trained(kept).weightsSHA256 == run.weights)
        // Its test rows stand in a file, so that the others drawn anew are split as they were.
        var redrawn = same
        redrawn.rows = .redrawn(Array(0..<Self.rows))
        #expect(try trials.trained(redrawn).weightsSHA256 == run.weights)
        #expect(trials.trainings == 3)
        // One split may be said row by row.
        guard ["mlp", "linear", "repaired", "number"].contains(kind) else { return }
        var chosen = same
        chosen.rows = .chosen(learn: trials.trainingRows, validate: trials.validationRows)
        #expect(try trials.trained(chosen).weightsSHA256 == run.weights)
    }

    /// Pairs of columns are the run's, or are searched and found to be the same.
    @Test func anAdditiveRunHasItsPairs() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch) {
            $0.model.kind = .additive
            $0.model.width = nil
            $0.model.pairs = 2
            $0.learning.folds = 2
        }
        let trials = try Self.trials(run.path)
        for choosesPairs in [false, true] {
            var plan = TrialPlan(trials.settings)
            plan.choosesPairs = choosesPairs
            #expect(try trials.trained(plan).weightsSHA256 == run.weights)
        }
        #expect(trials.trainings == 2)
    }

    /// What the run's own file of predictions says of its test rows.
    @Test func whatIsToldOfTestRowsIsTheModels() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch).path
        let trials = try Self.trials(run)
        let told = try trials.testPredictions(TrialPlan(trials.settings))
        let stored = try storedRows(run, .test).predictions
        #expect(told.classes == stored.classes && told.rows == stored.rows)
        #expect(zip(told.values, stored.values).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    // MARK: - What is shared

    @Test func theSamePlanTrainsOnce() throws {
        let scratch = try Scratch()
        let trials = try Self.trials(try Self.run(scratch).path)
        var plan = TrialPlan(trials.settings)
        plan.settings.learning.seed = 7
        let first = try trials.trained(plan).weightsSHA256
        #expect(try trials.trained(plan).weightsSHA256 == first)
        let told = try trials.testPredictions(plan)
        #expect(try trials.testPredictions(plan) == told)
        #expect(trials.trainings == 1)
        // Training again gives the same bits.
        let others = try Self.trials(scratch.path + "/run")
        #expect(try others.testPredictions(plan) == told)
        #expect(try others.testPredictions(plan) == told)
        #expect(others.trainings == 1)
        #expect(try others.trained(plan).weightsSHA256 == first)
        // A plan is a value, and survives a file.
        let data = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(TrialPlan.self, from: data) == plan)
    }

    @Test func whatDiffersTrainsAnew() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch)
        let trials = try Self.trials(run.path)
        let own = TrialPlan(trials.settings)
        let changes: [(inout TrialPlan) -> Void] = [
            { $0.settings.learning.seed = 1 },
            { $0.settings.model.numbers = .piecewise },
            { $0.rows = .keeping(Array(0..<Self.rows / 2)) },
            { $0.rows = .redrawn(Array(0..<Self.rows / 2)) },
            { $0.rows = .learned(trials.rows) },
            { $0.rows = .chosen(learn: trials.validationRows, validate: trials.trainingRows) },
            { $0.answers = .shuffled(seed: 1) },
            { $0.answers = .shuffled(seed: 2) },
        ]
        var hashes = [run.weights]
        for change in changes {
            var plan = own
            change(&plan)
            hashes.append(try trials.trained(plan).weightsSHA256)
        }
        #expect(Set(hashes).count == hashes.count)
        #expect(trials.trainings == changes.count)
    }

    // MARK: - Against runs that were asked for the same

    /// What compares with a model of another kind trains as a run of that kind does.
    @Test func anotherKindIsARunOfThatKind() throws {
        let scratch = try Scratch()
        let trials = try Self.trials(try Self.run(scratch).path)
        let other = try Self.run(scratch, "other") {
            $0.model.kind = .additive
            $0.model.width = nil
            $0.learning.folds = 2
        }
        var plan = TrialPlan(trials.settings)
        plan.settings.model.kind = .additive
        plan.settings.model.width = nil
        plan.settings.learning.folds = 2
        plan.rows = .redrawn(Array(0..<Self.rows))
        plan.choosesPairs = true
        #expect(try trials.trained(plan).weightsSHA256 == other.weights)
    }

    /// To the end, and without validation rows, as a run that keeps its last weights: these decide nothing
    /// then.
    @Test func validationRowsDecideNothingWhereTheLastWeightsAreKept() throws {
        let scratch = try Scratch()
        let batch: (inout TrainConfiguration) -> Void = {
            $0.learning.batchRows = 32
            $0.learning.epochs = 4
        }
        let trials = try Self.trials(try Self.run(scratch, "run", batch).path)
        let last = try Self.run(scratch, "last") {
            batch(&$0)
            $0.regularising.keeps = .last
        }
        var toTheEnd = TrialPlan(trials.settings)
        toTheEnd.length = .toTheEnd
        #expect(try trials.trained(toTheEnd).weightsSHA256 == last.weights)
        var learned = TrialPlan(trials.settings)
        learned.rows = .learned(trials.trainingRows)
        #expect(try trials.trained(learned).weightsSHA256 == last.weights)
    }

    /// Of a run of folds and refits one model is trained to the end.
    @Test func toTheEndIsOneModel() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch) { $0.model.kind = .ensemble }
        let trials = try Self.trials(run.path)
        var plan = TrialPlan(trials.settings)
        #expect(try trials.trained(plan).histories.count == 5)
        plan.length = .toTheEnd
        let histories = try trials.trained(plan).histories
        #expect(histories.map(\.count) == [2] && histories[0].allSatisfy(\.isBest))
    }

    /// Answers in place of the target's that are the same are learned the same.
    @Test func replacedAnswersAreLearnedAsATargetIs() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch)
        let trials = try Self.trials(run.path)
        let classes = ["<=50K", ">50K"]
        let codes = try Adult.lines(Self.rows).dropFirst().map { line in
            Int32(classes.firstIndex { line.hasSuffix("," + $0) } ?? -1)
        }
        func plan(_ codes: [Int32], _ rows: TrialPlan.Rows) -> TrialPlan {
            var plan = TrialPlan(trials.settings)
            plan.rows = rows
            plan.answers = .replaced(.init(name: "again\n", classes: classes, codes: codes))
            return plan
        }
        let all = TrialPlan.Rows.redrawn(Array(0..<Self.rows))
        for rows in [.ofRun, all] {
            #expect(try trials.trained(plan(codes, rows)).weightsSHA256 == run.weights)
        }
        let others = codes.enumerated().map { $0 % 7 == 0 ? 1 - $1 : $1 }
        for rows in [.ofRun, all, .learned(trials.rows)] {
            #expect(try trials.trained(plan(others, rows)).weightsSHA256 != run.weights)
        }
    }

    /// A training of few steps is the beginning of one of more, since the learning rate's way spans all
    /// epochs.
    @Test func aRungIsTheBeginningOfTheWhole() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch) {
            $0.learning.epochs = 5
            $0.learning.patience = 5
            $0.learning.schedule = .cosine
        }
        let trials = try Self.trials(run.path)
        var plan = TrialPlan(trials.settings)
        let whole = try trials.trained(plan).histories[0]
        try #require(whole.count == 5)
        plan.settings.learning.steps = whole[1].step
        #expect(try trials.trained(plan).histories == [Array(whole.prefix(2))])
    }

    /// Test rows have a weight too, and there are none beside rows that are drawn anew.
    @Test func weightedRowsAreDrawnAnew() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch) { $0.columns.weight = "fnlwgt" }
        let trials = try Self.trials(run.path)
        var plan = TrialPlan(trials.settings)
        plan.rows = .redrawn(Array(0..<Self.rows))
        #expect(try trials.trained(plan).weightsSHA256 == run.weights)
    }

    // MARK: - Interruption

    @Test func anInterruptedTrainingIsHeldByNobody() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch).path
        let cancellation = Cancellation()
        let trials = try Self.trials(run, cancellation: cancellation)
        let known = TrialPlan(trials.settings)
        let first = try trials.trained(known).weightsSHA256
        var endless = known
        endless.settings.learning.epochs = 1_000_000
        endless.settings.learning.patience = 1_000_000
        // While it trains, or before: either way there is no model.
        Thread.detachNewThread {
            Thread.sleep(forTimeInterval: 0.3)
            cancellation.raise()
        }
        #expect(throws: Interruption.self) { try trials.trained(endless) }
        #expect(throws: Interruption.self) { try trials.trained(endless) }
        #expect(throws: Interruption.self) { try trials.testPredictions(endless) }
        #expect(trials.trainings == 1)
        // What is held needs no training.
        #expect(try trials.trained(known).weightsSHA256 == first)
        // Nobody else was asked to stop.
        #expect(try Self.trials(run).trained(known).weightsSHA256 == first)
    }

    /// What was trained until somebody asks to stop is written.
    @Test func aRunIsCancelledByTheValueThatItWasGiven() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(300), to: "data.csv")
        let cancellation = Cancellation()
        let result = try trainRun(
            quick(data, out: scratch.path + "/run") {
                $0.model.kind = .mlp
                $0.learning.epochs = 1_000_000
                $0.learning.patience = 1_000_000
            },
            control: RunControl(
                threads: 1, cancellation: cancellation,
                onEvent: { if case .training(.epoch) = $0 { cancellation.raise() } }))
        #expect(result.stop == .interrupted)
    }
}
