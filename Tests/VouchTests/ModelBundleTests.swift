import Explanation
import GraphIR
import Kernels
import Models
import NN
import Platform
import Prediction
import RealModule
import RunStore
import Runs
import Studies
import Tables
import TensorCore
import Testing

/// A model as a value: made without a run folder, asked by roles and abilities, written and read.
@Suite struct ModelBundleTests {
    private static let pool = WorkerPool(threads: 1)

    private static func table(_ rows: Int = 40) -> Table {
        let random = CounterRandom(seed: 3, name: "rows of a bundle")
        func numbers(_ step: UInt32) -> [Double] {
            (0..<rows).map { 4 * random.uniform(step: step, index: UInt64($0)) - 1 }
        }
        return Table(
            name: "t", rowCount: rows,
            columns: [
                Column(name: "a", cells: .numbers(numbers(0))),
                Column(name: "b", cells: .numbers(numbers(1))),
                Column(name: "y", cells: .numbers((0..<rows).map { Double($0 % 2) })),
            ])
    }

    /// A network with parameters that stand still, of so many models.
    private static func bundle(
        models: Int = 1, hidden: [Int] = [], members: Int = 1, additive: Bool = false,
        dropoutPasses: Int? = nil
    ) throws -> ModelBundle {
        let table = table()
        let rows = Array(0..<table.rowCount)
        let schema = Schema(columns: [
            .init(name: "a", kind: .number, role: .feature),
            .init(name: "b", kind: .number, role: .feature),
            .init(name: "y", kind: .number, role: .target),
        ])
        let encoder = try Encoder.fit(table, schema, rows: rows)
        let width = encoder.numericWidth
        let network = TabularNetwork(
            input: TabularInput(numericWidth: width, cardinalities: []), task: .binary,
            hidden: hidden, members: members,
            additive: additive
                ? AdditiveForm(columns: [.init(name: "a", features: [0..<width])], pairs: [])
                : nil)
        let graph = try network.inferenceGraph()
        let random = CounterRandom(seed: 5, name: "parameters")
        let target = try #require(table.column(named: "y"))
        return ModelBundle(
            network: network, graph: graph,
            parameters: ModelParameters(graph, count: models) { tensor, model in
                tensor.range.indices.map {
                    Float(random.uniform(step: UInt32(model), index: UInt64($0))) - 0.5
                }
            },
            target: try TargetEncoder(
                target, source: "t", rows: rows, task: .binary, positive: nil),
            encoder: encoder, schema: schema, provenance: .trained(version: "1.2.3"),
            dropoutPasses: dropoutPasses)
    }

    // MARK: - Without a run folder

    /// `mean over models of 1 / (1 + exp(−(w·x + b)))`
    @Test func itPredictsRawRowsWithoutARunFolder() throws {
        let model = try Self.bundle(models: 3)
        let table = Self.table()
        let found = try model.predict(table, pool: Self.pool)
        let features = try model.encoder.encode(table)
        let weight = try #require(model.parameters.tensor(named: "head/weight"))
        let bias = try #require(model.parameters.tensor(named: "head/bias"))
        for row in 0..<table.rowCount {
            var mean = 0.0
            for number in 0..<3 {
                var logit = Double(model.parameters.values(of: bias, model: number)[0])
                let weights = model.parameters.values(of: weight, model: number)
                for (place, weight) in weights.enumerated() {
                    logit += Double(
                        weight * features.numeric[row * features.numericWidth + place])
                }
                mean += 1 / (1 + Double.exp(-logit)) / 3
            }
            #expect(abs(found.values[2 * row + 1] - mean) < 1e-6)
            #expect(found.values[2 * row] == 1 - found.values[2 * row + 1])
        }
        #expect(found.classes == ["0", "1"])
        let each = try model.valuesByModel(table, pool: Self.pool)
        for number in 0..<3 {
            #expect(
                try model.only(number).predict(table, pool: Self.pool).values == each[number])
        }
    }

    @Test func itsParametersAreNamedAndTyped() throws {
        let parameters = try Self.bundle(models: 2, hidden: [4]).parameters
        let tensors = parameters.tensors
        #expect(tensors.allSatisfy { $0.dtype == .float32 && $0.isLearned })
        #expect(tensors.allSatisfy { $0.range.count == $0.shape.reduce(1, *) })
        #expect(Set(tensors.map(\.name)).isSuperset(of: ["head/weight", "head/bias"]))
        #expect(parameters.tensor(named: "head/weight")?.shape == [1, 4, 1])
        #expect(parameters.learnedCount == 2 * tensors.reduce(0) { $0 + $1.range.count })
        #expect(parameters.tensor(named: "tail") == nil)
    }

    // MARK: - What it can be asked

    @Test func itsOutputsAreAskedForByTheirRole() throws {
        let plain = try Self.bundle(hidden: [4], members: 3)
        let features = try plain.encoder.encode(Self.table())
        #expect(
            OutputRole.allCases.filter(plain.has) == [
                .prediction, .logits, .hiddenFeatures, .memberFeatures, .memberLogits,
            ])
        #expect(plain.output(.memberFeatures)?.width == 12)
        let hidden = try plain.values(of: .hiddenFeatures, features, pool: Self.pool)
        #expect(hidden.width == 4 && hidden.numbers.count == 4 * features.rows)
        #expect { try plain.values(of: .terms, features, pool: Self.pool) } throws: {
            "\($0)".contains("no sum of functions")
        }
        #expect { try plain.values(of: .quantiles, features, pool: Self.pool) } throws: {
            "\($0)".contains("quantiles")
        }
        let additive = try Self.bundle(additive: true)
        #expect(additive.has(.terms))
        #expect(try additive.meanTerms(Self.table(), pool: Self.pool).terms == 1)
    }

    /// A graph of an earlier version lacks outputs that models of its kind have today.
    @Test func anEarlierVersionsGraphIsTold() throws {
        let model = try Self.bundle()
        var builder = GraphBuilder()
        let x = builder.input(.numeric, [.rows, .fixed(model.encoder.numericWidth)])
        builder.output(.prediction, builder.reshape(builder.mean(x, axes: [1]), [.rows, 1]))
        let graph = try builder.build()
        let old = model.with(
            network: model.network, graph: graph,
            parameters: ModelParameters(graph, count: 1) { _, _ in [] })
        let features = try old.encoder.encode(Self.table())
        #expect { try old.values(of: .hiddenFeatures, features, pool: Self.pool) } throws: {
            "\($0)".contains("vouch 1.2.3") && "\($0)".contains("hiddenFeatures")
        }
    }

    @Test func whatItCanBeAskedIsInItsType() throws {
        func abilities(_ model: ModelBundle) -> Set<ModelAbility> {
            ModelPredictor(model: model, pool: Self.pool).abilities.all
        }
        #expect(try abilities(Self.bundle(models: 2)) == [.gradients, .randomization])
        #expect(
            try abilities(Self.bundle(additive: true)) == [.gradients, .terms, .randomization])
        #expect(
            try abilities(Self.bundle(models: 2, additive: true)) == [.terms, .randomization])
        #expect(try abilities(Self.bundle(dropoutPasses: 8)) == [.randomization])
    }

    /// A predictor that only predicts.
    private struct BlackBox: Models.Predictor {
        let features = ["a", "b"]

        func predictions(for table: Table) throws -> Predictions {
            let numbers = try table.numbers(in: "a")
            return Predictions(rows: table.rowCount, classes: [], values: numbers)
        }
    }

    @Test func methodsAreThoseWhoseNeedsAModelMeets() throws {
        let table = Self.table()
        let known = AttributedModel(
            ModelPredictor(model: try Self.bundle(), pool: Self.pool), background: table)
        let box = AttributedModel(BlackBox(), background: table)
        #expect(known.abilities == [.gradients, .randomization] && box.abilities.isEmpty)
        #expect(known.methods.contains { $0.needs == [.gradients] })
        #expect(box.methods.allSatisfy { $0.needs.isEmpty } && !box.methods.isEmpty)
        let saliency = GradientAttribution(.saliency)
        #expect { try saliency.attributions(of: table, in: box, seed: 0) } throws: {
            "\($0)".contains("saliency") && "\($0)".contains("no gradient")
        }
        let dropped = AttributedModel(
            ModelPredictor(model: try Self.bundle(dropoutPasses: 4), pool: Self.pool),
            background: table)
        #expect { try saliency.attributions(of: table, in: dropped, seed: 0) } throws: {
            "\($0)".contains("dropout")
        }
    }

    /// The class that is explained is that of the place, by predictions and by the graph.
    @Test func theExplainedClassIsThatOfThePlace() throws {
        let table = Self.table()
        let predictor = ModelPredictor(model: try Self.bundle(models: 2), pool: Self.pool)
        let predicted = try predictor.predictions(for: table).values
        for place in 0..<2 {
            let model = AttributedModel(predictor, background: table, explaining: place)
            let values = try model.values(of: table)
            let found = try GradientAttribution(.integratedGradients(.fixed(16)))
                .attributions(of: table, in: model, seed: 0)
            for row in 0..<table.rowCount {
                #expect(values[row] == predicted[2 * row + place])
                #expect(abs(found[row].value - values[row]) < 1e-5)
            }
        }
        #expect(
            try AttributedModel(predictor, background: table).values(of: table)
                == AttributedModel(predictor, background: table, explaining: 1).values(of: table))
    }

    // MARK: - In a run folder

    private static let files = ["model.json", "encoder.json", "schema.json", "weights.safetensors"]

    private static func write(_ model: ModelBundle, to path: String) throws -> RunFolder {
        var writer = RunFolder.Writer()
        try model.add(to: &writer, weights: model.encodedWeights())
        return try writer.commit(to: path, overwrite: false)
    }

    /// What a training wrote is written again byte by byte by who reads it.
    @Test func aTrainedModelIsReadAndWrittenByteByByte() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(600), to: "data.csv")
        let run = scratch.path + "/run"
        _ = try trainRun(
            quick(data, out: run) {
                $0.learning.folds = 2
                $0.columns.protected = ["sex", "age"]
                $0.columns.groupLabels = ["sex": ["Female": "women"]]
            }, control: RunControl(threads: 2))
        let model = try ModelBundle(run: run)
        #expect(model.count == 2 && model.provenance == .trained(version: vouchVersion))
        #expect(model.groups.labels == ["sex": ["Female": "women"]])
        #expect(model.groups.edges["age"] != nil)
        let folder = try RunFolder.open(run)
        let again = try Self.write(model, to: scratch.path + "/again")
        for name in Self.files { #expect(try again.read(name) == folder.read(name), "\(name)") }
        let text = String(decoding: try folder.read("model.json"), as: UTF8.self)
        #expect(!text.contains("provenance"))
    }

    @Test func whatIsReadPredictsTheSame() throws {
        let scratch = try Scratch()
        var model = try Self.bundle(models: 2, hidden: [4], members: 2)
        model.costs = .init(falsePositive: 1, falseNegative: 3)
        let read = try ModelBundle(reading: Self.write(model, to: scratch.path + "/run"))
        let table = Self.table()
        #expect(
            try read.predict(table, pool: Self.pool) == model.predict(table, pool: Self.pool))
        #expect(read.threshold == 0.25 && read.network == model.network)
    }

    /// Weights of whole numbers are bytes in the file, and the model that is read says the same bits.
    @Test func aModelOfWholeNumbersIsReadAndWritten() throws {
        let scratch = try Scratch()
        let floats = try Self.bundle(models: 2, hidden: [40, 36], members: 2)
        let features = try floats.encoder.encode(Self.table())
        let model = try floats.quantized(on: features, pool: Self.pool).model
        let folder = try Self.write(model, to: scratch.path + "/run")
        let read = try ModelBundle(reading: folder)
        let table = Self.table()
        #expect(
            try read.predict(table, pool: Self.pool) == model.predict(table, pool: Self.pool))
        let file = try folder.tensors("weights.safetensors")
        #expect(try file.int8s("model1/hidden1/linear/int8", shape: [40, 36]).count == 40 * 36)
        #expect(try folder.read("weights.safetensors") == read.encodedWeights())
        // Three bytes less a weight, for a scale a column and a range.
        let saved = floats.encodedWeights().count - model.encodedWeights().count
        #expect(saved > 2 * (3 * 40 * 36 - 4 * 36 - 8) - 1000 && saved < 2 * 3 * 40 * 36)
    }

    @Test func aChangedModelSaysOfWhatItWasMade() throws {
        let scratch = try Scratch()
        let model = try Self.bundle()
        let change = Provenance.Change(
            remedy: "fewerMembers", detail: "2 of 8 members", weightsSHA256: "ab12",
            rows: .init(split: .validation, count: 40), version: "1.3.0")
        let changed = model.noting(change)
        #expect(model.provenance.isTrained && !changed.provenance.isTrained)
        let folder = try Self.write(changed, to: scratch.path + "/run")
        let read = try ModelBundle(reading: folder).provenance
        #expect(read == changed.provenance && read.changes == [change])
        #expect(read.origin == .trained(version: "1.2.3") && read.version == "1.3.0")
        let text = String(decoding: try folder.read("model.json"), as: UTF8.self)
        #expect(text.contains("\"split\" : \"validation\""))
        #expect(text.contains("\"version\" : \"1.3.0\""))
    }

    @Test func partsOfTwoModelsAreNone() throws {
        let scratch = try Scratch()
        var model = try Self.bundle()
        try model.verify()
        let table = Self.table()
        model.encoder = try Encoder.fit(
            table,
            Schema(columns: [.init(name: "a", kind: .number, role: .feature)]),
            rows: Array(0..<table.rowCount))
        let folder = try Self.write(model, to: scratch.path + "/run")
        #expect { try ModelBundle(reading: folder) } throws: {
            "\($0)".contains("not of one model")
        }
    }
}
