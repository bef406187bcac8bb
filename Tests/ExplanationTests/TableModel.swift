import CPURuntime
import Explanation
import GraphIR
import Kernels
import Models
import NN
import Prediction
import Tables
import TensorCore

/// A network with random weights on a table of numbers and categories, encoded as a run's are.
struct TableModel: RandomizablePredictor {
    let features = ["age", "job", "hours", "city"]
    let encoder: Encoder
    let graph: Graph
    private(set) var weights: [Buffer]
    let network: TabularNetwork

    /// - Parameter models: Sets of weights, whose predictions are averaged.
    init(models: Int = 1, members: Int = 3) throws {
        let table = Self.rows(400, seed: 1)
        let schema = Schema(columns: [
            .init(name: "age", kind: .number, role: .feature),
            .init(name: "job", kind: .category, role: .feature),
            .init(name: "hours", kind: .number, role: .feature),
            .init(name: "city", kind: .category, role: .feature),
        ])
        encoder = try Encoder.fit(
            table, schema, rows: Array(0..<400), bins: .init(most: 12, atoms: .all))
        let cardinalities = encoder.categories.map(\.cardinality)
        precondition(
            cardinalities.contains { $0 > TabularNetwork.oneHotLimit }
                && cardinalities.contains { $0 <= TabularNetwork.oneHotLimit },
            "there are to be an embedding and a one-hot vector")
        network = TabularNetwork(
            input: TabularInput(
                numericWidth: encoder.numericWidth + encoder.bins.count,
                cardinalities: cardinalities,
                embedding: NumberEmbedding(
                    numbers: encoder.numbers.count, bins: encoder.bins.map(\.binCount).max() ?? 0,
                    width: 4, trusts: encoder.bins.flatMap(\.trusts))),
            task: .binary, hidden: [16, 8], members: members)
        let graph = try network.inferenceGraph()
        self.graph = graph
        weights = (0..<models).map { Self.weights(graph, seed: UInt64($0)) }
    }

    private static func weights(_ graph: Graph, seed: UInt64) -> Buffer {
        let layout = ParameterLayout(graph)
        let buffer = Buffer(count: layout.count)
        let random = CounterRandom(seed: seed, name: "weights")
        for entry in layout.entries {
            for place in 0..<entry.count {
                let draw = Float(random.uniform(index: UInt64(entry.offset + place)))
                buffer[entry.offset + place] = 0.9 * (2 * draw - 1)
            }
            if case .values(let values) = entry.spec.initializer {
                buffer.copy(from: values.span, to: entry.offset)
            }
        }
        return buffer
    }

    /// The heads' numbers in another order and with random signs.
    func randomized(_ part: RandomizedPart, seed: UInt64) -> any Predictor {
        let layout = ParameterLayout(graph)
        let random = CounterRandom(seed: seed, name: "random heads")
        var other = self
        other.weights = weights.map { own in
            let buffer = Buffer(count: layout.count)
            buffer.copy(from: own, at: 0, to: 0, count: layout.count)
            for entry in layout.entries where entry.spec.name.hasPrefix("head/") {
                let order = random.permutation(of: entry.count, step: UInt32(entry.offset))
                for place in 0..<entry.count {
                    let sign: Float =
                        random.uniform(step: .max, index: UInt64(entry.offset + place)) < 0.5
                        ? -1 : 1
                    buffer[entry.offset + place] = sign * own[entry.offset + order[place]]
                }
            }
            return buffer
        }
        return other
    }

    static func rows(_ count: Int, seed: UInt64) -> Table {
        let random = CounterRandom(seed: seed, name: "rows")
        func draw(_ row: Int, _ column: UInt32) -> Double {
            random.uniform(step: column, index: UInt64(row))
        }
        let jobs = (0..<40).map { "job \($0)" }
        let cities = ["north", "south", "west"]
        return Table(
            name: "rows", rowCount: count,
            columns: [
                Column(
                    name: "age",
                    cells: .numbers(
                        (0..<count).map { row in
                            draw(row, 1) < 0.1 ? .nan : (17 + 60 * draw(row, 0)).rounded()
                        })),
                Column(
                    name: "job",
                    cells: .categories(
                        codes: (0..<count).map { Int32(40 * draw($0, 2)) }, values: jobs)),
                Column(
                    name: "hours",
                    cells: .numbers(
                        (0..<count).map { row in
                            draw(row, 4) < 0.5 ? 40 : 100 * draw(row, 3)
                        })),
                Column(
                    name: "city",
                    cells: .categories(
                        codes: (0..<count).map { row in
                            draw(row, 6) < 0.1 ? -1 : Int32(3 * draw(row, 5))
                        }, values: cities)),
            ])
    }

    func predictions(for table: Table) throws -> Predictions {
        let encoded = try encoder.encode(table)
        let plan = Plan(
            graph, outputs: ["prediction"], rows: encoded.rows, parameters: ParameterLayout(graph))
        let executor = Executor(plan)
        guard let numeric = plan.inputs["numeric"], let categories = plan.inputs["categories"],
            let output = plan.outputs["prediction"]
        else { preconditionFailure("the network has two inputs and an output") }
        var values = [Double](repeating: 0, count: encoded.rows)
        for weights in weights {
            executor.arena.copy(from: encoded.numeric.span, to: numeric.offset)
            executor.arena.withMutableIndices(categories.range) { span in
                for place in 0..<span.count { span[place] = encoded.categories[place] }
            }
            executor.run(parameters: weights, results: Buffer(count: 0))
            for (row, value) in executor.arena.floats(output.range).enumerated() {
                values[row] += Double(value) / Double(self.weights.count)
            }
        }
        return Predictions(rows: encoded.rows, classes: [], values: values)
    }

    func attributed(background: Table, threads: Int = 2) -> AttributedModel {
        let encoder = encoder
        let vectors = network.numberVectors(in: graph)
        let width = network.input.embedding?.width ?? 1
        let numbers = encoder.numbers.count
        return AttributedModel(
            predictor: self, background: background, output: { $0.values[$1] },
            encoded: EncodedModel(
                graph: graph, weights: weights, encode: { try encoder.encode($0) },
                columns: encoder.inputColumns, explained: .init(output: "prediction"),
                score: .init(
                    output: "memberLogits",
                    terms: (0..<network.members).map {
                        .init(place: $0, factor: 1 / Float(network.members))
                    }),
                numberVectors: vectors.map { value in
                    (
                        value,
                        (0..<numbers * width).map {
                            InputOrigin(input: "numeric", place: $0 / width)
                        }
                    )
                }, threads: threads))
    }
}
