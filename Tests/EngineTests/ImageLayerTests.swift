import GraphIR
import NN
import TensorCore
import Testing

/// Layers on images, against their formulas.
@Suite struct ImageLayerTests {
    @Test func convolutionIsAWeightedSumOverItsWindow() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 6, 5, 4])
        let window = Window(.init(3, stride: 2, before: 1), .init(2, dilation: 2, after: 1))
        let y = b.convolution2D("layer", x, output: 6, window: window, groups: 2)
        #expect(b.shape(y) == [.rows, 3, 4, 6])
        let graph = try b.build()
        let given = graph.sampleValues(rows: 2)
        let values = ReferenceInterpreter(graph: graph, rows: 2, given: given).run()
        let image = try #require(given["x"])
        let w = try #require(given["layer/weight"])
        let shift = try #require(given["layer/bias"])
        #expect(w.shape == [3, 2, 2, 6])
        let expected = Tensor([2, 3, 4, 6]) { at in
            var sum = shift[[at[3]]]
            for i in 0..<3 {
                for j in 0..<2 {
                    let (row, column) = (2 * at[1] - 1 + i, at[2] + 2 * j)
                    guard (0..<6).contains(row), (0..<5).contains(column) else { continue }
                    for c in 0..<2 {
                        let channel = at[3] < 3 ? c : 2 + c
                        sum += image[[at[0], row, column, channel]] * w[[i, j, c, at[3]]]
                    }
                }
            }
            return sum
        }
        for (computed, exact) in zip(values[y.index].values, expected.values) {
            #expect(abs(computed - exact) <= 1e-12)
        }
    }

    @Test func sameWindowsGiveTheStridesShare() {
        for extent in 1...5 {
            for stride in 1...3 {
                for dilation in 1...2 {
                    for cells in 1...11 {
                        let window = Window.same(
                            extent, stride: stride, dilation: dilation, height: cells, width: 7)
                        let axis = window.vertical
                        #expect(axis.places(over: cells) == (cells + stride - 1) / stride)
                        #expect((0...1).contains(axis.after - axis.before))
                        #expect(window.horizontal.places(over: 7) == (6 + stride) / stride)
                    }
                }
            }
        }
    }

    /// What cannot be is told with the line of the model that asked for it.
    @Test func aLayerThatDoesNotFitNamesItsLine() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 6, 5, 4])
        let line: UInt = #line + 1
        let y = b.convolution2D("layer", x, output: 6, window: .square(3), groups: 3)
        b.output("y", y)
        let error = try #require(throws: GraphError.self) { try b.build() }
        #expect(error.node.contains("layer/convolution"))
        #expect(error.problem.contains("[rows, 6, 5, 4]"))
        #expect(error.location.hasSuffix("ImageLayerTests.swift:\(line)"))
    }

    /// The greatest number's gradient goes to the first of equals; padding is not among them, and
    /// NaN passes, which oneDNN's pooling would lose.
    @Test func maximaOfTiesPaddingAndNaN() throws {
        var b = GraphBuilder()
        let x = b.input("x", [1, 3, 3, 1])
        let window = Window(.init(2, stride: 2, after: 1), .init(2, stride: 2, after: 1))
        let y = b.maxPool2D(x, window: window)
        b.output("y", y)
        b.output("loss", b.sum(y, to: .scalar))
        let graph = try b.build()
        let nan = Double.nan
        let low = -Double.infinity
        for (image, pooled, gradient) in [
            ([4, 4, -1, 4, 4, -2, -5, -6, -7], [4, -1, -5, -7], [1, 0, 1, 0, 0, 0, 1, 0, 1]),
            ([1, nan, -1, 2, nan, 0, 3, 3, low], [nan, 0, 3, low], [0, 1, 0, 0, 0, 1, 1, 0, 1]),
        ] as [([Double], [Double], [Double])] {
            let experiment = try Experiment.differentiating(
                graph, output: "loss", rows: 1, given: ["x": Tensor([1, 3, 3, 1], image)],
                withRespectTo: [x])
            let values = experiment.runtimeValues()
            let exact = experiment.referenceValues()
            for (computed, expected) in zip(values, exact) {
                #expect(bits(computed.values) == bits(expected.values))
            }
            #expect(values.contains { bits($0.values) == bits(pooled) })
            #expect(values.contains { $0.values == gradient })
        }
    }

    private func bits(_ values: [Double]) -> [UInt32?] {
        values.map { $0.isNaN ? nil : Float($0).bitPattern }
    }

    @Test func globalAveragesAreMeansOfChannels() throws {
        for images in [Extent.rows, .rowParts(2)] {
            var b = GraphBuilder()
            let x = b.input("x", [images, 3, 4, 5])
            let y = b.globalAveragePool(x)
            #expect(b.shape(y) == [images, 5])
            b.output("y", y)
            let graph = try b.build()
            let given = graph.sampleValues(rows: 2)
            let image = try #require(given["x"])
            let computed = Experiment(graph: graph, rows: 2, given: given, outputs: ["y"])
                .runtimeValues()[0]
            let expected = Tensor([images.count(rows: 2), 5]) { at in
                Tensor.coordinates(of: [3, 4]).reduce(0) {
                    $0 + image[[at[0], $1[0], $1[1], at[1]]] / 12
                }
            }
            for (a, b) in zip(computed.values, expected.values) { #expect(abs(a - b) <= 1e-6) }
        }
    }
}
