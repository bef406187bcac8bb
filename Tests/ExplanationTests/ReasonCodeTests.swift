import Explanation
import Prediction
import RealModule
import Tables
import TensorCore
import Testing

@Suite struct ReasonCodeTests {
    private static let goal = Goal.decision(second: true, threshold: 0.5)

    /// Denied rows of a table.
    private static func denied(_ model: OddsModel, _ table: Table) throws -> [Int] {
        let predictions = try model.predictions(for: table)
        return (0..<table.rowCount).filter { !goal.isMet(predictions, $0) }
    }

    /// Where effects add up in the log-odds, what is stated alone is what the model does.
    @Test func sumsAreStatedAsTheyAre() throws {
        let model = OddsModel(features: MixedRows.names) { n, t in
            -4 + 0.5 * n[0] + 0.4 * n[1] + 0.1 * n[2] - 0.2 * n[3] + (t[0] == "z" ? 1 : 0)
        }
        let rows = MixedRows(seed: 11)
        let training = rows.table(500)
        let codes = ReasonCodes(try CounterfactualSearch(model, training: training), protected: [])
        let asked = rows.table(60, from: 20)
        var told = 0
        for row in try Self.denied(model, asked) {
            let answer = try codes.reasons(row, of: asked, goal: Self.goal)
            #expect(answer.reasons.count <= ReasonCodes.most)
            for reason in answer.reasons {
                told += 1
                #expect(reason.effect > 0)
                #expect(abs(reason.stated - reason.effect) < 1e-9)
            }
            #expect(abs(answer.statedTogether - answer.effectTogether) < 1e-9)
            #expect(answer.reasons.map(\.stated) == answer.reasons.map(\.stated).sorted(by: >))
        }
        #expect(told > 50)
    }

    @Test func protectedColumnsAreNoReason() throws {
        let model = OddsModel(features: MixedRows.names) { n, _ in -3 + n[0] + 0.2 * n[1] }
        let rows = MixedRows(seed: 12)
        let codes = ReasonCodes(
            try CounterfactualSearch(model, training: rows.table(400)), protected: ["a"])
        let asked = rows.table(40, from: 20)
        var columns: Set<String> = []
        for row in try Self.denied(model, asked) {
            let answer = try codes.reasons(row, of: asked, goal: Self.goal)
            columns.formUnion(answer.reasons.flatMap(\.cells).map(\.column))
        }
        // Nor is what the model does not use.
        #expect(columns == ["b"])
    }

    /// A factor that helps only together with another one is not told: alone it does nothing.
    @Test func whatTheModelDoesNotMoveIsNotTold() throws {
        let model = OddsModel(features: MixedRows.names) { n, _ in
            -2 + (n[0] > 3 && n[1] > 3 ? 3 : 0) + (n[2] > 3 ? 1.5 : 0)
        }
        let rows = MixedRows(seed: 13)
        let codes = ReasonCodes(
            try CounterfactualSearch(model, training: rows.table(1500)), protected: [])
        let asked = Table(
            name: "asked", rowCount: 1,
            columns: MixedRows.names.map { name in
                name == "e"
                    ? Column(name: name, cells: .categories(codes: [0], values: ["x"]))
                    : Column(name: name, cells: .numbers([0]))
            })
        let answer = try codes.reasons(0, of: asked, goal: Self.goal)
        #expect(!answer.reasons.flatMap(\.cells).map(\.column).contains("a"))
        #expect(!answer.reasons.flatMap(\.cells).map(\.column).contains("b"))
    }

    /// More factors than all subsets of which can be tried, two of which tell the same.
    @Test func twinsAreOneFactor() throws {
        let names = (0..<14).map { "n\($0)" }
        let random = CounterRandom(seed: 14, name: "twins")
        func table(_ rows: Int, step: UInt32) -> Table {
            var columns = names.enumerated().map { place, name in
                Column(
                    name: name,
                    cells: .numbers(
                        (0..<rows).map {
                            Double(
                                random.integer(
                                    below: 5, step: step + UInt32(place), index: UInt64($0)))
                        }))
            }
            if case .numbers(let numbers) = columns[0].cells {
                columns[1].cells = .numbers(numbers.map { 100 - 10 * $0 })
            }
            return Table(name: "t", rowCount: rows, columns: columns)
        }
        let model = OddsModel(features: names) { n, _ in
            -9 + n.dropFirst(2).reduce(0, +) * 0.3 + n[0] - (n[1] - 100) * 0.1
        }
        let codes = ReasonCodes(
            try CounterfactualSearch(model, training: table(600, step: 0)), protected: [])
        let asked = table(40, step: 50)
        var twins = 0
        for row in try Self.denied(model, asked) {
            let answer = try codes.reasons(row, of: asked, goal: Self.goal)
            for reason in answer.reasons {
                let columns = reason.cells.map(\.column)
                #expect(columns.contains("n0") == columns.contains("n1"))
                if columns.contains("n0") { twins += 1 }
                #expect(abs(reason.stated - reason.effect) < 1e-9)
            }
        }
        #expect(twins > 3)
    }
}
