import Foundation
import Testing
import Vouch

/// The programs in the guide to the library, which are these.
@Suite struct LibraryGuideTests {
    @Test func snippet() throws {
        let data = Samples(rows: 600, seed: 3)
        let (features, labels) = (data.features, data.labels)
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("vouch-guide-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }

        // GUIDE
        let network = Network(
            input: .image(height: 8, width: 8, channels: 1),
            layers: [
                .convolution(16, kernel: 3), .batchNorm, .relu, .maxPool(2),
                .convolution(32, kernel: 3), .batchNorm, .relu, .globalAveragePool,
                .linear(3),
            ])
        let classifier = try network.trainClassifier(
            features: features, labels: labels,
            options: TrainingOptions(epochs: 8, learningRate: 1e-2, validationShare: 0.1),
            onEpoch: { epoch in print(epoch.number, epoch.validationLoss ?? .nan) })
        try classifier.save(to: path)
        let accuracy = try classifier.accuracy(features: features, labels: labels)
        let probabilities = try classifier.probabilities(of: features)  // [rows, classes]
        let why = try classifier.attributions(of: features, to: .logit(0), by: .saliency)
        // GUIDE

        #expect(accuracy.share > 0.9)
        #expect(probabilities.count == 1800)
        #expect(why.values.count == 600 * 64)
    }

    @Test func tables() throws {
        let place = try TableModelTests.Place()
        let folder = place.path

        // GUIDE
        let model = try TableModel.train(
            csv: folder + "/train.csv", test: folder + "/test.csv",
            columns: TableColumns(target: "paid", protected: ["sex"]),
            settings: ["model": "mlp", "epochs": 2, "probe-budget": "0s"],
            output: folder + "/run")
        for found in model.measurements where found.drawback == .bias {
            print(found.name, found.group ?? "", found.value ?? .nan, found.interval?.lower ?? .nan)
        }
        let predictions = try model.predict(csv: folder + "/test.csv")
        let why = try model.explain(csv: folder + "/test.csv", row: 1)
        let fresh = try model.evaluate(csv: folder + "/test.csv")
        // GUIDE

        #expect(predictions.rows == 180 && why.contributions.count == 3)
        #expect(fresh.first(of: "rocAUC")?.interval != nil)
    }

    @Test func audit() throws {
        let place = try TableModelTests.Place()
        let answers = (0..<120).map { "\($0 % 3 == 0 ? "yes" : "no"),0.\(20 + $0 % 60),\($0 % 2)" }
        try place.write(["paid,score,sex"] + answers, to: "scores.csv")
        let path = place.path + "/scores.csv"

        // GUIDE
        let audit = try Audit.predictions(
            csv: path, target: "paid", score: "score", protected: ["sex"])
        if let found = audit.first(of: "rocAUC"), let interval = found.interval {
            print(found.value ?? .nan, interval.lower, interval.upper, interval.method)
        }
        // GUIDE

        #expect(audit.first(of: "rocAUC")?.sample.rows == 120)
    }

    @Test func study() throws {
        let place = try TableModelTests.Place()
        let folder = place.path

        // GUIDE
        let study = try TableStudy.search(
            csv: folder + "/train.csv", columns: TableColumns(target: "paid", protected: ["sex"]),
            settings: ["model": "mlp", "folds": 1, "epochs": 2],
            requirements: ["size <= 1MB"], trials: 2, output: folder + "/study")
        for trial in study.trials { print(trial.number, trial.settings, trial.value ?? .nan) }
        let longer = try study.resumed(trials: 4)
        let tuned = try longer.model()
        let saving = try longer.worth()
        print(saving.verdict ?? "", saving)
        // GUIDE

        #expect(study.isOver && study.trials.count == 3 && longer.trials.count >= 5)
        #expect(longer.trials.prefix(3).map(\.value) == study.trials.map(\.value))
        #expect(tuned?.path == longer.incumbent?.run && longer.incumbent?.isWhole == true)
        #expect(saving.verdict == "leave the defaults" || saving.value != nil)
        #expect(try TableStudy(opening: folder + "/study").trials == longer.trials)
        let over = #expect(throws: TableFailure.self) { try longer.resumed() }
        #expect(over?.description.contains("over") == true && over?.settings.first == "budget")
        let typo = #expect(throws: TableFailure.self) {
            try TableStudy.search(
                csv: "none.csv", columns: TableColumns(target: "paid"), settings: ["widht": 8],
                trials: 1, output: folder + "/other")
        }
        #expect(typo?.description.contains("widht") == true)
    }

    /// The lines between the marks above stand in the guide, but for their indentation.
    @Test func theGuideHoldsThem() throws {
        func text(_ path: String) throws -> [String] {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
                .split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let parts = try text("Tests/LibraryTests/LibraryGuideTests.swift")
            .split(separator: "// GUIDE", omittingEmptySubsequences: false)
        let guide = try text("Documentation/Guides/Library.md").joined(separator: "\n")
        for (number, place) in [1, 3, 5, 7].enumerated() {
            let isThere = guide.contains(parts[place].joined(separator: "\n"))
            #expect(isThere, "the guide does not hold program \(number + 1) above")
        }
    }
}
