import Fairness
import GraphIR
import Kernels
import Models
import NN
import Platform
import Prediction
import RealModule
import Runs
import Studies
import Tables
import TensorCore
import Testing

/// The line that is blended with small tables' ensembles.
@Suite struct LineBlendTests {
    /// `a` decides, through a line; `b` and `c` are noise.
    private static func csv(_ rows: Int) -> String {
        let random = CounterRandom(seed: 21, name: "rows of a line")
        return (0..<rows).reduce(into: "a,b,c,y\n") { text, row in
            let x = (0..<4).map { 2 * random.uniform(step: UInt32($0), index: UInt64(row)) - 1 }
            let answer = 3 * x[0] + x[3] > 0 ? "yes" : "no"
            text += "\(x[0]),\(x[1]),\(x[2]),\(answer)\n"
        }
    }

    private static func trained(
        _ scratch: Scratch, _ name: String, threads: Int = 1, rows: Int = 120,
        _ change: (inout TrainConfiguration) -> Void = { _ in }
    ) throws -> RunResult {
        let data = try scratch.write(csv(rows), to: "data\(rows).csv")
        return try trainRun(
            quick(data, target: "y", out: scratch.path + "/" + name) {
                $0.learning.folds = 2
                change(&$0)
            }, control: RunControl(threads: threads))
    }

    @Test func smallTablesHaveOne() {
        func hasLine(_ rows: Int, _ change: (inout TrainConfiguration) -> Void = { _ in }) -> Bool {
            RecipeTests.recipe(rows: rows, isRegression: true, change).hasLine ?? false
        }
        #expect(hasLine(50) && hasLine(500) && !hasLine(501))
        #expect(!hasLine(50) { $0.edition = .second })
        #expect(!hasLine(50) { $0.model.kind = .mlp } && !hasLine(50) { $0.model.depth = 0 })
        #expect(!hasLine(50) { $0.model.quantiles = [0.1, 0.9] })
        #expect(!hasLine(50) { $0.model.loss = .pinball })
        #expect(!hasLine(50) { $0.regularising.dropoutPasses = 3 })
    }

    /// The same bits whatever the threads, another model than without; on rows that a line decides it is better.
    @Test func aRunIsBlended() throws {
        let scratch = try Scratch()
        let with = try Self.trained(scratch, "with", threads: 2)
        let same = try Self.trained(scratch, "same")
        let without = try Self.trained(scratch, "without") { $0.edition = .second }
        #expect(with.weightsSHA256 == same.weightsSHA256)
        let blended = try ModelBundle(run: scratch.path + "/with")
        let plain = try ModelBundle(run: scratch.path + "/without")
        #expect(blended.network.hasLine == true && plain.network.hasLine == nil)
        #expect(plain.parameters.tensor(named: TabularNetwork.lineWeight) == nil)
        let line = try #require(blended.parameters.tensor(named: TabularNetwork.lineWeight))
        #expect(line.isLearned)
        for model in 0..<2 {
            #expect(blended.parameters.values(of: line, model: model).contains { $0 != 0 })
        }
        // What steps learned is the same: the line is 0 while they are taken.
        let hidden = try #require(blended.parameters.tensor(named: "hidden0/linear/weight"))
        let other = try #require(plain.parameters.tensor(named: "hidden0/linear/weight"))
        for (one, same) in zip(
            blended.parameters.values(of: hidden), plain.parameters.values(of: other))
        {
            #expect(abs(one - same) < 1e-6)
        }
        #expect(with.steps == without.steps)
        let table = try CSVReader.read(bytes: Array(Self.csv(400).utf8), name: "rows")
        let pool = WorkerPool(threads: 1)
        func loss(_ model: ModelBundle) throws -> Double {
            let told = try model.predict(table, pool: pool)
            let column = try #require(table.column(named: "y"))
            let labels = try model.target.labels(column, source: table.name)
            return labels.enumerated().reduce(0) {
                $0 - Double.log(told.values[2 * $1.offset + Int($1.element)])
            } / Double(table.rowCount)
        }
        #expect(try loss(blended) < loss(plain) - 0.05)
    }

    /// Members' outputs hold the line: `z + e·V + c`, so that fewer members and narrower layers keep it.
    @Test func membersHoldTheLine() throws {
        let scratch = try Scratch()
        _ = try Self.trained(scratch, "run")
        let model = try ModelBundle(run: scratch.path + "/run").only(0)
        let parameters = model.parameters
        func logits(_ model: ModelBundle) throws -> [Float] {
            let table = try CSVReader.read(bytes: Array(Self.csv(9).utf8), name: "rows")
            return try model.values(
                of: .memberLogits, model.encoder.encode(table), pool: WorkerPool(threads: 1)
            ).numbers
        }
        let shifted = ModelParameters(model.graph, count: 1) { tensor, _ in
            let values = parameters.values(of: tensor)
            return tensor.name == TabularNetwork.lineBias ? values.map { $0 + 0.5 } : values
        }
        for (one, other) in zip(try logits(model), try logits(model.with(sets: shifted.sets))) {
            #expect(abs(one + 0.5 - other) < 1e-5)
        }
    }

    /// Rows whose answers are taught by a model, or shaped by a penalty, get no line of their own.
    @Test func aPenaltyLeavesItAtZero() throws {
        let scratch = try Scratch()
        let data = try scratch.write(try Adult.csv(200), to: "data.csv")
        _ = try trainRun(
            quick(data, out: scratch.path + "/run") {
                $0.learning.folds = 2
                $0.columns.protected = ["sex"]
                $0.model.fairPenalty = .init(.demographicParity, strength: 1)
            }, control: RunControl(threads: 1))
        let model = try ModelBundle(run: scratch.path + "/run")
        let line = try #require(model.parameters.tensor(named: TabularNetwork.lineWeight))
        #expect(model.parameters.values(of: line).allSatisfy { $0 == 0 })
    }
}
