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

    @Test func whatMovesNumbersIsFree() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 4])
        b.output(
            "y", b.apply(.transpose([1, 0]), [b.apply(.slice(axis: 1, start: 0, end: 2), [x])]))
        #expect(try b.build().operationCount(rows: 100) == 0)
    }
}
