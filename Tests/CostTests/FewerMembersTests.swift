import Cost
import Evidence
import Kernels
import Models
import NN
import Prediction
import RealModule
import Tables
import Testing

@Suite struct FewerMembersTests {
    private let pool = WorkerPool(threads: 1)

    /// What some members say together, from each one's own outputs.
    private func mean(
        of kept: [Int], _ model: ModelBundle, set: Int = 0, _ rows: CalibrationRows
    ) throws -> [Double] {
        let (all, width) = try model.values(
            of: .memberLogits, rows.features, model: set, pool: pool)
        let outputs = width / model.network.members
        return (0..<rows.features.rows).flatMap { row -> [Double] in
            let each = kept.map { member -> [Double] in
                let start = row * width + member * outputs
                let own = all[start..<(start + outputs)].map(Double.init)
                switch model.network.task {
                case .regression: return [own[0] * model.target.scale + model.target.center]
                case .binary:
                    let positive = 1 / (1 + Double.exp(-own[0]))
                    return [1 - positive, positive]
                case .multiclass:
                    let powers = own.map { Double.exp($0) }
                    return powers.map { $0 / powers.reduce(0, +) }
                }
            }
            return each[0].indices.map { place in
                each.reduce(0) { $0 + $1[place] } / Double(kept.count)
            }
        }
    }

    /// All choices of so many members.
    private func subsets(_ count: Int, of members: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        return (0..<members).flatMap { last in
            subsets(count - 1, of: last).map { $0 + [last] }
        }
    }

    struct Shape: Sendable {
        var task: TaskKind
        var hidden: [Int]
    }

    /// The changed model says what the mean of the members says that it keeps, one member alone among them, whose scales went
    /// into the first layer; and it keeps no number of the others.
    @Test(arguments: [
        Shape(task: .binary, hidden: [8, 6]), Shape(task: .binary, hidden: []),
        Shape(task: .multiclass(classes: 3), hidden: [8]),
        Shape(task: .multiclass(classes: 3), hidden: []),
        Shape(task: .regression, hidden: [8]), Shape(task: .regression, hidden: []),
    ])
    func saysWhatItsMembersSay(_ shape: Shape) throws {
        let members = 5
        let rows = try EnsembleRows(shape.task)
        let model = try rows.model(shape.task, hidden: shape.hidden, members: members)
        let held = try rows.calibration(model, pool: pool)
        let before = held.rows.predictions
        for count in 1..<members {
            let found = try FewerMembers().changed(
                model, strength: Double(count), on: held, pool: pool)
            let said = found.model.predict(held.features, pool: pool).values
            let matching = try subsets(count, of: members).filter { kept in
                let expected = try mean(of: kept, model, held)
                return zip(said, expected).allSatisfy { abs($0 - $1) < 2e-5 * max(1, abs($1)) }
            }
            #expect(matching.count == 1, "\(shape.task), \(shape.hidden), \(count)")
            #expect(found.model.network.members == count)
            #expect(found.text.hasPrefix("\(count) of 5 members kept"))
            // Of the members' own numbers as many are left as members.
            let own = model.parameters.tensors.filter {
                $0.name == "members" || $0.name.hasPrefix("head/")
            }.reduce(0) { $0 + $1.range.count }
            let scales = model.parameters.tensor(named: "members")?.range.count ?? 0
            let gone = own / members * (members - count) + (count == 1 ? scales / members : 0)
            #expect(found.model.parameters.learnedCount == model.parameters.learnedCount - gone)
        }
        // The model that was given stays.
        #expect(model.predict(held.features, pool: pool) == before)
    }

    /// Two members know what the rows follow and three do not: no more than the two are left.
    @Test func theRowsChooseThoseThatKnow() throws {
        let rows = try EnsembleRows(.binary)
        let model = try rows.linear(knowing: [[1, 3]], members: 5)
        let held = try rows.calibration(model, pool: pool)
        let found = try FewerMembers().changed(model, strength: nil, on: held, pool: pool)
        #expect(found.model.network.members <= 2)
        #expect(found.text.contains("one standard error") && found.text.contains("600 validation"))
        let said = found.model.predict(held.features, pool: pool).values
        for (own, expected) in zip(said, try mean(of: [1], model, held)) {
            // The two are equal, so that one says what both say.
            #expect(abs(own - expected) < 1e-5)
        }
        // On rows that chose nothing, too.
        let others = try EnsembleRows(.binary, seed: 2)
        let unseen = try others.calibration(model, pool: pool)
        func loss(_ model: ModelBundle) throws -> Double {
            let said = unseen.rows.with(model.predict(unseen.features, pool: pool))
            return try said.weightedMean(said.rowLosses)
        }
        #expect(try loss(found.model) < loss(model))
    }

    /// Where every member adds to the mean, fewer are worse, and most stay.
    @Test func whatIsNeededStays() throws {
        let rows = try EnsembleRows(.regression)
        let members = 4
        // Each knows a part: their mean is the sum that the rows follow, `8a − 4b` in standard deviations of 5.16.
        let model = try rows.model(.regression, hidden: [], members: members) { name, _, numbers in
            let width = numbers.count / members
            for member in 0..<members {
                let place = member * width
                for x in 0..<width { numbers[place + x] = name == "members" ? 1 : 0 }
                guard name == "head/weight" else { continue }
                numbers[place + (member < 2 ? 0 : 1)] = member < 2 ? 3.1 : -1.55
            }
        }
        let held = try rows.calibration(model, pool: pool)
        let found = try FewerMembers().changed(model, strength: nil, on: held, pool: pool)
        // One of each part says what all say; a single one does not.
        #expect(found.model.network.members == 2)
    }

    /// Each of several models chooses on the rows that it did not learn from; one that learned from all follows the first.
    @Test func foldsChooseForThemselves() throws {
        let rows = try EnsembleRows(.binary)
        let model = try rows.linear(knowing: [[0, 4], [2, 3], [1, 2]], members: 5)
        let folds = (0..<600).map { $0 % 2 }
        let held = try rows.calibration(model, folds: folds, pool: pool)
        let found = try FewerMembers().changed(model, strength: 2, on: held, pool: pool)
        for (set, kept) in [[0, 4], [2, 3], [0, 4]].enumerated() {
            let said = found.model.only(set).predict(held.features, pool: pool).values
            let expected = try mean(of: kept, model, set: set, held)
            #expect(zip(said, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(set)")
        }
    }

    @Test func whatCannotBeKeptIsRefused() throws {
        let rows = try EnsembleRows(.binary)
        let ensemble = try rows.model(.binary, hidden: [4], members: 3)
        let held = try rows.calibration(ensemble, pool: pool)
        for strength in [0, 3, 2.5, -1] {
            let error = #expect(throws: ModelError.self) {
                try FewerMembers().changed(ensemble, strength: strength, on: held, pool: pool)
            }
            #expect(error?.description.contains("from 1 to 2") == true)
        }
        let single = try rows.model(.binary, hidden: [4], members: 1)
        let error = #expect(throws: ModelError.self) {
            try FewerMembers().changed(single, strength: 1, on: held, pool: pool)
        }
        #expect(error?.description.contains("no ensemble") == true)
    }
}
