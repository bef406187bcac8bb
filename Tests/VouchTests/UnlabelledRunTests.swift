import Cost
import Documents
import Evidence
import Platform
import Reporting
import RunStore
import Runs
import Studies
import TensorCore
import Testing

/// `vouch train --unlabelled`, as a user has it.
@Suite struct UnlabelledRunTests {
    /// Two numbers and a word; the answer is whether the first is above a half, or a coin.
    private static func rows(_ range: Range<Int>, answer: Bool, isCoin: Bool = false) -> String {
        let random = CounterRandom(seed: 11, name: "test of unlabelled rows")
        let header = "a,b,word" + (answer ? ",class" : "") + "\n"
        return header
            + range.map { row in
                let index = UInt64(row)
                let (a, b) = (random.uniform(index: index), random.uniform(step: 1, index: index))
                let told = isCoin ? random.uniform(step: 2, index: index) : a
                let word = ["red", "green", "blue"][row % 3]
                return "\(a),\(b),\(word)" + (answer ? told > 0.5 ? ",yes" : ",no" : "")
            }.joined(separator: "\n") + "\n"
    }

    private struct Files {
        let scratch: Scratch
        let data: String
        let test: String
        let pool: String

        init(isCoin: Bool = false) throws {
            scratch = try Scratch()
            data = try scratch.write(
                UnlabelledRunTests.rows(0..<300, answer: true, isCoin: isCoin), to: "data.csv")
            test = try scratch.write(
                UnlabelledRunTests.rows(300..<400, answer: true, isCoin: isCoin), to: "test.csv")
            pool = try scratch.write(
                UnlabelledRunTests.rows(390..<690, answer: false), to: "pool.csv")
        }

        /// A network that is trained too short, so that what is taught longer is better.
        func run(
            _ name: String, pool: String?, threads: Int = 2,
            onEvent: @escaping (RunEvent) -> Void = { _ in }
        ) throws -> RunResult {
            try trainRun(
                quick(data, out: scratch.path + "/" + name) {
                    $0.test = test
                    $0.unlabelled = pool
                    $0.model.kind = .mlp
                    $0.model.width = 8
                    $0.learning.folds = 1
                }, control: RunControl(threads: threads, onEvent: onEvent))
        }
    }

    @Test func rowsThatHelpAreLearnedFrom() throws {
        let files = try Files()
        var warnings: [String] = []
        let with = try files.run("with", pool: files.pool) {
            if case .warning(let text) = $0 { warnings.append(text) }
        }
        let plain = try files.run("plain", pool: nil)
        #expect(with.weightsSHA256 != plain.weightsSHA256)
        #expect(try files.run("again", pool: files.pool, threads: 1).weightsSHA256 == with.weightsSHA256)
        // Ten rows stand in the pool and among the test rows.
        #expect(warnings.contains { $0.contains("10 of 300 rows") && $0.contains("test row") })

        let path = files.scratch.path + "/with"
        let record = try #require(try UnlabelledRecord.of(RunFolder.open(path)))
        #expect(record.facts.isUsed && record.facts.testCopies == 10)
        let comparison = try #require(record.facts.comparison)
        #expect(comparison.gain > 0 && comparison.after < comparison.before)
        let found = try storedReport(run: path).measurements
        let used = try #require(found.first { $0.metric == "unlabelledUsed" })
        #expect(used.value == 1)
        let gain = try #require(found.first { $0.metric == "unlabelledGain" })
        #expect(gain.value == comparison.gain && gain.interval != nil)
        #expect(found.contains { $0.metric == "unlabelledConfidence" })

        // A plan without a change is the run, rows without labels and all.
        let trials = try Trials(run: path, threads: 1, cancellation: Cancellation())
        let trial = try trials.trained(TrialPlan(trials.settings))
        #expect(trial.weightsSHA256 == with.weightsSHA256)
        // What was changed since is not learned from.
        _ = try files.scratch.write(Self.rows(400..<690, answer: false), to: "pool.csv")
        let error = #expect(throws: VouchError.self) {
            try Trials(run: path, threads: 1, cancellation: Cancellation())
        }
        #expect(error?.description.contains("pool.csv was changed") == true)
    }

    @Test func rowsThatDoNotHelpChangeNoBit() throws {
        let files = try Files(isCoin: true)
        var warnings: [String] = []
        let with = try files.run("with", pool: files.pool) {
            if case .warning(let text) = $0 { warnings.append(text) }
        }
        #expect(with.weightsSHA256 == (try files.run("plain", pool: nil)).weightsSHA256)
        #expect(warnings.contains { $0.contains("are not used") })
        let path = files.scratch.path + "/with"
        let record = try #require(try UnlabelledRecord.of(RunFolder.open(path)))
        #expect(!record.facts.isUsed && record.facts.comparison != nil)
        let trials = try Trials(run: path, threads: 1, cancellation: Cancellation())
        #expect(
            try trials.trained(TrialPlan(trials.settings)).weightsSHA256 == with.weightsSHA256)
    }

    /// Where there are folds, every labelled row is held out once; several classes and numbers are taught, too.
    @Test(arguments: [("word", "nats"), ("b", "squared")])
    func foldsHoldEveryRowOut(_ target: String, _ unit: String) throws {
        let scratch = try Scratch()
        let lines = Self.rows(0..<150, answer: false)
        let data = try scratch.write(lines, to: "data.csv")
        let place = try #require(["a", "b", "word"].firstIndex(of: target))
        let pool = Self.rows(150..<250, answer: false).split(separator: "\n").map { line in
            var cells = line.split(separator: ",")
            cells.remove(at: place)
            return cells.joined(separator: ",")
        }
        let poolFile = try scratch.write(pool.joined(separator: "\n") + "\n", to: "pool.csv")
        let path = scratch.path + "/run"
        _ = try trainRun(
            quick(data, target: target, out: path) {
                $0.unlabelled = poolFile
                $0.model.kind = .mlp
                $0.model.width = 8
                $0.learning.folds = 2
            }, control: RunControl(threads: 1))
        let record = try #require(try UnlabelledRecord.of(RunFolder.open(path)))
        let comparison = try #require(record.facts.comparison, "\(record.facts.reason)")
        // A fifth of the rows are test rows.
        #expect(comparison.rows == 120 && comparison.unit == unit)
        #expect(record.facts.learned == 100 && record.facts.testCopies == 0)
    }

    @Test func aPoolOfOtherColumnsIsRefused() throws {
        let files = try Files()
        func refused(_ pool: String) throws -> String {
            let path = try files.scratch.write(pool, to: "odd.csv")
            let error = #expect(throws: (any Error).self) {
                try files.run("refused", pool: path)
            }
            #expect(!Platform.Files.exists(files.scratch.path + "/refused"))
            return error.map { "\($0)" } ?? ""
        }
        #expect(try refused(Self.rows(0..<9, answer: true)).contains("it is the target"))
        #expect(try refused("a,word\n1,red\n").contains("\"b\""))
        #expect(try refused("a,b,word,c\n1,2,red,3\n").contains("\"c\""))
        #expect(try !refused("a,b,word\n").isEmpty)
        let odd = try refused("a,b,word\n1,2,red\n3,many,red\n")
        #expect(odd.contains("line 3") && odd.contains("\"many\" is no number"), "\(odd)")
    }

    @Test func whatItDoesNotGoWithIsSaid() throws {
        var configuration = TrainConfiguration(data: "d", output: "o")
        configuration.unlabelled = "pool.csv"
        try configuration.validate()
        configuration.learning.budget = .seconds(10)
        let error = #expect(throws: VouchError.self) { try configuration.validate() }
        #expect(asTyped(error).contains("--unlabelled does not go with --budget"))
        configuration.learning.budget = nil
        configuration.model.quantiles = [0.1, 0.9]
        #expect(throws: VouchError.self) { try configuration.validate() }
    }
}
