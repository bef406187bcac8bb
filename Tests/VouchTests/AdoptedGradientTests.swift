import Adoption
import Explanation
import Models
import Platform
import Prediction
import Tables
import Testing

/// Gradients of models that another program trained, beside those that torch has (`Adopted/make_perceptron.py`).
@Suite struct AdoptedGradientTests {
    private static func perceptron() throws -> ImportedModel {
        try AdoptedModels.imported(
            "adult_perceptron.onnx",
            AdoptedModels.linear(output: .init(name: "probabilities", meaning: .probabilities)))
    }

    private static func rows(_ places: Range<Int>) throws -> Table {
        try CSVReader.read(path: Adult.test).selecting(rows: Array(places))
    }

    /// `[12][6]`.
    private static func expected(_ kind: String) throws -> [[Double]] {
        let table = try CSVReader.read(
            bytes: Files.read(AdoptedModels.path("gradients.csv")), name: "gradients.csv", options: CSVOptions())
        let columns = try AdoptedModels.numbers.map { try table.numbers(in: "\(kind) \($0)") }
        return (0..<table.rowCount).map { row in columns.map { $0[row] } }
    }

    private static func contributions(
        _ method: GradientMethod, of model: AttributedModel, rows: Table
    ) throws -> [[Double]] {
        try GradientAttribution(method).attributions(of: rows, in: model, seed: 0)
            .map { $0.contributions.map(\.value) }
    }

    private static func expect(_ found: [[Double]], _ wanted: [[Double]], within share: Double) {
        #expect(found.count == wanted.count)
        for (own, other) in zip(found, wanted) {
            let scale = other.reduce(1e-6) { max($0, abs($1)) }
            #expect(own.count == other.count)
            for (a, b) in zip(own, other) { #expect(abs(a - b) <= share * scale, "\(own) \(other)") }
        }
    }

    @Test func agreeWithTorch() throws {
        var model = AttributedModel(try Self.perceptron(), background: try Self.rows(12..<13), explaining: 1)
        #expect(model.abilities.contains(.gradients))
        let rows = try Self.rows(0..<12)
        Self.expect(
            try Self.contributions(.inputTimesGradient, of: model, rows: rows), try Self.expected("probability"),
            within: 1e-4)
        // ReLU's bends lie on the path, which steps see as well as they are close.
        Self.expect(
            try Self.contributions(.integratedGradients(.fixed(100)), of: model, rows: rows),
            try Self.expected("integrated"), within: 2e-2)
        let score = try #require(model.encoded?.score)
        model.encoded?.explained = score
        Self.expect(
            try Self.contributions(.inputTimesGradient, of: model, rows: rows), try Self.expected("score"),
            within: 1e-4)
    }

    /// Of the first class of two, that of the second with the other sign, in models that say only the second.
    @Test func oneNumberIsOfTwoClasses() throws {
        let linear = try AdoptedModels.imported(
            "adult_linear.onnx", AdoptedModels.linear(output: AdoptedModels.probability))
        let rows = try Self.rows(0..<12)
        let found = try (0...1).map { place in
            try Self.contributions(
                .inputTimesGradient,
                of: AttributedModel(linear, background: rows, explaining: place), rows: rows)
        }
        Self.expect(found[0], found[1].map { $0.map { -$0 } }, within: 1e-6)
        #expect(found[1].joined().contains { abs($0) > 0.01 })
        // Its logit is before the logistic function: contributions of a line add up to it.
        let encoded = try #require(
            AttributedModel(linear, background: rows, explaining: 1).encoded)
        #expect(encoded.score.output != encoded.explained.output)
    }

    /// Four rows at once, as scores before the logistic function.
    @Test func scoresBecomeProbabilities() throws {
        let batch = try AdoptedModels.imported(
            "adult_batch.onnx",
            AdoptedModels.linear(output: .init(name: "score", meaning: .probabilities, isLogits: true)))
        let linear = try AdoptedModels.imported(
            "adult_linear.onnx", AdoptedModels.linear(output: AdoptedModels.probability))
        let rows = try Self.rows(0..<12)
        let found = try [batch, linear].map {
            try Self.contributions(.inputTimesGradient, of: AttributedModel($0, background: rows), rows: rows)
        }
        Self.expect(found[0], found[1], within: 1e-4)
    }

    @Test func whyThereAreNoneIsSaid() throws {
        let named = try AdoptedModels.imported("adult_named.onnx", AdoptedModels.named)
        let model = AttributedModel(named, background: try AdoptedModels.rows())
        #expect(!model.abilities.contains(.gradients))
        do {
            _ = try Self.contributions(.saliency, of: model, rows: try AdoptedModels.rows())
            Issue.record("a text has no gradient")
        } catch {
            #expect("\(error)".contains("no graph that has gradients: "), "\(error)")
            #expect("\(error)".contains("Shapley"))
        }
    }
}
