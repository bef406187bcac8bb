import CPURuntime
import Cost
import Evidence
import Kernels
import Models
import NN
import Prediction
import Tables
import TensorCore
import Testing

@Suite struct Int8ProductsTests {
    private let pool = WorkerPool(threads: 1)
    private static let rows = Result { try EnsembleRows(.binary, rows: 300) }

    /// Weights as large as a layer's inputs let them be.
    private func model(hidden: [Int] = [48, 40, 33], members: Int = 3, sets: Int = 1) throws
        -> ModelBundle
    {
        try Self.rows.get().model(.binary, hidden: hidden, members: members, sets: sets) {
            name, _, numbers in
            guard name.hasSuffix("weight") else { return }
            for place in numbers.indices { numbers[place] *= 0.4 }
        }
    }

    private func changed(_ model: ModelBundle, strength: Double? = nil) throws -> ChangedModel {
        try Int8Products().changed(
            model, strength: strength, on: Self.rows.get().calibration(model, pool: pool),
            pool: pool)
    }

    /// Of two models that are averaged each has its own ranges. Probabilities move by hundredths, and the classes of rows that
    /// are not close to even stay.
    @Test(arguments: [1, 2]) func saysNearlyTheSame(_ sets: Int) throws {
        let model = try model(sets: sets)
        let changed = try changed(model)
        #expect(changed.text.hasPrefix("2 products, "))
        #expect(changed.text.contains("300 validation rows"))
        let table = try Self.rows.get().table
        let before = try model.predict(table, pool: pool).values
        let after = try changed.model.predict(table, pool: pool).values
        let moved = zip(before, after).map { abs($0 - $1) }
        #expect((moved.max() ?? 1) < 0.05 && moved.contains { $0 > 0 })
        #expect((before.max() ?? 0) - (before.min() ?? 0) > 0.1)
        // The model that was given is as it was, and the same change is the same bits.
        #expect(try model.predict(table, pool: pool).values == before)
        #expect(try self.changed(model).model.predict(table, pool: pool).values == after)
    }

    /// One row alone is what it is among others, and no rows are none.
    @Test func rowsAreOnTheirOwn() throws {
        let changed = try changed(try model()).model
        let table = try Self.rows.get().table
        let all = try changed.predict(table, pool: pool).values
        for row in [0, 7, 299] {
            let own = try changed.predict(table.selecting(rows: [row]), pool: pool).values
            #expect(own == Array(all[2 * row..<2 * row + 2]))
        }
        #expect(try changed.predict(table.selecting(rows: []), pool: pool).values.isEmpty)
    }

    /// The learned numbers are as many, of the wide products a byte each.
    @Test func weightsAreBytes() throws {
        let model = try model()
        let changed = try changed(model).model
        #expect(changed.parameters.learnedCount == model.parameters.learnedCount)
        let weights = try #require(changed.parameters.tensor(named: "hidden1/linear/int8"))
        #expect(weights.dtype == .int8 && weights.bytes == 48 * 40)
        let numbers = changed.parameters.values(of: weights)
        #expect(numbers.allSatisfy { abs($0) <= 63 && $0 == $0.rounded() })
        #expect(numbers.contains { abs($0) == 63 })
        #expect(changed.parameters.tensor(named: "hidden0/linear/weight") != nil)
        #expect(changed.gradientObstacle != nil && model.gradientObstacle == nil)
        try changed.verify()
        #expect(changed.randomized(.allLayers, seed: 1).parameters.values(of: weights) != numbers)
    }

    @Test func whatCannotBeChangedIsRefusedWithAReason() throws {
        func reason(_ model: ModelBundle) throws -> String {
            let error = #expect(throws: ModelError.self) { try self.changed(model) }
            return error?.description ?? ""
        }
        #expect(try reason(model(hidden: [])).contains("no product of 32 inputs"))
        #expect(try reason(model(hidden: [40])).contains("no product of 32 inputs"))
        var passes = try model()
        passes.dropoutPasses = 4
        #expect(try reason(passes).contains("dropout"))
        #expect(try reason(changed(model()).model).contains("already"))
        let infinite = try Self.rows.get().model(.binary, hidden: [40, 40], members: 1) { _, _, x in
            x[0] = .infinity
        }
        #expect(try reason(infinite).contains("not finite"))
        // Fewer members of bytes would need weights of floats.
        let whole = try changed(model()).model
        let rows = try Self.rows.get().calibration(whole, pool: pool)
        #expect(throws: ModelError.self) {
            try FewerMembers().changed(whole, strength: 2, on: rows, pool: pool)
        }
    }

    /// Without an outlier the whole range is taken; one far outlier is cut off where that lessens the squared error, and
    /// the range always holds 0.
    @Test func rangesOfLeastError() {
        let random = CounterRandom(seed: 4, name: "activations")
        let even = (0..<4000).map { Float(random.uniform(index: UInt64($0))) }
        let whole = ActivationRange.leastError(even)
        #expect(whole.lower == 0 && whole.upper > 0.97 && whole.upper <= 1)
        func error(_ numbers: [Float], _ upper: Float) -> Float {
            numbers.reduce(0) { sum, number in
                let step = upper / 255
                let near = (min(number, upper) / step).rounded() * step
                return sum + (number - near) * (number - near)
            }
        }
        let far = even + [3]
        let cut = ActivationRange.leastError(far)
        #expect(cut.upper <= 3)
        #expect(error(far, cut.upper) <= error(far, 3) * 1.02)
        let many = ActivationRange.leastError(
            (0..<100_000).map { Float(random.uniform(index: UInt64($0))) } + [1.5])
        #expect(many.upper < 1.5)
        #expect(ActivationRange.leastError([-2, -1]).upper == 0)
        #expect(ActivationRange.leastError([0, 0]).upper == 0)
    }
}
