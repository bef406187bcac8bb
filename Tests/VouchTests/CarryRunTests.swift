import Cost
import Documents
import Evidence
import Foundation
import Kernels
import Models
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Studies
import Tables
import Testing

/// `vouch train --from`: a run that begins with another one's weights.
@Suite struct CarryRunTests {
    /// A run of the first rows of Adult, whose weights others take.
    private static func source(
        _ scratch: Scratch, _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> String {
        let data = try scratch.write(try Adult.csv(600), to: "source.csv")
        let path = scratch.path + "/source"
        _ = try trainRun(
            quick(data, out: path) {
                // Without a line, which is fitted anew and not carried over.
                $0.edition = .third
                $0.model.kind = .ensemble
                $0.model.members = 2
                $0.learning.folds = 1
                $0.learning.refits = 0
                $0.learning.epochs = 6
                change(&$0)
            }, control: RunControl(threads: 2))
        return path
    }

    /// Other rows of Adult.
    private static func rows(_ scratch: Scratch, _ count: Int = 200) throws -> String {
        let lines = try Adult.lines(600 + count)
        return try scratch.write(
            ([lines[0]] + lines.suffix(count)).joined(separator: "\n") + "\n", to: "other.csv")
    }

    private static func carrying(
        _ source: String?, _ data: String, out: String,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) -> TrainConfiguration {
        quick(data, out: out) {
            $0.edition = .third
            $0.model.width = nil
            $0.learning.folds = 1
            $0.learning.refits = 0
            $0.learning.epochs = 1
            $0.carry.run = source
            change(&$0)
        }
    }

    private static func learner(_ asked: TrainConfiguration) throws -> Learner {
        var configuration = asked
        let prepared = try PreparedData.load(asked, threads: 1, onEvent: { _ in })
        configuration.carry.source = prepared.carried?.source
        return Learner(
            configuration: configuration, prepared: prepared, pool: WorkerPool(threads: 1))
    }

    /// The columns in another order and the target between them.
    private static func turned(_ scratch: Scratch, _ path: String) throws -> String {
        let text = String(decoding: try Files.read(path), as: UTF8.self)
        let lines = text.split(separator: "\n").map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).reversed()
                .joined(separator: ",")
        }
        return try scratch.write(lines.joined(separator: "\n") + "\n", to: "turned.csv")
    }

    // MARK: - Weights

    /// Where all columns and the target are shared, the start predicts what the other model does.
    @Test func aStartOfTheSameColumnsIsTheSameFunction() throws {
        let scratch = try Scratch()
        let source = try Self.source(scratch)
        let data = try Self.turned(scratch, scratch.path + "/source.csv")
        let learner = try Self.learner(Self.carrying(source, data, out: scratch.path + "/new"))
        let start = try #require(try learner.carriedStart(0, seed: 1))
        let share = try learner.carriedShare()
        #expect(share.hasHead && share.weights == share.all)
        #expect(start.carried.contains("members"))
        let made = try learner.bundle(sets: [Buffer(start.weights)])
        let model = try ModelBundle(run: source)
        let table = learner.prepared.table
        let (found, wanted) = try (
            made.predict(table, pool: learner.pool).values,
            model.predict(table, pool: learner.pool).values
        )
        #expect(found.count == wanted.count)
        #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    /// Another target, a column less and a new one: what is not shared begins as without.
    @Test func whatIsNotSharedBeginsAtRandom() throws {
        let scratch = try Scratch()
        let source = try Self.source(scratch) { $0.columns.exclude = ["age"] }
        let data = try Self.rows(scratch)
        let learner = try Self.learner(
            Self.carrying(source, data, out: scratch.path + "/new") {
                $0.columns.target = "sex"
                $0.columns.exclude = ["education"]
            })
        let matching = try #require(learner.prepared.carried?.matching)
        #expect(Set(matching.new).isSuperset(of: ["age"]))
        #expect(Set(matching.unused).isSuperset(of: ["education", "sex"]))
        let share = try learner.carriedShare()
        #expect(!share.hasHead && share.weights > 0 && share.weights < share.all)
        let start = try #require(try learner.carriedStart(0, seed: 1))
        #expect(start.carried.contains("hidden1/linear/weight"))
        #expect(!start.carried.contains("head/weight"))
    }

    // MARK: - Runs

    @Test func aRunThatItHelpsIsTrainedAgainAsItWas() throws {
        let scratch = try Scratch()
        let source = try Self.source(scratch)
        let data = try Self.rows(scratch)
        let path = scratch.path + "/new"
        let result = try trainRun(
            Self.carrying(source, data, out: path), control: RunControl(threads: 2))
        let change = try #require(result.measurements.first { $0.metric == "carriedLossChange" })
        #expect(try #require(change.value) < 0)
        let report = try storedReport(run: path)
        #expect(
            report.facts.contains { $0.label == "Carried over" && $0.value.contains("SHA-256") })
        #expect(
            report.facts.contains { $0.value.contains("the model with weights of \(source) is") })
        let model = try ModelBundle(run: path)
        let hash = ContentHash.sha256(try ModelBundle(run: source).encodedWeights())
        #expect(model.provenance.carried?.weightsSHA256 == hash && model.provenance.isTrained)
        let stored = try FinishedRun.configuration(of: path)
        #expect(stored.carriedSource?.weightsSHA256 == hash)
        // Retrainings begin with the same weights.
        let trials = try Trials(run: path, threads: 1)
        let again = try trials.trained(TrialPlan(trials.settings))
        #expect(again.weightsSHA256 == result.weightsSHA256)
        var fewer = TrialPlan(trials.settings)
        fewer.rows = .redrawn(trials.rows)
        let redrawn = try trials.trained(fewer)
        #expect(redrawn.learner.prepared.encoder.columns.count == model.encoder.columns.count)
        #expect(redrawn.model.provenance.carried?.weightsSHA256 == hash)
        // Another kind of model has nothing of them.
        let linear = try trials.trained(
            TrialPlan(LinearBaseline.configuration(of: trials.settings)))
        #expect(linear.model.provenance.carried == nil)
        // Where the other run is another by now, that is said.
        try Files.remove(source)
        let gone = #expect(throws: VouchError.self) { _ = try Trials(run: path, threads: 1) }
        #expect(gone?.description.contains("began with weights of \(source)") == true)
        _ = try Self.source(scratch) { $0.learning.seed = 7 }
        let other = #expect(throws: VouchError.self) { _ = try Trials(run: path, threads: 1) }
        #expect(other?.description.contains("SHA-256") == true)
    }

    /// The other run learned the opposite of each answer.
    @Test func whereItHarmsTheRunIsTheOneWithout() throws {
        let scratch = try Scratch()
        let source = try Self.source(scratch)
        let lines = try Adult.lines(800).enumerated().filter { $0.offset == 0 || $0.offset > 600 }
        let turned = lines.map { line -> String in
            let text = line.element
            if text.hasSuffix(">50K") { return String(text.dropLast(4)) + "<=50K" }
            if text.hasSuffix("<=50K") { return String(text.dropLast(5)) + ">50K" }
            return text
        }
        let data = try scratch.write(turned.joined(separator: "\n") + "\n", to: "opposite.csv")
        func trained(_ source: String?, _ name: String) throws -> RunResult {
            try trainRun(
                Self.carrying(source, data, out: scratch.path + "/" + name) {
                    $0.learning.epochs = 3
                }, control: RunControl(threads: 2))
        }
        let plain = try trained(nil, "plain")
        let found = try trained(source, "with")
        #expect(found.weightsSHA256 == plain.weightsSHA256)
        let change = try #require(found.measurements.first { $0.metric == "carriedLossChange" })
        #expect(try #require(change.value) > 0)
        #expect(change.verdict == "harms")
        let path = scratch.path + "/with"
        #expect(try ModelBundle(run: path).provenance.carried == nil)
        // It needs the other run no more.
        try Files.remove(source)
        let trials = try Trials(run: path, threads: 1)
        #expect(
            try trials.trained(TrialPlan(trials.settings)).weightsSHA256 == plain.weightsSHA256)
    }

    /// The source learned from rows that are test rows here.
    @Test func rowsOfTheOtherRunAreCountedAmongTestRows() throws {
        let scratch = try Scratch()
        let source = try Self.source(scratch)
        let data = try Self.rows(scratch)
        let result = try trainRun(
            Self.carrying(source, data, out: scratch.path + "/new") {
                $0.test = scratch.path + "/source.csv"
            }, control: RunControl(threads: 2))
        let repeated = try #require(
            result.measurements.first { $0.metric == "repeatedSourceRows" })
        // Four of five rows of that table trained or validated there.
        let value = try #require(repeated.value)
        #expect(value > 0.75 && value < 0.9)
    }

    // MARK: - Refusals

    private static func refusal(_ configuration: TrainConfiguration) -> String {
        let error = #expect(throws: VouchError.self) {
            _ = try trainRun(configuration, control: RunControl(threads: 1))
        }
        return asTyped(error)
    }

    @Test func whatCannotBeCarriedIsRefused() throws {
        let scratch = try Scratch()
        let source = try Self.source(scratch)
        let data = try scratch.write(
            "u,y\n" + (0..<60).map { "\($0),\($0 % 2)" }.joined(separator: "\n") + "\n",
            to: "u.csv")
        let out = scratch.path + "/new"
        let asked = Self.carrying(source, data, out: out) { $0.columns.target = "y" }
        #expect(Self.refusal(asked).contains("shares no column"))
        var same = asked
        same.output = source
        let refused = #expect(throws: VouchError.self) {
            _ = try trainRun(same, control: RunControl(threads: 1, overwrite: true))
        }
        #expect(asTyped(refused).contains("where this run is to be written"))
        var bounded = asked
        bounded.learning.budget = .seconds(60)
        #expect(Self.refusal(bounded).contains("--from does not go with --budget"))
        var rate = asked
        rate.carry.run = nil
        rate.carry.rate = 0.5
        #expect(Self.refusal(rate).contains("--carried-rate goes with --from"))
        let curves = try Self.source(scratch) {
            $0.model = .init()
            $0.model.kind = .additive
            $0.model.pairs = 0
            $0.output = scratch.path + "/curves"
        }
        #expect(curves == source)
        var additive = asked
        additive.carry.run = scratch.path + "/curves"
        #expect(Self.refusal(additive).contains("an additive model"))
        #expect(!Files.exists(out))
    }
}
