import Testing
import Vouch

/// Shapes that layers leave, and what is said where they do not fit.
@Suite struct NetworkShapeTests {
    private static let image = Network.Shape.image(height: 9, width: 7, channels: 4)

    @Test func layersLeaveTheShapesTheyState() throws {
        let expected: [(Network.Layer, Network.Shape)] = [
            (.convolution(6, kernel: 3), .image(height: 9, width: 7, channels: 6)),
            (.convolution(6, kernel: 3, stride: 2), .image(height: 5, width: 4, channels: 6)),
            (.convolution(6, kernel: 3, padding: .none), .image(height: 7, width: 5, channels: 6)),
            (
                .convolution(8, kernel: 5, stride: 3, padding: .cells(2), groups: 4),
                .image(height: 3, width: 3, channels: 8)
            ),
            (.maxPool(2), .image(height: 4, width: 3, channels: 4)),
            (.maxPool(3, stride: 2, padding: .same), .image(height: 5, width: 4, channels: 4)),
            (.averagePool(3, stride: 1), .image(height: 7, width: 5, channels: 4)),
            (.globalAveragePool, .features(4)), (.flatten, .features(252)),
            (.batchNorm, Self.image), (.relu, Self.image), (.dropout(0.5), Self.image),
            (.residual([.convolution(4, kernel: 3), .relu]), Self.image),
            (
                .residual(
                    [.convolution(5, kernel: 3, stride: 2)],
                    shortcut: [.convolution(5, kernel: 1, stride: 2)]),
                .image(height: 5, width: 4, channels: 5)
            ),
        ]
        for (layer, shape) in expected + [(.places, .sequence(places: 63, width: 4))] {
            let network = Network(input: Self.image, layers: [layer])
            #expect(try network.outputShapes() == [shape], "\(layer)")
        }
        let sequence = Network.Shape.sequence(places: 5, width: 6)
        for (layer, shape) in [
            (.positions, sequence), (.transformer(heads: 3, hidden: 8), sequence),
            (.layerNorm, sequence), (.batchNorm, sequence), (.globalAveragePool, .features(6)),
            (.linear(7), .sequence(places: 5, width: 7)), (.flatten, .features(30)),
        ] as [(Network.Layer, Network.Shape)] {
            let network = Network(input: sequence, layers: [layer])
            #expect(try network.outputShapes() == [shape], "\(layer)")
        }
        #expect(Self.image.count == 252)
    }

    @Test func aWrongLayerIsNamed() {
        let wrong: [([Network.Layer], String, String)] = [
            ([.relu, .linear(3)], "layer 2", ".flatten"),
            ([.flatten, .convolution(3, kernel: 3)], "layer 2", "takes an image"),
            ([.convolution(6, kernel: 3, groups: 3)], "layer 1", "3 groups"),
            ([.convolution(6, kernel: 8, padding: .none)], "layer 1", "does not fit 9 × 7"),
            ([.convolution(6, kernel: 3, padding: .cells(3))], "layer 1", "from 0 to 2"),
            ([.convolution(0, kernel: 3)], "layer 1", "cannot be"),
            ([.maxPool(0)], "layer 1", "kernel of 0"),
            ([.relu, .relu, .dropout(1)], "layer 3", "dropout rate"),
            ([.relu, .residual([.relu, .maxPool(2)])], "layer 2", "shortcut"),
            ([.relu, .residual([.relu, .linear(2)])], "layer 2.2", "takes features"),
            (
                [.residual([.relu], shortcut: [.flatten, .maxPool(2)])], "layer 1.shortcut.2",
                "takes an image"
            ),
            ([.flatten, .linear(1 << 40)], "layer 2", "cannot be"),
            ([.flatten, .transformer(heads: 2, hidden: 8)], "layer 2", "takes a sequence"),
            ([.positions], "layer 1", "takes a sequence"),
            ([.places, .places], "layer 2", "takes an image"),
            ([.places, .transformer(heads: 3, hidden: 8)], "layer 2", "3 heads"),
            ([.places, .transformer(heads: 2, hidden: 0)], "layer 2", "0 hidden"),
            ([.places, .transformer(heads: 2, hidden: 8, dropout: 1)], "layer 2", "dropout rate"),
        ]
        for (layers, place, words) in wrong {
            let error = #expect(throws: NetworkError.self, "\(layers)") {
                try Network(input: Self.image, layers: layers).outputShapes()
            }
            #expect(error?.place == place)
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
    }

    @Test func aClassifierNeedsClasses() {
        for (input, layers) in [
            (Self.image, [Network.Layer.relu]), (.features(3), [.linear(1)]), (.features(0), []),
        ] {
            #expect(throws: NetworkError.self) {
                try Network(input: input, layers: layers).trainClassifier(features: [], labels: [])
            }
        }
    }
}
