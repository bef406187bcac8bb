import Evidence
import Explanation
import Foundation
import GraphIR
import Models
import NN
import Platform
import Prediction
import Reporting
import RunStore
import Runs
import Studies
import Tables
import TensorCore
import Testing

extension InputKinds {
    /// What a program hands over that reads arrays.
    fileprivate static let withArrays = shipped.adding(
        InputKind(ArrayEncoder.self, stem: ArrayStem.self))
}

/// A kind of column is a file of encoder and one of stem, and nobody else knows of it.
@Suite struct ArrayColumnTests {
    /// The sum of an array's first two numbers tells the answer; of an empty cell nothing does.
    private static func csv(_ rows: Int, seed: UInt64) -> String {
        let random = CounterRandom(seed: seed, name: "arrays")
        var lines = ["readings,x,y"]
        for row in 0..<rows {
            func draw(_ place: Int) -> Double {
                random.uniform(step: UInt32(place), index: UInt64(row))
            }
            let array = (0..<4).map { 2 * draw($0) - 1 }
            let isMissing = draw(4) < 0.03
            let isPositive = isMissing ? draw(5) < 0.5 : array[0] + array[1] > 0
            let cell =
                isMissing ? "" : "\"[\(array.map(\.description).joined(separator: ", "))]\""
            lines.append("\(cell),\(draw(6)),\(isPositive ? "yes" : "no")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Of arrays, with a file of test rows.
    private static func configuration(
        _ scratch: Scratch, _ name: String, rows: Int = 1500, train: String? = nil,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> TrainConfiguration {
        let data = try scratch.write(train ?? csv(rows, seed: 1), to: "train.csv")
        let test = try scratch.write(csv(500, seed: 2), to: "test.csv")
        let schema = try scratch.write("readings: {kind: array}\n", to: "schema.yaml")
        return quick(data, target: "y", out: scratch.path + "/" + name) {
            $0.test = test
            $0.columns.schemaFile = schema
            $0.model.kind = .mlp
            $0.learning.folds = 1
            $0.learning.refits = 0
            $0.learning.epochs = 60
            change(&$0)
        }
    }

    /// Training, the report, predictions and explanations, with a training again on the way.
    @Test func itGoesFromTheRequestToTheExplanation() throws {
        let scratch = try Scratch()
        let configuration = try Self.configuration(scratch, "run") {
            $0.evidence.probeSeconds = 5
        }
        let run = configuration.output
        let result = try trainRun(
            configuration, control: RunControl(threads: 2, kinds: .withArrays))
        func value(_ metric: MetricID, _ group: String? = nil) throws -> Double {
            try #require(
                result.measurements.first { $0.metric == metric && $0.group == group }?.value)
        }
        #expect(try value("rocAUC") > 0.9)
        let importance = ImportanceMetrics.importance.id
        let own = try value(importance, "column = readings")
        #expect(try own > 0.1 && own > 5 * value(importance, "column = x"))
        let page = String(decoding: try Files.read(run + "/report.html"), as: UTF8.self)
        #expect(page.contains("readings"))

        let model = try ModelBundle(run: run, kinds: .withArrays)
        #expect(model.inputs.map(\.name) == ["array0", "numeric"])
        #expect(model.inputs.map(\.width) == [4, 2])
        #expect(model.parameters.tensor(named: "block0/linear/weight")?.shape == [4, 8])

        var asked = PredictionRequest(run: run, rows: scratch.path + "/test.csv")
        asked.kinds = .withArrays
        let lines = String(decoding: try predictRows(asked).bytes, as: UTF8.self)
            .split(separator: "\n")
        #expect(lines[0] == "probability[no],probability[yes],decision")
        var door = HeldOutRows(of: run, for: "a test of this program", kinds: .withArrays)
        let stored = try door.open(.test)
        #expect(stored.rows == 500 && lines.count == 501)
        for row in 0..<stored.rows {
            let said = lines[row + 1].split(separator: ",").prefix(2).compactMap { Double($0) }
            for place in 0..<2 {
                let kept = stored.predictions.values[2 * row + place]
                #expect(said.count == 2 && abs(said[place] - kept) < 1e-6, "row \(row)")
            }
        }

        let measured = try evaluateRun(
            run: run, rows: asked.rows, reading: .init(), threads: 2, kinds: .withArrays)
        let again = measured.report.measurements.first { $0.metric == "rocAUC" && $0.group == nil }
        #expect(try abs(#require(again?.value) - value("rocAUC")) < 1e-6)

        let arrays = try rowsWithArrays(scratch.path + "/test.csv")
        for method in [ExplanationMethod.shapley, .integratedGradients] {
            var request = ExplanationRequest(run: run, rows: scratch.path + "/test.csv")
            request.kinds = .withArrays
            request.method = method
            request.chosen = arrays
            let found = try explainRows(request)
            let sums = ["readings", "x"].map { name in
                found.rows.flatMap(\.contributions).filter { $0.column == name }
                    .reduce(0) { $0 + abs($1.value) }
            }
            #expect(sums[0] > 3 * sums[1], "\(method): \(sums)")
            for row in found.rows {
                #expect(Set(row.contributions.map(\.column)) == ["readings", "x"])
                let sum = row.contributions.reduce(row.base) { $0 + $1.value }
                #expect(abs(sum + row.residual - row.value) < 1e-4, "\(method)")
            }
        }
    }

    /// The first rows of a file that have one, from 1.
    private func rowsWithArrays(_ path: String) throws -> [Int] {
        let lines = String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n")
        return Array(lines.indices.dropFirst().filter { lines[$0].hasPrefix("\"[") }.prefix(6))
    }

    /// A sum of functions has one of the array, which it is read by.
    @Test func anAdditiveModelHasAFunctionOfIt() throws {
        let scratch = try Scratch()
        let configuration = try Self.configuration(scratch, "run", rows: 600) {
            $0.model.kind = .additive
            $0.model.width = nil
            $0.model.pairs = 0
        }
        _ = try trainRun(configuration, control: RunControl(threads: 2, kinds: .withArrays))
        let model = try ModelBundle(run: configuration.output, kinds: .withArrays)
        let form = try #require(model.network.additive)
        #expect(form.columns.map(\.name) == ["readings", "x"])
        // The mark of missing cells, and the stem's features.
        #expect(form.columns[0].features.map(\.count).sorted() == [1, 8])
        var request = ExplanationRequest(
            run: configuration.output, rows: scratch.path + "/test.csv")
        request.kinds = .withArrays
        let row = try #require(try explainRows(request).rows.first)
        #expect(row.contributions.contains { $0.column == "readings" })
        let sum = row.contributions.reduce(row.base) { $0 + $1.value }
        #expect(abs(sum + row.residual - row.value) < 1e-3)
    }

    /// Pairs of rows are mixed behind the stem.
    @Test func mixedPairsTrain() throws {
        let scratch = try Scratch()
        let configuration = try Self.configuration(scratch, "run", rows: 600) {
            $0.regularising.mixup = 0.2
        }
        let result = try trainRun(
            configuration, control: RunControl(threads: 1, kinds: .withArrays))
        let area = result.measurements.first { $0.metric == "rocAUC" && $0.group == nil }
        #expect(try #require(area?.value) > 0.8)
    }

    // MARK: - Where it is not known

    @Test func whoDoesNotKnowTheKindIsToldWhichIsMissing() throws {
        let scratch = try Scratch()
        let configuration = try Self.configuration(scratch, "run", rows: 300) {
            $0.learning.epochs = 1
        }
        let refused = #expect(throws: (any Error).self) {
            try trainRun(configuration, control: RunControl(threads: 1))
        }
        #expect(asTyped(refused).contains("there is no kind \"array\""))
        let run = configuration.output
        _ = try trainRun(configuration, control: RunControl(threads: 1, kinds: .withArrays))
        let error = #expect(throws: VouchError.self) { try ModelBundle(run: run) }
        let text = asTyped(error)
        #expect(text.contains("\"readings\" of kind array"), "\(text)")
        #expect(text.contains("number, category, date"), "\(text)")
        let same = #expect(throws: VouchError.self) {
            try predictRows(PredictionRequest(run: run, rows: scratch.path + "/test.csv"))
        }
        #expect(asTyped(same) == text)
        _ = try Trials(run: run, threads: 1, kinds: .withArrays)
    }

    @Test func anArrayOfAnotherLengthIsNamed() throws {
        let scratch = try Scratch()
        let ragged = Self.csv(300, seed: 1) + "\"[0.5, 0.25]\",0.5,yes\n"
        let configuration = try Self.configuration(scratch, "run", train: ragged) {
            $0.learning.epochs = 1
        }
        let error = #expect(throws: TableError.self) {
            try trainRun(configuration, control: RunControl(threads: 1, kinds: .withArrays))
        }
        #expect(error?.column == "readings" && error?.line == 302)
        #expect(error?.problem.contains("\"[0.5, 0.25]\" is no array of 4 numbers") == true)
    }

    // MARK: - In encoded rows

    /// Cells of other rows take their block along, as encoding the mixed rows gives.
    @Test func itsBlockIsMixedWithTheRow() throws {
        let rows = Table(
            name: "arrays", rowCount: 3,
            columns: [
                Column(name: "a", cells: .texts(["[1, 2]", nil, "[3, 8]"], kind: .array)),
                Column(name: "x", cells: .numbers([1, 2, 3])),
                Column(name: "b", cells: .texts(["[1]", "[2]", "[4]"], kind: .array)),
            ])
        let schema = Schema(
            columns: rows.columns.map { .init(name: $0.name, kind: $0.kind, role: .feature) })
        let encoder = try Encoder.fit(
            rows, schema, rows: [0, 1, 2], kinds: InputKinds.withArrays.encoders)
        #expect(encoder.requiredColumns == ["x", "a", "b"])
        #expect(encoder.numericNames == ["x", "a is missing"])
        #expect(
            encoder.featureBlocks == [
                FeatureBlock(port: .numeric, element: .float32, shape: [2]),
                FeatureBlock(port: InputPort("array0"), element: .float32, shape: [2]),
                FeatureBlock(port: InputPort("array1"), element: .float32, shape: [1]),
            ])
        #expect(encoder.inputColumns[InputPort("array1")] == ["b"])
        let encoded = try encoder.encode(rows)
        let sources = [[2, 1], [0, 0], [1, 2]]
        let mixed = encoder.mixing(encoded, columns: ["a", "x", "b"], sources: sources)
        let cells = zip(rows.columns, sources).map { $0.selecting(rows: $1) }
        let direct = try encoder.encode(Table(name: "mixed", rowCount: 2, columns: cells))
        #expect(mixed.numeric == direct.numeric)
        #expect(mixed.blocks.map(\.values) == direct.blocks.map(\.values))
        #expect(mixed.blocks.map(\.name) == ["array0", "array1"])
        #expect(
            encoded.selecting(rows: [2]).blocks.map(\.values)
                == direct.selecting(rows: [0]).blocks.prefix(1).map(\.values)
                + encoded.blocks.suffix(1).map { $0.selecting(rows: [2]).values })

        let coder = JSONDecoder()
        let text = try JSONEncoder().encode(encoder)
        #expect(throws: DecodingError.self) { try coder.decode(Encoder.self, from: text) }
        coder.userInfo[.columnEncoders] = InputKinds.withArrays.encoders
        #expect(try coder.decode(Encoder.self, from: text) == encoder)
    }

    // MARK: - Others

    /// Who knows of arrays writes the same bytes of a table that has none.
    @Test func aTableWithoutIsTheSame() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(400), to: "data.csv")
        func trained(_ name: String, _ kinds: InputKinds) throws -> [[UInt8]] {
            let run = scratch.path + "/" + name
            _ = try trainRun(
                quick(data, out: run), control: RunControl(threads: 1, kinds: kinds))
            return try ["encoder.json", "model.json", "weights.safetensors"].map {
                try Files.read(run + "/" + $0)
            }
        }
        let plain = try trained("plain", .shipped)
        #expect(try plain == trained("other", .withArrays))
        let network = String(decoding: plain[1], as: UTF8.self)
        #expect(!network.contains("\"blocks\""))
        #expect(!String(decoding: plain[0], as: UTF8.self).contains("arrays"))
    }

    /// Swift of the walk stands in these tests as it does there.
    @Test func theWalkIsTrue() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let walk = try String(
            contentsOf: root.appending(path: "Documentation/AddingAColumnKind.md"),
            encoding: .utf8)
        func plain(_ text: some StringProtocol) -> String {
            text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
                .joined(separator: "\n")
        }
        let sources = try SourceText.files(below: "Tests/VouchTests").map { plain($0.text) }
        let blocks = walk.matches(of: #/(?s)```swift\n(.*?)\n *```/#).map { plain($0.1) }
        #expect(blocks.count > 1)
        for block in blocks { #expect(sources.contains { $0.contains(block) }, "\(block)") }
    }
}
