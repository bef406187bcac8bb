import GraphIR
import NN
import TensorCore
import Testing

@Suite struct OperationCountTests {
    /// `relu(x·W + b)` and its mean, counted by hand.
    @Test func aLayerByHand() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 3])
        let y = b.unary(.relu, b.linear("layer", x, output: 5))
        b.output("y", b.mean(y, axes: [0, 1]))
        // 2·10·3·5 for the product, 50 for the bias, 50 for ReLU, 50 for the mean.
        #expect(try b.build().operationCount(rows: 10) == 300 + 50 + 50 + 50)
    }

    /// A row uses the weights of a perceptron once, those of shared layers once a member, those of a
    /// convolution once a place.
    @Test func usesOfWeights() throws {
        func uses(_ build: (inout GraphBuilder) -> Value) throws -> Double {
            var b = GraphBuilder()
            b.output("y", build(&b))
            return try b.build().weightUsesPerRow
        }
        #expect(
            try uses { b in
                let hidden = b.linear("first", b.input("x", [.rows, 3]), output: 5)
                return b.linear("second", hidden, output: 2)
            } == 1)
        #expect(
            try uses { b in
                b.memberLinear("head", b.input("x", [1, .rows, 3]), members: 4, output: 5)
            } == 1)
        #expect(
            try uses { b in
                let parts = b.reshape(b.input("x", [.rows, 4, 3]), [.rowParts(4), 3])
                return b.linear("shared", parts, output: 5)
            } == 4)
        #expect(
            try uses { b in
                b.convolution2D(
                    "c", b.input("x", [.rows, 8, 6, 2]), output: 3, window: .square(3))
            } == 6 * 4)
        #expect(try uses { b in b.unary(.exp, b.input("x", [.rows, 3])) } == 1)
    }

    @Test func whatMovesNumbersIsFree() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 4])
        b.output(
            "y", b.apply(.transpose([1, 0]), [b.apply(.slice(axis: 1, start: 0, end: 2), [x])]))
        #expect(try b.build().operationCount(rows: 100) == 0)
    }

    /// A grouped, strided convolution with its gradients, and pooling.
    @Test func imagesByHand() throws {
        func count(_ build: (inout GraphBuilder) -> Value) throws -> Double {
            var b = GraphBuilder()
            b.output("y", build(&b))
            return try b.build().operationCount(rows: 10)
        }
        // 3 × 3 places, 6 outputs, each a sum over 3 · 3 cells of 2 channels.
        let products = Double(10 * 3 * 3 * 6 * 3 * 3 * 2)
        let window = Window.square(3, stride: 2)
        func image(_ b: inout GraphBuilder) -> Value { b.input("x", [.rows, 7, 7, 4]) }
        func result(_ b: inout GraphBuilder) -> Value { b.input("g", [.rows, 3, 3, 6]) }
        func weights(_ b: inout GraphBuilder) -> Value { b.input("w", [3, 3, 2, 6]) }
        #expect(
            try count { b in
                let (x, w) = (image(&b), weights(&b))
                return b.apply(.convolution(window, groups: 2), [x, w])
            } == 2 * products)
        #expect(
            try count { b in
                let (g, w) = (result(&b), weights(&b))
                return b.apply(
                    .convolutionInputGradient(window, groups: 2, height: 7, width: 7), [g, w])
            } == 2 * products)
        #expect(
            try count { b in
                let (x, g) = (image(&b), result(&b))
                return b.apply(.convolutionWeightGradient(window, groups: 2), [x, g])
            } == 2 * products)
        #expect(try count { $0.maxPool2D(image(&$0), window: window) } == 10 * 3 * 3 * 4 * 9)
        #expect(try count { $0.averagePool2D(image(&$0), window: window) } == 10 * 3 * 3 * 4 * 9)
    }
}
