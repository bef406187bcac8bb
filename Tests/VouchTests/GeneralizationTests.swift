import Cost
import Documents
import Evidence
import Foundation
import Platform
import Reporting
import Runs
import Studies
import Testing

/// Overfitting, measured further and held back, on real rows.
@Suite struct GeneralizationTests {
    private func run(
        _ scratch: Scratch, _ name: String, rows: Int = 600,
        _ change: @escaping (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> (path: String, result: RunResult) {
        let data = scratch.path + "/data\(rows).csv"
        if !Files.exists(data) { _ = try scratch.write(try Adult.csv(rows), to: "data\(rows).csv") }
        let path = scratch.path + "/" + name
        let result = try trainRun(
            quick(data, out: path) {
                $0.model.kind = .mlp
                $0.model.width = 16
                change(&$0)
            }, control: RunControl(threads: 2))
        return (path, result)
    }

    private func measurement(
        _ report: RunReport, _ metric: MetricID
    ) throws -> Evidence.Measurement {
        try #require(report.measurements.first { $0.metric == metric })
    }

    // MARK: - vouch generalization

    @Test func findingsJoinTheReport() throws {
        let scratch = try Scratch()
        let run = try run(scratch, "run").path
        let list = try onDemandPrices(run: run, threads: 1)
        let price = try #require(list.probes.first { $0.probe == "likelihoodRatioMembership" })
        #expect(price.trainings == 16 && price.seconds > 0 && price.obstacle == nil)
        #expect(list.text.contains("16 trainings"))
        var stages: [String] = []
        let found = try measureOnDemand(
            .init(probes: ["likelihoodRatioMembership", "randomLabelCapacity"], threads: 2),
            run: run,
            onEvent: { event in
                if case .stage(let text) = event { stages.append(text) }
            })
        // The price is said before anything is measured.
        let said = try #require(stages.firstIndex { $0.contains("16 trainings") })
        let measured = try #require(stages.firstIndex { $0.hasPrefix("Measuring") })
        #expect(said < measured)
        let area = try measurement(found, "likelihoodRatioAUC")
        let interval = try #require(area.interval)
        // After two epochs nothing is known by heart.
        #expect(interval.lower < 0.55 && interval.upper > 0.45)
        let report = try storedReport(run: run)
        #expect(try measurement(report, "likelihoodRatioAUC") == area)
        #expect(report.definitions.contains { $0.id == "likelihoodRatioAUC" })
        #expect(report.html().contains("Membership inference by likelihood ratio"))
        #expect(try ledgerText(run: run).contains("Membership inference by likelihood ratio"))
        // Again: the same bits, once in the report.
        _ = try measureOnDemand(
            .init(probes: ["likelihoodRatioMembership"], threads: 1), run: run)
        let again = try storedReport(run: run).measurements.filter {
            $0.metric == "likelihoodRatioAUC"
        }
        #expect(again == [area])
        let error = #expect(throws: VouchError.self) {
            try measureOnDemand(.init(probes: ["magic"]), run: run)
        }
        #expect(error?.description.contains("randomLabelCapacity") == true)
        // Other data than the run's own tell nothing of it.
        _ = try scratch.write(try Adult.csv(599), to: "data600.csv")
        let changed = #expect(throws: VouchError.self) {
            try onDemandPrices(run: run, threads: 1)
        }
        #expect(changed?.description.contains("SHA-256") == true)
    }

    /// A clock is no setting that can be repeated.
    @Test func whatAClockEndedIsNotRepeated() throws {
        let scratch = try Scratch()
        let run = try run(scratch, "run") { $0.learning.budget = .seconds(20) }.path
        let price = try #require(try onDemandPrices(run: run, threads: 1).probes.first)
        #expect(price.obstacle?.contains("--budget") == true)
        #expect(throws: VouchError.self) {
            try measureOnDemand(.init(probes: [price.probe], threads: 1), run: run)
        }
    }

    // MARK: - Planted rows, and a model that learns by heart

    @Test func whatIsLearnedByHeartIsFound() throws {
        let scratch = try Scratch()
        func train(_ name: String, isHeldBack: Bool) throws -> RunReport {
            let run = try run(scratch, name, rows: 800) {
                $0.splits.canaries = 100
                $0.model.width = 128
                $0.model.dropout = 0
                $0.learning.averageDecay = 0
                $0.learning.learningRate = 0.003
                $0.learning.epochs = isHeldBack ? 2 : 80
                $0.regularising.keeps = .last
            }.path
            if isHeldBack { return try storedReport(run: run) }
            _ = try measureOnDemand(.init(probes: ["randomLabelCapacity"], threads: 2), run: run)
            return try storedReport(run: run)
        }
        let found = try train("over", isHeldBack: false)
        #expect(try #require(measurement(found, "canaryExposure").interval).lower > 1.44)
        #expect(try #require(measurement(found, "membershipAUC").interval).lower > 0.5)
        #expect(try #require(measurement(found, "shuffledAnswersFit").value) > 0.9)
        #expect(try measurement(found, "canaryExposure").sample.rows == 100)
        let held = try train("held", isHeldBack: true)
        #expect(try #require(measurement(held, "canaryExposure").interval).lower < 1.44)
        #expect(try #require(measurement(held, "membershipAUC").interval).lower < 0.5)
        // None stands among the rows that are measured.
        #expect(try measurement(held, "membershipAUC").sample.split == "train and test")
        let plain = try storedReport(
            run: try run(scratch, "plain", rows: 800).path)
        for metric: MetricID in ["logLoss", "trainingLoss"] {
            #expect(
                try measurement(plain, metric).sample.rows == measurement(held, metric).sample.rows)
        }
        #expect(plain.leftOut.contains { $0.reason.contains("--canaries") })
    }

    // MARK: - Remedies

    @Test func passesWithDropoutChangePredictionsAndNotWeights() throws {
        let scratch = try Scratch()
        func train(_ name: String, passes: Int) throws -> (String, [UInt8]) {
            let made = try run(scratch, name) {
                $0.model.dropout = 0.3
                $0.regularising.dropoutPasses = passes
            }
            return (
                made.result.weightsSHA256, try Files.read(made.path + "/test_predictions.csv")
            )
        }
        let plain = try train("plain", passes: 0)
        let averaged = try train("averaged", passes: 8)
        let again = try train("again", passes: 8)
        #expect(plain.0 == averaged.0 && plain.1 != averaged.1)
        #expect(again.1 == averaged.1)
    }

    @Test func everyRemedyTrainsOnEveryTask() throws {
        let scratch = try Scratch()
        for target in ["class", "education", "age"] {
            for kind in [TrainConfiguration.ModelKind.mlp, .ensemble] {
                let made = try run(scratch, "\(target)-\(kind)", rows: 300) {
                    $0.columns.target = target
                    $0.model.kind = kind
                    $0.model.dropout = 0.1
                    $0.learning.folds = 1
                    $0.learning.refits = 0
                    $0.regularising.mixup = 0.4
                    $0.regularising.inputNoise = 0.2
                    $0.regularising.categorySwap = 0.1
                    $0.regularising.averagedShare = 0.5
                    $0.regularising.sharpness = 0.05
                    $0.regularising.dropoutPasses = 3
                }
                let facts = try storedReport(run: made.path).facts
                let text = try #require(facts.first { $0.label == "Against overfitting" }?.value)
                #expect(text.contains("mixed") && text.contains("passes"))
            }
        }
    }

    @Test func wrongStrengthsAreNamed() {
        for (says, change) in [
            ("--mixup is 2.0", { $0.regularising.mixup = 2 }),
            ("--input-noise is -1.0", { $0.regularising.inputNoise = -1 }),
            ("--category-swap is 1.5", { $0.regularising.categorySwap = 1.5 }),
            ("--swa is 1.0", { $0.regularising.averagedShare = 1 }),
            ("--sam is -1.0", { $0.regularising.sharpness = -1 }),
            ("--mc-dropout is -1", { $0.regularising.dropoutPasses = -1 }),
            ("--canaries is 1", { $0.splits.canaries = 1 }),
            (
                "--swa and --ema",
                {
                    $0.regularising.averagedShare = 0.5
                    $0.learning.averageDecay = 0.9
                }
            ),
            (
                "--dropout is 0",
                {
                    $0.regularising.dropoutPasses = 5
                    $0.model.dropout = 0
                }
            ),
        ] as [(String, (inout TrainConfiguration) -> Void)] {
            var configuration = TrainConfiguration(data: "data.csv", output: "run")
            change(&configuration)
            let error = #expect(throws: VouchError.self) { try configuration.validate() }
            #expect(asTyped(error).contains(says), "\(says)")
        }
    }
}
