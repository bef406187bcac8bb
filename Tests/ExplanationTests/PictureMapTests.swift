import CPURuntime
import Explanation
import Foundation
import GraphIR
import Kernels
import NN
import Tables
import TensorCore
import Testing

/// Maps of pictures beside Captum's of the same weights; see `Reference/maps.py`.
@Suite struct PictureMapTests {
    private struct Reference: Decodable {
        var versions: [String: String]
        var target: Int
        var side: Int
        var steps: Int
        var weights: [String: AttributionReference.Numbers]
        var pictures: AttributionReference.Numbers
        var scores: AttributionReference.Numbers
        var maps: [String: AttributionReference.Numbers]
    }

    private static func reference() throws -> Reference {
        let path = try #require(
            Bundle.module.url(forResource: "maps", withExtension: "json", subdirectory: "Reference"))
        return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: path))
    }

    private static func model(_ reference: Reference, models: Int = 1) throws -> EncodedModel {
        let shape = Array(reference.pictures.shape.dropFirst())
        var b = GraphBuilder()
        let x = b.input("image0", [.rows, .fixed(shape[0]), .fixed(shape[1]), .fixed(shape[2])])
        let first = b.unary(
            .tanh, b.convolution2D("first", x, output: 5, window: .same(3, height: shape[0], width: shape[1])))
        let pooled = b.maxPool2D(first, window: .square(2, stride: 2))
        let last = b.unary(.relu, b.convolution2D("second", pooled, output: 4, window: .same(3, height: 3, width: 3)))
        b.output("logits", b.linear("linear", b.reshape(last, [.rows, .fixed(36)]), output: 2))
        let graph = try b.build()
        let weights = try Self.parameters(graph) { reference.weights[$0]?.floats }
        let selection = PredictionPoints.Selection(output: "logits", place: reference.target)
        return EncodedModel(
            graph: graph, weights: Array(repeating: weights, count: models),
            encode: { _ in EncodedFeatures(rows: 0, blocks: []) }, columns: [:], explained: selection, score: selection,
            threads: 2)
    }

    private static func parameters(_ graph: Graph, _ values: (String) -> [Float]?) throws -> Buffer {
        let layout = ParameterLayout(graph)
        let weights = Buffer(count: layout.count)
        for entry in layout.entries {
            let own = try #require(values(entry.spec.name))
            try #require(own.count == entry.count)
            weights.copy(from: Buffer(own), at: 0, to: entry.offset, count: entry.count)
        }
        return weights
    }

    private static func features(_ reference: Reference) -> EncodedFeatures {
        let shape = reference.pictures.shape
        return EncodedFeatures(
            rows: shape[0],
            blocks: [
                EncodedBlock(
                    name: "image0", shape: Array(shape.dropFirst()), values: .numbers(reference.pictures.floats))
            ])
    }

    @Test(arguments: ["saliency", "inputTimesGradient", "integratedGradients", "gradCAM", "occlusion"], [1, 2])
    func mapsAreCaptums(_ name: String, models: Int) throws {
        let reference = try Self.reference()
        #expect(try #require(reference.versions["captum"]) >= "0.9")
        let methods: [String: PictureMethod] = [
            "saliency": .saliency, "inputTimesGradient": .inputTimesGradient,
            "integratedGradients": .integratedGradients(steps: reference.steps), "gradCAM": .gradCAM,
            "occlusion": .occlusion(side: reference.side),
        ]
        let method = try #require(methods[name])
        let expected = try #require(reference.maps[name])
        let shape = Array(reference.pictures.shape.dropFirst())
        let maps = try Self.model(reference, models: models).pictureMaps(
            of: Self.features(reference), block: "image0", column: "picture", method: method)
        #expect(maps.count == reference.pictures.shape[0])
        let pixels = shape[0] * shape[1]
        for (row, map) in maps.enumerated() {
            #expect(abs(map.score - reference.scores.values[row]) < 1e-5)
            let own = Array(expected.values[row * pixels..<(row + 1) * pixels])
            let size = try #require(own.map { abs($0) }.max())
            #expect(size > 0.01)
            for place in 0..<pixels {
                #expect(
                    abs(map.values[place] - own[place]) <= 1e-4 * size,
                    "\(name), row \(row), pixel \(place): \(map.values[place]) for \(own[place])")
            }
        }
    }

    @Test func integratedGradientsSumToTheScoreLessThatOfTheMean() throws {
        let reference = try Self.reference()
        let maps = try Self.model(reference).pictureMaps(
            of: Self.features(reference), block: "image0", column: "picture",
            method: .integratedGradients(steps: 200))
        for map in maps {
            #expect(abs(map.values.reduce(0, +) - (map.score - map.base)) < 5e-3 * abs(map.score - map.base))
        }
    }

    @Test func whatHasNoPlacesHasNoMap() throws {
        let reference = try Self.reference()
        let model = try Self.model(reference)
        // Features that another network made are a row of numbers.
        #expect(throws: AttributionError.self) {
            try model.pictureMaps(
                of: EncodedFeatures(
                    rows: 1, blocks: [EncodedBlock(name: "image0", shape: [126], values: .numbers([]))]),
                block: "image0", column: "picture", method: .saliency)
        }
        var b = GraphBuilder()
        let x = b.input("image0", [.rows, .fixed(2), .fixed(2), .fixed(1)])
        b.output("logits", b.linear("linear", b.reshape(x, [.rows, .fixed(4)]), output: 1))
        let graph = try b.build()
        let selection = PredictionPoints.Selection(output: "logits")
        let linear = EncodedModel(
            graph: graph, weights: [try Self.parameters(graph) { $0 == "linear/weight" ? [1, 2, 3, 4] : [0] }],
            encode: { _ in EncodedFeatures(rows: 0, blocks: []) }, columns: [:], explained: selection, score: selection,
            threads: 1)
        let features = EncodedFeatures(
            rows: 1, blocks: [EncodedBlock(name: "image0", shape: [2, 2, 1], values: .numbers([1, -1, 1, 2]))])
        let error = #expect(throws: AttributionError.self) {
            try linear.pictureMaps(of: features, block: "image0", column: "picture", method: .gradCAM)
        }
        #expect(error?.problem.contains("no layer that has places") == true)
        let map = try linear.pictureMaps(
            of: features, block: "image0", column: "picture", method: .inputTimesGradient)[0]
        #expect(map.values.count == 4 && map.peak == (1, 1))
    }
}
