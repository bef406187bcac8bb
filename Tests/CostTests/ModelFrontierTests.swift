import Cost
import Evidence
import Figures
import Prediction
import Statistics
import TensorCore
import Testing

/// Cheaper kinds of model beside a run's: their order, what is said, and what is trained.
@Suite struct ModelFrontierTests {
    private static let rows = 400
    private static let random = CounterRandom(seed: 4, name: "frontier")
    private static let labels = (0..<rows).map {
        Int32(random.uniform(index: UInt64($0)) < 0.4 ? 1 : 0)
    }

    /// Predictions that give the true class a probability, with a little noise.
    private static func said(_ right: Double, stream: UInt32 = 1) -> LabelledPredictions {
        LabelledPredictions(
            split: .test,
            predictions: .init(
                rows: rows, classes: ["n", "y"],
                values: labels.enumerated().flatMap { row, label -> [Double] in
                    let p = right + 0.1 * (random.uniform(step: stream, index: UInt64(row)) - 0.5)
                    return label == 1 ? [1 - p, p] : [p, 1 - p]
                }), answers: .classes(labels))
    }

    private static func cost(_ operations: Double) -> ModelCost {
        ModelCost(
            trainingOperations: 100 * operations, trainingSeconds: 1, operationsPerRow: operations,
            parameters: Int(operations / 2), bytes: Int(2 * operations))
    }

    private struct Known: RivalModel {
        let kind: String
        let right: Double
        let operations: Double
        var expectedSeconds = 1.0

        func told() throws -> (predictions: LabelledPredictions, cost: ModelCost) {
            (ModelFrontierTests.said(right, stream: 2), ModelFrontierTests.cost(operations))
        }
    }

    private static func rivals(_ others: [Known]) -> ModelRivals {
        ModelRivals(kind: "ensemble", cost: cost(1000), others: others, margin: 0.01)
    }

    private static func frontier(
        _ others: [Known], missing: [String] = []
    ) throws -> ModelFrontier {
        try ModelFrontier(
            others.map {
                .init(
                    kind: $0.kind, predictions: try $0.told().predictions.predictions,
                    cost: try $0.told().cost)
            }, beside: said(0.8), rivals(others), missing: missing)
    }

    @Test func theCheapestThatIsNotWorseIsTheAnswer() throws {
        let mlp = Known(kind: "mlp", right: 0.85, operations: 500)
        let additive = Known(kind: "additive", right: 0.84, operations: 90)
        let linear = Known(kind: "linear", right: 0.6, operations: 10)
        let found = try Self.frontier([mlp, linear, additive])
        #expect(found.entries.map(\.kind) == ["linear", "additive", "mlp"])
        #expect(found.entries.map(\.verdict) == [.worse, .notWorse, .notWorse])
        #expect(found.answer == .notNeeded("additive"))
        // Nothing as cheap beats any of the three; the run's is beaten by a cheaper one.
        #expect(found.entries.allSatisfy(\.isOnFrontier) && !found.ownIsOnFrontier)
        let beaten = try Self.frontier([
            Known(kind: "mlp", right: 0.75, operations: 500), additive, linear,
        ])
        #expect(beaten.entries.map(\.isOnFrontier) == [true, true, false])
    }

    @Test func whatTheRowsDoNotTellIsNotSaid() throws {
        let worse = Known(kind: "linear", right: 0.6, operations: 10)
        #expect(try Self.frontier([worse]).answer == .needed)
        #expect(try Self.frontier([worse], missing: ["additive"]).answer == .cannotTell)
        var bounded = Self.rivals([worse])
        bounded.absent = ["mlp", "additive"]
        var subject = Subject(test: Self.said(0.8), rivals: bounded)
        subject.allowance = .init()
        let said = try CheaperModel().measure(subject).measurements[0]
        #expect(said.verdict == "cannot tell" && said.note?.hasSuffix("mlp, additive") == true)
        let near = Known(kind: "additive", right: 0.7982, operations: 90)
        #expect(try Self.frontier([worse, near]).answer == .cannotTell)
        // A better one that is dearer is no answer.
        let dear = Known(kind: "mlp", right: 0.9, operations: 5000)
        #expect(try Self.frontier([dear]).answer == .cheapest)
        #expect(try Self.frontier([dear, worse]).answer == .needed)
    }

    private func subject(_ others: [Known], budget: Double?) -> Subject {
        var subject = Subject(test: Self.said(0.8), rivals: Self.rivals(others))
        subject.allowance = .init(total: budget, left: budget)
        return subject
    }

    /// What is cheap to train goes first, to a quarter of the budget.
    @Test func theBudgetDecidesWhatIsTrained() throws {
        let others = [
            Known(kind: "mlp", right: 0.85, operations: 500, expectedSeconds: 3),
            Known(kind: "linear", right: 0.6, operations: 10, expectedSeconds: 1),
            Known(kind: "additive", right: 0.84, operations: 90, expectedSeconds: 0),
        ]
        func kinds(_ budget: Double?, only: Set<String>? = nil) throws -> [String] {
            try CheaperModel(kinds: only).measure(subject(others, budget: budget)).measurements
                .filter { $0.metric == "kindLoss" }.compactMap(\.group)
        }
        #expect(try kinds(nil) == ["model = linear", "model = additive", "model = mlp"])
        #expect(try kinds(8) == ["model = linear", "model = additive"])
        #expect(try kinds(1) == ["model = additive"])
        #expect(try kinds(nil, only: ["mlp"]) == ["model = mlp"])
        #expect(CheaperModel().expectedSeconds(subject(others, budget: 8)) == 1)
        let left = try CheaperModel().measure(subject(others, budget: 8)).measurements[0]
        #expect(left.note?.contains("not trained") == true && left.note?.hasSuffix("mlp") == true)
    }

    @Test func whatIsSaidIsMeasured() throws {
        let found = try CheaperModel(margin: 0.02).measure(
            subject([Known(kind: "linear", right: 0.85, operations: 10)], budget: nil))
        let summary = try #require(found.measurements.first)
        #expect(summary.metric == "cheaperModels" && summary.value == 1)
        #expect(summary.verdict == "not needed" && summary.group == "cheapest = linear")
        let loss = try #require(found.measurements.first { $0.metric == "kindLoss" })
        #expect(loss.verdict == "not worse beyond the margin" && loss.interval != nil)
        #expect(loss.note?.contains("2 % of this model's loss") == true)
        let operations = found.measurements.filter { $0.metric == "kindOperations" }
        #expect(operations.map(\.value) == [10, 1000])
        #expect(operations.map(\.group) == ["model = linear", "model = ensemble, this one"])
        #expect(found.measurements.contains { $0.metric == "kindTraining" && $0.value == 1e-6 })
        guard case .intervals(let chart)? = found.figures.first?.plot else {
            Issue.record("no figure")
            return
        }
        #expect(chart.rows.map(\.label) == ["linear *, 10 operations", "ensemble, this one, 1,000 operations"])
        let declared = Set(CheaperModel().description.metrics.map(\.id))
        #expect(found.measurements.allSatisfy { declared.contains($0.metric) })
    }

    /// Predictions of others stand below what has a cost, and are never the answer.
    @Test func peersAreOnItByQualityAlone() throws {
        let linear = Known(kind: "linear", right: 0.6, operations: 10)
        let peer = PeerModel(name: "trees", file: "trees.csv", rows: Self.said(0.9))
        let found = try CheaperModel(peers: [peer]).measure(subject([linear], budget: nil))
        let losses = found.measurements.filter { $0.metric == "kindLoss" }
        #expect(losses.map(\.group) == ["model = linear", "model = trees (given)"])
        #expect(losses.last?.verdict == "not worse beyond the margin")
        #expect(found.measurements.first?.verdict == "needed")
        guard case .intervals(let chart)? = found.figures.first?.plot else { return }
        #expect(chart.rows.last?.label == "trees (given), cost not known")
    }

    /// Classes in another order are put into the run's; other rows are refused.
    @Test func peersAreOfTheSameRows() throws {
        let test = Self.said(0.8)
        var turned = test
        turned.predictions = Predictions(
            rows: Self.rows, classes: ["y", "n"],
            values: (0..<Self.rows).flatMap {
                [test.predictions.values[2 * $0 + 1], test.predictions.values[2 * $0]]
            })
        turned.answers = .classes(Self.labels.map { 1 - $0 })
        let same = try PeerModel(name: "p", file: "p.csv", rows: turned).predictions(of: test)
        #expect(same == test.predictions)
        func problem(_ rows: LabelledPredictions) -> String {
            do {
                _ = try PeerModel(name: "p", file: "p.csv", rows: rows).predictions(of: test)
                return ""
            } catch { return "\(error)" }
        }
        #expect(problem(test.selecting(Array(0..<10))).contains("p.csv: it has 10 rows, and 400"))
        var other = test
        other.answers = .classes(Self.labels.enumerated().map { $0 == 6 ? 1 - $1 : $1 })
        #expect(problem(other).contains("row 7 has the answer"))
        #expect(problem(other).contains("test_predictions.csv"))
    }
}
