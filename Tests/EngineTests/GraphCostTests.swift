import CPURuntime
import GraphIR
import NN
import TensorCore
import Testing

@Suite struct GraphCostTests {
    /// `softmax(relu(x·W + b)·V + c)` for ten rows of three numbers, counted by hand.
    @Test func twoLayersByHand() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 3])
        let hidden = b.unary(.relu, b.linear("first", x, output: 5))
        let logits = b.linear("second", hidden, output: 2)
        b.output("y", b.apply(.softmax, [logits]))
        // Nobody asks for this.
        b.output("unused", b.unary(.exp, logits))
        let cost = GraphCost(try b.build(), outputs: ["y"], rows: 10)
        #expect(cost.lines.map(\.operations) == [300, 50, 50, 200, 20, 100])
        let words: [Double] = [95, 105, 100, 80, 42, 40]
        #expect(cost.lines.map(\.bytes) == words.map { 4 * $0 })
        #expect(cost.lines.map(\.parameters) == [15, 5, 0, 10, 2, 0])
        #expect(cost.parameters == 32 && cost.lines[0].shape == [10, 5])
        // Each parameter's place is rounded up to 16 words.
        #expect(cost.parameterBytes == 4 * 4 * 16)
        // The bias and ReLU are part of their product: input, hidden and logits, then probabilities
        // over what is no longer needed; each begins at a multiple of 16 words.
        #expect(cost.arenaBytes >= 4 * (30 + 50) && cost.arenaBytes <= 4 * (32 + 64 + 32 + 32))
        #expect(cost.peakBytes == cost.arenaBytes + cost.parameterBytes)
    }

    /// A lookup moves the rows that it finds, not the table.
    @Test func aLookup() throws {
        var b = GraphBuilder()
        let indices = b.input("indices", [.rows], dtype: .int32)
        b.output("y", b.embedding("names", indices, values: 1000, width: 4))
        let cost = GraphCost(try b.build(), outputs: ["y"], rows: 10)
        #expect(cost.bytes == 4 * Double(40 + 40 + 10))
        #expect(cost.operations == 0 && cost.parameters == 4000)
    }
}
