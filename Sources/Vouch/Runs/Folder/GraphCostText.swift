import CPURuntime
import Figures
import GraphIR
import RunStore

/// What predicting a batch with a run's model costs, node by node, as a table; or as JSON.
package struct RunCost {
    private let cost: GraphCost
    private let models: Int

    /// - Parameter rows: Of the batch, 1 or more.
    package init(run: String, rows: Int) throws {
        guard (1...10_000_000).contains(rows) else {
            throw VouchError("--rows is \(rows); it must be from 1 to 10,000,000")
        }
        let model = try StoredModel.open(run)
        cost = GraphCost(model.description.graph, outputs: [.prediction], rows: rows)
        models = model.weights.count
    }

    package var text: String {
        var rows = [["node", "shape", "operations", "bytes moved", "parameters"]]
        rows += cost.lines.map { line in
            [
                line.node, line.shape.map(String.init).joined(separator: "×"),
                NumberText.count(Int(line.operations)), NumberText.count(Int(line.bytes)),
                NumberText.count(line.parameters),
            ]
        }
        rows.append([
            "all", "", NumberText.count(Int(cost.operations)), NumberText.count(Int(cost.bytes)),
            NumberText.count(cost.parameters),
        ])
        let each = models == 1 ? "" : ", by one of \(models) models that are averaged"
        return alignedTable(rows, rightAligned: [2, 3, 4])
            + "\nOf predicting \(NumberText.count(cost.rows)) rows at once\(each); counted from the "
            + "graph, not measured.\nPeak memory as planned: "
            + "\(NumberText.count(cost.arenaBytes)) bytes of values that share memory, "
            + "\(NumberText.count(cost.parameterBytes)) bytes of parameters.\n"
    }

    package func json() throws -> [UInt8] {
        struct Line: Encodable {
            var node: String
            var shape: [Int]
            var operations: Double
            var bytes: Double
            var parameters: Int
        }
        struct Whole: Encodable {
            var format = 1
            var rows: Int
            var models: Int
            var nodes: [Line]
            var operations: Double
            var bytes: Double
            var parameters: Int
            var arenaBytes: Int
            var parameterBytes: Int
        }
        return try JSON.encode(
            Whole(
                rows: cost.rows, models: models,
                nodes: cost.lines.map {
                    Line(
                        node: $0.node, shape: $0.shape, operations: $0.operations, bytes: $0.bytes,
                        parameters: $0.parameters)
                }, operations: cost.operations, bytes: cost.bytes, parameters: cost.parameters,
                arenaBytes: cost.arenaBytes, parameterBytes: cost.parameterBytes))
            + [UInt8(ascii: "\n")]
    }
}
