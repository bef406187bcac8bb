import Explanation
import Models
import Prediction
import RealModule
import Tables
import TensorCore
import Testing

/// A function of numbers and categories that gives log-odds, as a model of two classes.
struct OddsModel: Predictor {
    var features: [String]
    var odds: @Sendable ([Double], [String]) -> Double

    func predictions(for table: Table) throws -> Predictions {
        var values: [Double] = []
        for row in 0..<table.rowCount {
            var numbers: [Double] = []
            var texts: [String] = []
            for name in features {
                guard let column = table.column(named: name) else { continue }
                if case .numbers(let all) = column.cells {
                    numbers.append(all[row])
                } else {
                    texts.append(column.text(row) ?? "")
                }
            }
            let probability = 1 / (1 + .exp(-odds(numbers, texts)))
            values += [1 - probability, probability]
        }
        return Predictions(rows: table.rowCount, classes: ["no", "yes"], values: values)
    }
}

/// Rows of four numbers, `a` to `d`, and a category `e`.
struct MixedRows {
    let random: CounterRandom
    static let names = ["a", "b", "c", "d", "e"]

    init(seed: UInt64) { random = CounterRandom(seed: seed, name: "mixed rows") }

    /// Numbers are whole, from 0 to `levels − 1`.
    func table(_ rows: Int, levels: Int = 7, from step: UInt32 = 0) -> Table {
        var columns = (0..<4).map { place in
            Column(
                name: Self.names[place],
                cells: .numbers(
                    (0..<rows).map { row in
                        Double(
                            random.integer(
                                below: levels, step: step + UInt32(place), index: UInt64(row)))
                    }))
        }
        columns.append(
            Column(
                name: "e",
                cells: .categories(
                    codes: (0..<rows).map { row in
                        Int32(random.integer(below: 3, step: step + 9, index: UInt64(row)))
                    }, values: ["x", "y", "z"])))
        return Table(name: "mixed", rowCount: rows, columns: columns)
    }

    /// Bent, and not a sum.
    @Sendable static func odds(_ n: [Double], _ t: [String]) -> Double {
        let bump: Double = t[0] == "z" ? 1.1 : t[0] == "y" ? -0.4 : 0
        return -4.3 + 0.45 * n[0] + 0.3 * abs(n[1] - 3) + 0.12 * n[2] * n[3] / 3 + bump
            - (n[0] > 4 && t[0] == "z" ? 0.8 : 0)
    }

    static let model = OddsModel(features: names, odds: odds)
}

@Suite struct CounterfactualTests {
    static let goal = Goal.decision(second: true, threshold: 0.5)

    private static func text(_ table: Table, _ name: String, _ row: Int) -> String? {
        table.column(named: name)?.text(row)
    }

    /// The row with an answer's changes, predicted again.
    static func isMet(
        _ changes: [(column: String, to: String)], _ row: Int, _ table: Table, _ model: OddsModel,
        _ goal: Goal
    ) throws -> Bool {
        let columns = table.columns.map { column -> Column in
            let change = changes.first { $0.column == column.name }
            let one = column.selecting(rows: [row])
            guard let change else { return one }
            if case .numbers = one.cells {
                return Column(name: one.name, cells: .numbers([Double(change.to) ?? .nan]))
            }
            return Column(name: one.name, cells: .categories(codes: [0], values: [change.to]))
        }
        let changed = Table(name: "changed", rowCount: 1, columns: columns)
        return goal.isMet(try model.predictions(for: changed), 0)
    }

    /// A direct search through all changes of one column, then of two.
    private static func slowBest(
        _ row: Int, _ table: Table, _ training: Table, _ goal: Goal
    ) throws -> (columns: Int, distance: Double)? {
        func cells(_ name: String) -> [(text: String, number: Double)] {
            guard let column = training.column(named: name) else { return [] }
            var seen: [String: Double] = [:]
            for place in 0..<training.rowCount {
                guard let text = column.text(place) else { continue }
                seen[text] = Double(text) ?? .nan
            }
            return seen.map { ($0.key, $0.value) }
        }
        func middle(_ numbers: [Double]) -> Double {
            let sorted = numbers.sorted()
            let half = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
        }
        func distance(_ name: String, _ to: Double) throws -> Double {
            guard !to.isNaN else { return 1 }
            let all = try training.numbers(in: name)
            let center = middle(all)
            let spread = middle(all.map { abs($0 - center) })
            return abs(try table.numbers(in: name)[row] - to) / spread
        }
        let moves = try MixedRows.names.map { name in
            try cells(name).filter { $0.text != text(table, name, row) }.map {
                (column: name, text: $0.text, distance: try distance(name, $0.number))
            }
        }
        func isMet(_ changes: [(column: String, text: String, distance: Double)]) throws -> Bool {
            try Self.isMet(
                changes.map { ($0.column, $0.text) }, row, table, MixedRows.model, goal)
        }
        let singles = try moves.flatMap { $0 }.filter { try isMet([$0]) }
        if let best = singles.map(\.distance).min() { return (1, best) }
        var best: Double?
        for first in moves.indices {
            for second in first + 1..<moves.count {
                for a in moves[first] {
                    for b in moves[second] where a.distance + b.distance < best ?? .infinity {
                        if try isMet([a, b]) { best = a.distance + b.distance }
                    }
                }
            }
        }
        return best.map { (2, $0) }
    }

    @Test func theSmallestChangesAreThoseOfASlowSearch() throws {
        let rows = MixedRows(seed: 1)
        let training = rows.table(400)
        let search = try CounterfactualSearch(MixedRows.model, training: training)
        var options = CounterfactualSearch.Options()
        options.plausibility = .ignored
        options.count = 1
        options.mostColumns = 2
        let asked = rows.table(60, from: 20)
        let predictions = try MixedRows.model.predictions(for: asked)
        var pairs = 0
        var misses = 0
        for row in 0..<60 where !Self.goal.isMet(predictions, row) {
            let slow = try Self.slowBest(row, asked, training, Self.goal)
            options.triesAllPairs = true
            let all = try search.search(
                row, of: asked, goal: Self.goal, rules: ChangeRules(), options: options)
            #expect(all.found.first?.changes.count ?? 3 == slow?.columns ?? 3)
            if let slow, let found = all.found.first {
                #expect(abs(found.distance - slow.distance) < 1e-9)
                pairs += slow.columns - 1
            }
            options.triesAllPairs = false
            let quick = try search.search(
                row, of: asked, goal: Self.goal, rules: ChangeRules(), options: options)
            if let slow, quick.found.first?.changes.count != slow.columns { misses += 1 }
        }
        #expect(pairs > 5)
        #expect(misses == 0)
    }

    @Test(arguments: [CounterfactualSearch.Plausibility.preferred, .ignored])
    func answersKeepTheRules(_ plausibility: CounterfactualSearch.Plausibility) throws {
        let rows = MixedRows(seed: 2)
        let training = rows.table(500, levels: 9)
        let search = try CounterfactualSearch(MixedRows.model, training: training)
        var rules = ChangeRules()
        rules.immutable = ["d"]
        rules.onlyIncrease = ["a"]
        rules.onlyDecrease = ["b"]
        rules.ranges = ["c": 2...5]
        var options = CounterfactualSearch.Options()
        options.plausibility = plausibility
        let asked = rows.table(200, levels: 9, from: 40)
        let predictions = try MixedRows.model.predictions(for: asked)
        var found = 0
        for row in 0..<200 where !Self.goal.isMet(predictions, row) {
            let answer = try search.search(
                row, of: asked, goal: Self.goal, rules: rules, options: options)
            for (place, item) in answer.found.enumerated() {
                found += 1
                let changes = item.changes.map { ($0.column, $0.to) }
                #expect(try Self.isMet(changes, row, asked, MixedRows.model, Self.goal))
                for change in item.changes {
                    #expect(change.from == Self.text(asked, change.column, row))
                    let own = Double(change.from ?? "") ?? .nan
                    let to = Double(change.to) ?? .nan
                    switch change.column {
                    case "a": #expect(to > own && to <= 8)
                    case "b": #expect(to < own)
                    case "c": #expect((2...5).contains(to))
                    case "e": #expect(["x", "y", "z"].contains(change.to))
                    default: Issue.record("\(change.column) was changed")
                    }
                }
                // No change can be left out, but for a row unlike the training rows.
                for left in item.changes.indices
                where item.changes.count > 1 && plausibility == .ignored {
                    var less = changes
                    less.remove(at: left)
                    #expect(try !Self.isMet(less, row, asked, MixedRows.model, Self.goal))
                }
                // No answer changes all that another does.
                for other in answer.found[..<place] {
                    let columns = Set(item.changes.map(\.column))
                    #expect(!columns.isSuperset(of: other.changes.map(\.column)))
                    #expect(other.changes.count <= item.changes.count)
                }
            }
        }
        #expect(found > 100)
    }

    /// Five columns must change together, which no pair tells of.
    @Test func cellsAreBorrowedFromTrainingRows() throws {
        let names = (0..<5).map { "n\($0)" }
        let model = OddsModel(features: names) { numbers, _ in
            numbers.allSatisfy { $0 > 0.5 } ? 2 : -2
        }
        let random = CounterRandom(seed: 3, name: "borrowing")
        func table(_ rows: Int, _ cell: (Int, Int) -> Double) -> Table {
            Table(
                name: "t", rowCount: rows,
                columns: names.enumerated().map { place, name in
                    Column(name: name, cells: .numbers((0..<rows).map { cell($0, place) }))
                })
        }
        let training = table(300) { row, place in
            Double(random.integer(below: 2, step: UInt32(place), index: UInt64(row)))
        }
        let search = try CounterfactualSearch(model, training: training)
        let asked = table(1) { _, _ in 0 }
        let answer = try search.search(0, of: asked, goal: Self.goal, rules: ChangeRules())
        #expect(answer.found.first?.changes.count == 5)
        #expect(!answer.endedByTime)
    }

    /// `level` is a number for each `grade`; `city` goes with neither.
    private static func linked(_ rows: Int) -> Table {
        let random = CounterRandom(seed: 4, name: "linked")
        let codes = (0..<rows).map { Int32(random.integer(below: 4, index: UInt64($0))) }
        return Table(
            name: "linked", rowCount: rows,
            columns: [
                Column(
                    name: "grade",
                    cells: .categories(codes: codes, values: ["low", "mid", "good", "top"])),
                Column(name: "level", cells: .numbers(codes.map { Double($0) * 3 })),
                Column(
                    name: "pay",
                    cells: .numbers(
                        (0..<rows).map {
                            Double(random.integer(below: 20, step: 1, index: UInt64($0)))
                        })),
            ])
    }

    @Test func cellsThatNeverGoTogetherChangeTogether() throws {
        let model = OddsModel(features: ["grade", "level", "pay"]) { numbers, _ in
            numbers[0] - 4
        }
        let training = Self.linked(400)
        let search = try CounterfactualSearch(model, training: training)
        let row = (0..<400).first { (try? training.numbers(in: "level")[$0]) == 0 } ?? 0
        let answer = try search.search(row, of: training, goal: Self.goal, rules: ChangeRules())
        #expect(answer.found.first?.changes.map(\.column) == ["grade", "level"])
        #expect(answer.found.first?.changes.map(\.to) == ["good", "6"])
        #expect(answer.found.first?.isLikeTraining == true)
        var options = CounterfactualSearch.Options()
        options.plausibility = .ignored
        let alone = try search.search(
            row, of: training, goal: Self.goal, rules: ChangeRules(), options: options)
        #expect(alone.found.first?.changes.map(\.column) == ["level"])
        #expect(alone.found.first?.isLikeTraining == false)
        // Where the grade must stay, only a row unlike the training rows is left: marked, or not given.
        var rules = ChangeRules()
        rules.immutable = ["grade"]
        let unlike = try search.search(row, of: training, goal: Self.goal, rules: rules)
        #expect(unlike.found.first?.isLikeTraining == false)
        options.plausibility = .required
        let none = try search.search(
            row, of: training, goal: Self.goal, rules: rules, options: options)
        #expect(none.found.isEmpty)
    }

    @Test func noneIsAnAnswerAndTimeEndsTheSearch() throws {
        let rows = MixedRows(seed: 5)
        let never = OddsModel(features: MixedRows.names) { _, _ in -1 }
        let search = try CounterfactualSearch(never, training: rows.table(200))
        let asked = rows.table(1, from: 20)
        let none = try search.search(0, of: asked, goal: Self.goal, rules: ChangeRules())
        #expect(none.found.isEmpty && !none.endedByTime && none.evaluations > 30)
        let short = try search.search(
            0, of: asked, goal: Self.goal, rules: ChangeRules(), isOver: { true })
        #expect(short.found.isEmpty && short.endedByTime && short.evaluations == 1)
    }

    @Test func missingCellsAndUnseenOnes() throws {
        let rows = MixedRows(seed: 6)
        let model = OddsModel(features: MixedRows.names) { numbers, texts in
            (numbers[0].isNaN ? -5 : numbers[0] - 3) + (texts[0] == "y" ? 2 : 0)
        }
        let search = try CounterfactualSearch(model, training: rows.table(300))
        let asked = Table(
            name: "asked", rowCount: 1,
            columns: [
                Column(name: "a", cells: .numbers([.nan])),
                Column(name: "b", cells: .numbers([1e9])),
                Column(name: "c", cells: .numbers([1])), Column(name: "d", cells: .numbers([1])),
                Column(name: "e", cells: .categories(codes: [0], values: ["never seen"])),
            ])
        let answer = try search.search(0, of: asked, goal: Self.goal, rules: ChangeRules())
        #expect(answer.found.first?.changes.map(\.column) == ["a"])
        #expect(answer.found.first?.changes.first?.from == nil)
        var rules = ChangeRules()
        rules.onlyIncrease = ["a"]
        let directed = try search.search(0, of: asked, goal: Self.goal, rules: rules)
        #expect(directed.found.allSatisfy { !$0.changes.map(\.column).contains("a") })
    }

    @Test func numbersIntoARangeAndOneOfThreeClasses() throws {
        struct Several: Predictor {
            var features: [String] { ["a", "b", "c", "d"] }
            var isNumber: Bool
            func predictions(for table: Table) throws -> Predictions {
                let columns = try features.map { try table.numbers(in: $0) }
                var values: [Double] = []
                for row in 0..<table.rowCount {
                    let sum = columns[0][row] + 2 * columns[1][row] - columns[2][row]
                    let second = sum > 4 && sum < 9 ? 0.6 : 0.2
                    values +=
                        isNumber ? [sum] : [(1 - second) * 0.7, second, (1 - second) * 0.3]
                }
                return Predictions(
                    rows: table.rowCount, classes: isNumber ? [] : ["l", "m", "h"], values: values)
            }
        }
        let rows = MixedRows(seed: 7)
        let training = rows.table(300)
        for (isNumber, goal) in [(true, Goal.within(5...8)), (false, Goal.mostProbable(1))] {
            let model = Several(isNumber: isNumber)
            let search = try CounterfactualSearch(model, training: training)
            let asked = rows.table(40, from: 20)
            let predictions = try model.predictions(for: asked)
            for row in 0..<40 where !goal.isMet(predictions, row) {
                let answer = try search.search(row, of: asked, goal: goal, rules: ChangeRules())
                #expect(answer.found.first != nil)
                #expect(
                    answer.found.allSatisfy {
                        isNumber ? (5...8).contains($0.value) : $0.value > 0.5
                    })
                let again = try search.search(row, of: asked, goal: goal, rules: ChangeRules())
                #expect(again == answer)
            }
        }
    }
}
