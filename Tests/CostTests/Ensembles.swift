import Evidence
import GraphIR
import Kernels
import Models
import NN
import Prediction
import Tables
import TensorCore

/// Rows of four numbers with a target, and ensembles for them whose weights are known.
struct EnsembleRows {
    let table: Table
    let target: TargetEncoder
    let encoder: Encoder
    let schema: Schema

    private static let names = ["a", "b", "c", "d"]

    /// Classes, or a number, follow `2a − b` with a noise of the logistic kind.
    init(_ task: TaskKind, rows: Int = 600, seed: UInt64 = 1) throws {
        let random = CounterRandom(seed: seed, name: "ensemble rows")
        let columns = Self.names.indices.map { column in
            (0..<rows).map { 2 * random.uniform(step: UInt32(column), index: UInt64($0)) - 1 }
        }
        let score = (0..<rows).map { row in
            4 * (2 * columns[0][row] - columns[1][row])
                + 2 * random.uniform(step: 9, index: UInt64(row)) - 1
        }
        let cells: Column.Cells
        switch task {
        case .regression: cells = .numbers(score)
        case .binary:
            cells = .categories(codes: score.map { $0 > 0 ? 1 : 0 }, values: ["no", "yes"])
        case .multiclass:
            cells = .categories(
                codes: score.map { $0 > 2 ? 2 : $0 > -2 ? 1 : 0 }, values: ["low", "middle", "up"])
        }
        let answer = Column(name: "y", cells: cells)
        table = Table(
            name: "rows", rowCount: rows,
            columns: zip(Self.names, columns).map { Column(name: $0, cells: .numbers($1)) }
                + [answer])
        schema = Schema(
            columns: Self.names.map { .init(name: $0, kind: .number, role: .feature) })
        encoder = try Encoder.fit(table, schema, rows: Array(0..<rows))
        target = try TargetEncoder(
            answer, source: "rows", rows: Array(0..<rows),
            task: task == .regression ? .regression : nil, positive: nil)
    }

    /// - Parameters:
    ///   - sets: Models that are averaged.
    ///   - change: Sets numbers of a tensor of one of them, which are random before.
    func model(
        _ task: TaskKind, hidden: [Int], members: Int, sets: Int = 1,
        _ change: (_ tensor: String, _ set: Int, inout [Float]) -> Void = { _, _, _ in }
    ) throws -> ModelBundle {
        let network = TabularNetwork(
            input: TabularInput(numericWidth: encoder.numericWidth, cardinalities: []), task: task,
            hidden: hidden, members: members)
        let graph = try network.inferenceGraph()
        let parameters = ModelParameters(graph, count: sets) { tensor, set in
            let random = CounterRandom(seed: UInt64(set), name: tensor.name)
            var numbers = tensor.range.indices.map {
                Float(2 * random.uniform(index: UInt64($0)) - 1)
            }
            change(tensor.name, set, &numbers)
            return numbers
        }
        return ModelBundle(
            network: network, graph: graph, parameters: parameters, target: target,
            encoder: encoder, schema: schema, provenance: .trained(version: "test"))
    }

    /// An ensemble without hidden layers: of each set some members say what the rows follow, the others noise.
    func linear(knowing: [[Int]], members: Int) throws -> ModelBundle {
        try model(.binary, hidden: [], members: members, sets: knowing.count) { name, set, numbers in
            let features = numbers.count / members
            for member in 0..<members {
                let place = member * features
                switch name {
                case "members": for x in 0..<features { numbers[place + x] = 1 }
                case "head/bias": numbers[place] = 0
                case "head/weight" where knowing[set].contains(member):
                    for x in 0..<features { numbers[place + x] = 0 }
                    numbers[place] = 6
                    numbers[place + 1] = -3
                case "head/weight": for x in 0..<features { numbers[place + x] *= 4 }
                default: break
                }
            }
        }
    }

    /// - Parameter folds: Which of the models did not learn from a row; `nil` of one model.
    func calibration(
        _ model: ModelBundle, folds: [Int]? = nil, pool: WorkerPool
    ) throws -> CalibrationRows {
        let features = try encoder.encode(table)
        let answer = table.columns[table.columns.count - 1]
        let answers: LabelledPredictions.Answers =
            target.task == .regression
            ? .numbers(try target.values(answer, source: "rows"))
            : .classes(try target.labels(answer, source: "rows"))
        var labelled = LabelledPredictions(
            split: .validation, predictions: model.predict(features, pool: pool),
            answers: answers)
        labelled.folds = folds
        return CalibrationRows(rows: labelled, features: features)
    }
}
