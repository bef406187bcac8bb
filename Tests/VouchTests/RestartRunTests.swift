import Documents
import Evidence
import Foundation
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Studies
import Testing
import Training
import Tuning

/// A training that diverges is begun again with a smaller rate, and says so.
@Suite struct RestartRunTests {
    private static func run(
        _ scratch: Scratch, _ name: String, rate: Float?, threads: Int = 2,
        resume: Bool = false, cancellation: Cancellation = Cancellation(),
        onEvent: @escaping (RunEvent) -> Void = { _ in },
        changing change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> RunResult {
        let data = scratch.path + "/data.csv"
        if !Files.exists(data) { _ = try scratch.write(try Adult.csv(600), to: "data.csv") }
        let configuration = quick(data, out: scratch.path + "/" + name) {
            $0.model.kind = .mlp
            $0.model.width = 8
            $0.learning.epochs = 6
            $0.learning.learningRate = rate
            change(&$0)
        }
        return try trainRun(
            configuration,
            control: RunControl(
                threads: threads, resume: resume, cancellation: cancellation, onEvent: onEvent))
    }

    private static func record(_ run: String) throws -> RestartRecord? {
        let folder = try RunFolder.open(run)
        guard folder.contains(RestartRecord.fileName) else { return nil }
        return try JSON.decode(
            RestartRecord.self, from: folder.read(RestartRecord.fileName),
            file: RestartRecord.fileName)
    }

    @Test func aRateOfTenEndsInAUsableModel() throws {
        let scratch = try Scratch()
        let healthy = try Self.run(scratch, "healthy", rate: nil)
        #expect(healthy.restarts == nil)
        #expect(try Self.record(healthy.path) == nil)
        var told: [TrainingRestart] = []
        let result = try Self.run(
            scratch, "ten", rate: 10,
            onEvent: { if case .restarted(let one) = $0 { told.append(one) } })
        let record = try #require(try Self.record(result.path))
        #expect(result.restarts == record && record.askedRate == 10 && record.usedRate < 0.2)
        #expect(!record.hasDiverged && told == record.models[0].restarts && told[0].from == 10)
        #expect(told[0].lostSteps > 0)
        // The recipe's own rate: then it is the default's training, to the bit.
        if told[0].choice == .recipe { #expect(result.weightsSHA256 == healthy.weightsSHA256) }
        func loss(_ result: RunResult) throws -> Double {
            try #require(result.measurements.first { $0.metric == .logLoss }?.value)
        }
        #expect(try loss(result) < loss(healthy) * 1.2)
        // In the report, in words.
        let page = String(decoding: try Files.read(result.path + "/report.html"), as: UTF8.self)
        #expect(page.contains("a learning rate of 10 diverged"))
        // The same bits, on any number of threads.
        for threads in [1, 3] {
            let again = try Self.run(scratch, "again\(threads)", rate: 10, threads: threads)
            #expect(again.weightsSHA256 == result.weightsSHA256 && again.restarts == record)
        }
    }

    /// Rates at which the first step is not finite, and folds that learn from the first one's restart.
    @Test func whatIsNotFiniteIsBegunAgain() throws {
        let scratch = try Scratch()
        let result = try Self.run(scratch, "folds", rate: 1e30, changing: { $0.learning.folds = 3 })
        let record = try #require(result.restarts)
        #expect(record.models.count == 3 && !record.hasDiverged)
        #expect(record.models[0].restarts.count >= 1)
        #expect(record.models.dropFirst().allSatisfy { $0.usedRate <= record.models[0].usedRate })
        #expect(result.measurements.allSatisfy { $0.value?.isFinite ?? true })
    }

    /// Interrupted while another rate is looked for, and as soon as one was chosen.
    @Test(arguments: [false, true])
    func anInterruptionIsToldAndKeepsItsReason(_ isChosen: Bool) throws {
        let scratch = try Scratch()
        let cancellation = Cancellation()
        let result = try Self.run(
            scratch, "cut", rate: 10, cancellation: cancellation,
            onEvent: { event in
                switch event {
                case .searched(step: 5, of: _) where !isChosen: cancellation.raise()
                case .restarted where isChosen: cancellation.raise()
                default: break
                }
            })
        #expect(result.stop == .interrupted)
        #expect(result.restarts != nil && result.restarts?.hasDiverged == !isChosen)
    }

    /// `vouch tune rate`, of a run as it is and of one that was restarted.
    @Test func firstStepsTellTheRateAndTheNoise() throws {
        let scratch = try Scratch()
        let run = try Self.run(scratch, "run", rate: nil)
        let found = try measureFirstSteps(run: run.path, threads: 2, arguments: [])
        func measured(_ metric: MetricID) throws -> Evidence.Measurement {
            try #require(found.measurements.first { $0.metric == metric })
        }
        let turning = try #require(try measured(.turningRate).value)
        #expect(abs(try #require(try measured(.foundRate).value) * 10 / turning - 1) < 1e-3)
        #expect(turning > 1e-4 && turning < 10)
        #expect(try measured(.turningRate).interval == nil)
        let noise = try measured(.noiseScale)
        #expect((noise.value == nil) == (noise.verdict == "cannot tell" && noise.interval == nil))
        if let value = noise.value, let interval = noise.interval {
            #expect(value > 0 && interval.lower < value && value < interval.upper)
        }
        // The same numbers by another number of threads, and in the report from then on.
        let again = try measureFirstSteps(run: run.path, threads: 1, arguments: [])
        #expect(again.measurements.map(\.value) == found.measurements.map(\.value))
        let stored = try storedReport(run: run.path).measurements
        #expect(stored.contains { $0.metric == .turningRate && $0.value == turning })
    }

    /// A trial of a probe or a proof is carried out in the same place.
    @Test func trialsFollowTheRule() throws {
        let scratch = try Scratch()
        let result = try Self.run(scratch, "ten", rate: 10)
        let trials = try Trials(run: result.path, threads: 1, cancellation: Cancellation())
        let trial = try trials.trained(TrialPlan(trials.settings))
        #expect(trial.weightsSHA256 == result.weightsSHA256)
        #expect(trial.made.lostSteps > 0)
    }
}
