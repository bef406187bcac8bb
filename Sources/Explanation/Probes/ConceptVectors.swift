package import Evidence
import Figures
import Prediction
import Statistics
import Tables
import TensorCore

/// Which of the things that a person has words for push a model's output, and in which hidden layer.
///
/// Each concept is asked of each layer (`ConceptTest`), beside random concepts of its size, with the share of false
/// findings controlled over all of them.
package struct ConceptVectors: Probe {
    private let concepts: [Concept]
    private let layers: [Int]
    private let draws: Int
    private let seed: UInt64
    private let quantity: String
    private let model: EncodedModel?

    /// - Parameters:
    ///   - concepts: Of different names.
    ///   - model: Of the subject, with the number that is explained; `nil` where its prediction is not that of a graph.
    ///   - quantity: What that number is, in words.
    ///   - layers: Hidden layers, from 1; all if empty.
    ///   - draws: Random concepts.
    ///   - seed: Of rows and random concepts; added to the run's own.
    package init(
        _ concepts: [Concept] = [], of model: EncodedModel? = nil, quantity: String = "prediction",
        layers: [Int] = [], draws: Int = 1000, seed: UInt64 = 0
    ) {
        self.concepts = concepts
        self.model = model
        self.quantity = quantity
        self.layers = layers
        self.draws = draws
        self.seed = seed
    }

    package let description = ProbeDescription(
        id: "conceptVectors", name: "Concepts in hidden layers", drawback: .opacity,
        needs: [.model, .trainingTables], looksAt: [.test],
        metrics: [
            ConceptMetrics.effect, ConceptMetrics.score, ConceptMetrics.sensitivity,
            ConceptMetrics.accuracy,
        ])

    private static let poolRows = 4000
    private static let testRows = 1000
    private static let falseShare = 0.05

    package func expectedSeconds(_ subject: Subject) -> Double {
        2 + 0.5 * Double(concepts.count * (model?.hiddenLayers.count ?? 0))
    }

    /// One concept at one layer.
    private struct Found {
        var concept: String
        var layer: HiddenLayer
        var size: Int
        var result: ConceptTest.Result
        var adjusted = 1.0

        var name: String { "\(concept), hidden layer \(layer.name)" }
        var isFound: Bool { result.isKnown && adjusted <= ConceptVectors.falseShare }
    }

    package func measure(_ subject: Subject) throws -> Findings {
        guard let tested = subject.model, let tables = subject.tables else { return Findings() }
        let (model, layers) = try asked()
        let random = CounterRandom(seed: subject.seed &+ seed, name: "concept vectors")
        let training = tables.training.shuffled(
            oneOfEach: tables.schema.names(.group).first, random)
        let rows = try concepts.map {
            try ConceptRows($0, training: training, random: random)
        }
        let tests = Double(concepts.count * layers.count)
        guard Double(draws + 1) * Self.falseShare >= tests else {
            throw AttributionError(
                "comparing with random concepts",
                "\(draws) of them cannot tell \(concepts.count) concepts in \(layers.count) layers "
                    + "from chance at \(Self.falseShare)",
                "Ask for \(Int((tests / Self.falseShare).rounded(.up))) or more with --random")
        }
        let chosen = CounterRandom(seed: subject.seed &+ seed, name: "concept test rows")
            .permutation(of: subject.test.rows).prefix(Self.testRows).sorted()
        let test = subject.test.selecting(chosen)
        let poolTable = training.selecting(
            rows: Array(0..<min(Self.poolRows, training.rowCount)))
        let testRows = try model.encode(tested.table.selecting(rows: chosen))
        let pool = try model.encode(poolTable)
        let examples = try rows.map {
            (members: try model.encode($0.members), others: try model.encode($0.others))
        }
        var found: [Found] = []
        for layer in layers {
            let reading = try HiddenReading(
                model.graph, at: layer.value, weights: model.weights, explained: model.explained,
                threads: model.threads)
            let judge = ConceptTest(
                gradients: reading.gradients(at: reading.activations(of: testRows)),
                design: try test.design, pool: reading.activations(of: pool),
                width: reading.width, draws: draws,
                random: CounterRandom(seed: subject.seed &+ seed, name: "random concepts"),
                threads: model.threads)
            var controls: [Int: ConceptTest.Controls] = [:]
            for (place, concept) in concepts.enumerated() {
                let size = rows[place].size
                let own = controls[size] ?? judge.controls(size: size)
                controls[size] = own
                found.append(
                    Found(
                        concept: concept.name, layer: layer, size: size,
                        result: judge.result(
                            members: reading.activations(of: examples[place].members),
                            others: reading.activations(of: examples[place].others),
                            controls: own)))
            }
        }
        // What a layer does not tell is no finding, whatever its p-value.
        let adjusted = benjaminiHochberg(
            found.map { $0.result.isKnown ? $0.result.pValue : 1 })
        for place in found.indices { found[place].adjusted = adjusted[place] }
        return Findings(
            measurements: found.flatMap { measurements($0, on: test) },
            figures: layers.flatMap { layer in
                figures(found.filter { $0.layer == layer && $0.result.isKnown }, layer)
            })
    }

    private func asked() throws(AttributionError) -> (EncodedModel, [HiddenLayer]) {
        let operation = "looking for concepts in hidden layers"
        guard let model else {
            throw AttributionError(
                operation,
                "the model's prediction is not that of one network with hidden layers (it is additive, or a mean over "
                    + "random dropout)",
                "vouch explain global works with any model")
        }
        let known = model.hiddenLayers
        guard !known.isEmpty else {
            throw AttributionError(
                operation, "the model has no hidden layer",
                "A linear or additive model is its own explanation: see vouch explain global and vouch explain rows"
            )
        }
        for layer in layers where !known.contains(where: { $0.name == "\(layer)" }) {
            throw AttributionError(
                operation, "--layer is \(layer), which the model does not have",
                "Its hidden layers are \(known.map(\.name).joined(separator: ", "))")
        }
        return (
            model,
            layers.isEmpty ? known : known.filter { layers.map(String.init).contains($0.name) }
        )
    }

    // MARK: - Numbers

    private func verdict(_ found: Found) -> String {
        guard found.result.isKnown else { return "not told by the layer" }
        guard found.isFound, let effect = found.result.effect.value else { return "cannot tell" }
        return "pushes the \(quantity) \(effect > 0 ? "up" : "down"); random concepts do not"
    }

    private func measurements(_ found: Found, on test: LabelledPredictions) -> [Measurement] {
        let result = found.result
        var accuracy = Measurement(
            ConceptMetrics.accuracy, result.accuracy, group: found.name, split: .training,
            rows: result.accuracy.count)
        guard result.isKnown else {
            accuracy.verdict = verdict(found)
            accuracy.note =
                "the layer does not tell these rows from others, so that the concept is not scored there"
            return [accuracy]
        }
        func measured(_ metric: MetricDefinition, _ estimate: Estimate) -> Measurement {
            Measurement(metric, estimate, group: found.name, split: test.split, rows: test.rows)
        }
        var effect = measured(ConceptMetrics.effect, result.effect)
        let band = result.controls.band
        effect.verdict = verdict(found)
        effect.note =
            "\(verdict(found)); of \(NumberText.count(result.controls.effects.count)) random concepts of \(found.size) rows 95 % had "
            + "\(NumberText.plain(band.lower)) to \(NumberText.plain(band.upper)); p = "
            + "\(NumberText.plain(found.adjusted)), with false findings controlled over all concepts and layers"
        var score = measured(ConceptMetrics.score, result.score)
        let scores = result.controls.scoreBand
        score.note =
            "random concepts: \(NumberText.plain(scores.lower)) to \(NumberText.plain(scores.upper)); a score alone proves nothing"
        var sensitivity = measured(ConceptMetrics.sensitivity, result.sensitivity)
        sensitivity.note = "the size of a standard deviation is taken as it is"
        return [effect, score, sensitivity, accuracy]
    }

    // MARK: - Figures

    private func figures(_ found: [Found], _ layer: HiddenLayer) -> [Figure] {
        guard !found.isEmpty else { return [] }
        func chart(
            _ title: String, _ estimate: (ConceptTest.Result) -> Estimate,
            _ band: (ConceptTest.Controls) -> (lower: Double, upper: Double), _ none: Double
        ) -> Plot {
            .intervals(
                IntervalChart(
                    axis: Axis(title),
                    rows: found.sorted {
                        (estimate($0.result).value ?? 0) > (estimate($1.result).value ?? 0)
                    }.map { one in
                        let (own, controls) = (estimate(one.result), band(one.result.controls))
                        return .init(
                            label: one.concept, value: own.value ?? .nan, lower: own.lower,
                            upper: own.upper, count: own.count,
                            band: .init(lower: controls.lower, upper: controls.upper))
                    }, reference: .init(value: none, label: "no effect"),
                    bandMeaning: "95 % of random concepts of the same size"))
        }
        func named(_ words: String, _ isSo: (Found) -> Bool) -> String {
            let names = found.filter(isSo).map(\.concept)
            return names.isEmpty ? "" : " \(words): \(names.joined(separator: ", "))."
        }
        let words =
            named("Pushed up, as random concepts are not") {
                $0.isFound && $0.result.effect.value ?? 0 > 0
            }
            + named("Pushed down, as random concepts are not") {
                $0.isFound && $0.result.effect.value ?? 0 <= 0
            } + named("Cannot tell") { !$0.isFound }
        return [
            Figure(
                id: "conceptEffects\(layer.name)",
                title: "Concepts in hidden layer \(layer.name): effect",
                caption:
                    "What the \(quantity) would gain, to the first order, if rows moved as rows with the concept differ "
                    + "from others, with 95 % intervals; shaded: 95 % of random concepts of the same size. What else "
                    + "goes along with the concept moves too.\(words)",
                plot: chart("change of the \(quantity)", \.effect, \.band, 0)),
            Figure(
                id: "conceptScores\(layer.name)",
                title: "Concepts in hidden layer \(layer.name): share of rows that rise",
                caption:
                    "The share of test rows whose \(quantity) rises along the concept (the TCAV score), with 95 % "
                    + "intervals; shaded: 95 % of random concepts. Where the shade reaches from end to end, a score near 0 "
                    + "or 1 is nothing special, and the effect decides.",
                plot: chart("share of rows", \.score, \.scoreBand, 0.5)),
        ]
    }
}

/// Metrics of concepts: the definitions.
package enum ConceptMetrics {
    private static let source =
        "Kim et al. 2018, arXiv:1711.11279; pattern: Pahde et al. 2022, arXiv:2202.03482"
    package static let effect = MetricDefinition(
        id: .conceptEffect, name: "Effect of a concept",
        formula:
            "mean over rows of g·v: g the gradient of the prediction at a hidden layer, v its mean activations over "
            + "rows with the concept less those over rows without",
        direction: 0, drawback: .opacity, source: source)
    package static let score = MetricDefinition(
        id: .conceptScore, name: "TCAV score of a concept",
        formula: "share of rows with g·v > 0", direction: 0, drawback: .opacity, source: source)
    package static let sensitivity = MetricDefinition(
        id: .conceptSensitivity, name: "Sensitivity to a concept",
        formula: "mean over rows of g·v/|v|, times the standard deviation of activations along v",
        direction: 0, drawback: .opacity, source: source)
    package static let accuracy = MetricDefinition(
        id: .conceptAccuracy, name: "Accuracy with which a layer tells a concept",
        formula:
            "share of held-out rows, half of them with the concept, that a linear rule on the layer's activations tells right",
        direction: 0, drawback: .opacity, source: source)
}

// Their ids.
extension MetricID {
    package static let conceptEffect = MetricID("conceptEffect")
    package static let conceptScore = MetricID("conceptScore")
    package static let conceptSensitivity = MetricID("conceptSensitivity")
    package static let conceptAccuracy = MetricID("conceptAccuracy")
}
