import Explanation
import Prediction
import Tables
import TensorCore
import Testing

/// Shapley values of functions whose values are known.
struct ShapleyTests {
    private static func explainer(
        _ background: [[Double]], _ body: @escaping @Sendable ([Double]) -> Double
    ) throws -> ShapleyExplainer {
        let function = Function(features: Numbers.names(background[0].count), body: body)
        return try ShapleyExplainer(function, background: Numbers.table(background)) {
            $0.values[$1]
        }
    }

    /// The definition: the mean over all orders.
    private static func byOrders(_ row: [Double], _ background: [[Double]]) -> [Double] {
        func orders(_ left: [Int]) -> [[Int]] {
            left.isEmpty
                ? [[]]
                : left.flatMap { first in orders(left.filter { $0 != first }).map { [first] + $0 } }
        }
        func worth(_ set: Set<Int>) -> Double {
            background.reduce(0) { sum, other in
                sum + Numbers.bent(row.indices.map { set.contains($0) ? row[$0] : other[$0] })
            } / Double(background.count)
        }
        let all = orders(Array(row.indices))
        var values = [Double](repeating: 0, count: row.count)
        for order in all {
            var set: Set<Int> = []
            for column in order {
                let before = worth(set)
                set.insert(column)
                values[column] += (worth(set) - before) / Double(all.count)
            }
        }
        return values
    }

    @Test func exactValuesAreTheMeanOverAllOrders() throws {
        let background = Numbers.draws(7, 4, seed: 1)
        let row = [0.9, 0.5, -0.3, 0.8]
        let found = try Self.explainer(background, Numbers.bent).exact(0, of: Numbers.table([row]))
        for (contribution, expected) in zip(found.contributions, Self.byOrders(row, background)) {
            #expect(abs(contribution.value - expected) < 1e-9)
            #expect(contribution.standardError == 0)
        }
        #expect(abs(found.residual) < 1e-12)
        #expect(found.evaluations == 16 * 7 + 1)
    }

    @Test func aLinearModelGivesEachColumnItsTerm() throws {
        let background = Numbers.draws(50, 6, seed: 2)
        let weights = [1.0, -2, 0, 0.5, 3, -0.25]
        let row = Numbers.draws(1, 6, seed: 3)
        let found = try Self.explainer(background) { x in
            zip(weights, x).reduce(0) { $0 + $1.0 * $1.1 }
        }.sampled(0, of: Numbers.table(row))
        for column in weights.indices {
            let mean = background.reduce(0) { $0 + $1[column] } / 50
            let expected = weights[column] * (row[0][column] - mean)
            #expect(abs(found.contributions[column].value - expected) < 1e-9)
        }
        #expect(abs(found.residual) < 1e-9)
    }

    @Test func theErrorOfRandomOrdersIsWhatItSays() throws {
        let background = Numbers.draws(20, 4, seed: 4)
        let explainer = try Self.explainer(background, Numbers.bent)
        let table = Numbers.table([[0.9, 0.5, -0.3, 0.8]])
        let exact = try explainer.exact(0, of: table)
        var covered = 0
        var asked = 0
        for seed in 0..<200 {
            let found = try explainer.sampled(0, of: table, seed: UInt64(seed))
            #expect(abs(found.residual) < 1e-9)
            for (one, truth) in zip(found.contributions, exact.contributions) {
                asked += 1
                if abs(one.value - truth.value) <= 1.96 * one.standardError + 1e-12 { covered += 1 }
            }
        }
        // Each background row is used once, which the error does not count in its favour.
        #expect(Double(covered) / Double(asked) > 0.94)
    }

    @Test func sameSeedSameValuesAndAnotherSeedOthers() throws {
        let explainer = try Self.explainer(Numbers.draws(20, 4, seed: 4), Numbers.bent)
        let table = Numbers.table([[0.9, 0.5, -0.3, 0.8]])
        #expect(
            try explainer.sampled(0, of: table, seed: 1) == explainer.sampled(0, of: table, seed: 1)
        )
        #expect(
            try explainer.sampled(0, of: table, seed: 1) != explainer.sampled(0, of: table, seed: 2)
        )
    }

    @Test func asAMethodAmongOthersItExplainsEveryRow() throws {
        let function = Function(features: Numbers.names(4), body: Numbers.bent)
        let background = Numbers.table(Numbers.draws(20, 4, seed: 4))
        let model = AttributedModel(predictor: function, background: background) { $0.values[$1] }
        let rows = Numbers.draws(3, 4, seed: 6)
        let explainer = try Self.explainer(Numbers.draws(20, 4, seed: 4), Numbers.bent)
        let sampled = try ShapleyAttribution().attributions(
            of: Numbers.table(rows), in: model, seed: 7)
        let exact = try ShapleyAttribution(pairs: nil)
            .attributions(of: Numbers.table(rows), in: model, seed: 7)
        for row in rows.indices {
            #expect(
                try sampled[row]
                    == explainer.sampled(row, of: Numbers.table(rows), pairs: 1, seed: 7))
            #expect(try exact[row] == explainer.exact(row, of: Numbers.table(rows)))
        }
        #expect(sampled[0] != sampled[1])
    }

    @Test func anOrderIsSureOnlyWhereItsErrorsAllow() throws {
        let background = Numbers.draws(50, 3, seed: 5)
        let row = Numbers.table([[1, 1, 1]])
        let clear = try Self.explainer(background) { 10 * $0[0] + 3 * $0[1] + $0[2] }
            .sampled(0, of: row)
        #expect(clear.ranked.map(\.column) == ["x0", "x1", "x2"])
        #expect(clear.resolved == 2)
        let alike = try Self.explainer(background) { $0[0] * $0[1] * $0[2] }.sampled(0, of: row)
        #expect(alike.resolved < 2)
    }

    @Test func categoriesOfTwoTablesAreJoinedByName() throws {
        let first = Table(
            name: "a", rowCount: 3,
            columns: [
                Column(name: "c", cells: .categories(codes: [0, 1, -1], values: ["x", "y"]))
            ])
        let second = Table(
            name: "b", rowCount: 3,
            columns: [
                Column(name: "c", cells: .categories(codes: [0, 1, -1], values: ["z", "x"]))
            ])
        let joined = try first.appending(second, columns: ["c"])
        let column = try #require(joined.column(named: "c"))
        #expect((0..<6).map { column.text($0) } == ["x", "y", nil, "z", "x", nil])
    }
}
