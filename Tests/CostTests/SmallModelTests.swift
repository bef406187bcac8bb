import Cost
import Evidence
import Kernels
import Models
import NN
import Prediction
import Testing

/// Remedies that train a smaller model, without the training.
@Suite struct SmallModelTests {
    private let pool = WorkerPool(threads: 1)

    /// A network in which some units are all that matters says the same when the others are left out.
    @Test(arguments: [TaskKind.binary, .multiclass(classes: 3), .regression])
    func unitsThatDoNothingAreLeftOut(_ task: TaskKind) throws {
        let rows = try EnsembleRows(task)
        let kept: [[Int]] = [[1, 4, 6], [0, 3, 5]]
        let (hidden, members) = ([8, 7], 3)
        let outputs = task.outputs
        let model = try rows.model(task, hidden: hidden, members: members) { tensor, _, numbers in
            // What leaves a unit is small where it is not to be kept.
            func still(_ layer: Int, width: Int, copies: Int) {
                for copy in 0..<copies {
                    for unit in 0..<hidden[layer] where !kept[layer].contains(unit) {
                        let start = (copy * hidden[layer] + unit) * width
                        for place in start..<start + width { numbers[place] = 0 }
                    }
                }
            }
            if tensor == "hidden1/linear/weight" { still(0, width: hidden[1], copies: 1) }
            if tensor == "head/weight" { still(1, width: outputs, copies: members) }
        }
        var network = model.network
        network.hidden = [3, 3]
        let start = try model.pruned(to: 3)
        let graph = try network.inferenceGraph()
        let narrow = model.with(
            network: network, graph: graph,
            parameters: ModelParameters(graph, sets: [Buffer(start)]))
        let held = try rows.calibration(model, pool: pool)
        let before = held.rows.predictions.values
        let after = narrow.predict(held.features, pool: pool).values
        for (old, new) in zip(before, after) { #expect(abs(old - new) < 1e-4 * max(1, abs(old))) }
        #expect(narrow.parameters.learnedCount < model.parameters.learnedCount)
    }

    /// Makes models whose numbers are known, and counts how often it is asked.
    private final class Trainings: SmallTraining {
        let make: @Sendable (SmallForm) throws -> ModelBundle
        init(_ make: @escaping @Sendable (SmallForm) throws -> ModelBundle) { self.make = make }

        func trained(_ form: SmallForm, inPlaceOf teacher: ModelBundle) throws -> SmallModel {
            SmallModel(model: try make(form), rows: 600, mixedRows: 1000)
        }

        func untrained(_ form: SmallForm, inPlaceOf teacher: ModelBundle) throws -> ModelBundle {
            try make(form)
        }
    }

    /// The narrowest that loses no more than one standard error is taken: all widths alike, then the first one only.
    @Test func rowsChooseTheWidth() throws {
        let rows = try EnsembleRows(.binary)
        let model = try rows.model(.binary, hidden: [8], members: 2)
        var held = try rows.calibration(model, pool: pool)
        held.training = Trainings { _ in model }
        let alike = try Distillation().changed(model, strength: nil, on: held, pool: pool)
        #expect(alike.text.contains("2 × 16") && alike.text.contains("1000 mixed"))
        // Narrower ones that say the opposite.
        let opposite = try rows.model(.binary, hidden: [8], members: 2) { tensor, _, numbers in
            if tensor.hasPrefix("head/") { numbers = numbers.map { -4 * $0 } }
        }
        func loss(_ bundle: ModelBundle) throws -> Double {
            try held.predictions(of: bundle, pool: pool).after.rowLosses.reduce(0, +)
        }
        let (good, bad) = try loss(model) < loss(opposite) ? (model, opposite) : (opposite, model)
        held.training = Trainings { form in
            if case .taught(let width) = form, width < 64 { bad } else { good }
        }
        let first = try Distillation().changed(model, strength: nil, on: held, pool: pool)
        #expect(first.text.contains("2 × 64"))
    }

    @Test func whatCannotBeHadIsRefused() throws {
        let rows = try EnsembleRows(.binary)
        let model = try rows.model(.binary, hidden: [8], members: 2)
        let linear = try rows.model(.binary, hidden: [], members: 1)
        let alone = try rows.calibration(model, pool: pool)
        var held = alone
        held.training = Trainings { _ in model }
        func says(
            _ remedy: any ModelRemedy, _ model: ModelBundle, _ strength: Double?,
            _ rows: CalibrationRows
        ) -> String {
            let error = #expect(throws: ModelError.self) {
                try remedy.changed(model, strength: strength, on: rows, pool: pool)
            }
            return error?.description ?? ""
        }
        #expect(says(Distillation(), model, nil, alone).contains("without the rows of a run"))
        #expect(says(Distillation(), model, 0, held).contains("whole number from 1"))
        #expect(says(UnitPruning(), model, 8, held).contains("from 1 to 7"))
        #expect(says(UnitPruning(), linear, nil, held).contains("no hidden units"))
        #expect(says(SimplerKind.linear, linear, nil, held).contains("as simple already"))
        #expect(UnitPruning().strengths(for: linear).isEmpty)
        #expect(UnitPruning().strengths(for: model) == [4, 2, 1])
        #expect(FewerMembers().strengths(for: model) == [1])
        #expect(Unchanged().strengths(for: model).isEmpty)
    }
}
