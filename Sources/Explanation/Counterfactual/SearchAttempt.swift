import Models
import Prediction
import Tables

/// One row's search.
struct SearchAttempt {
    let search: CounterfactualSearch
    let goal: Goal
    let options: CounterfactualSearch.Options
    let isOver: () -> Bool
    /// One for each of the predictor's columns.
    let choices: [Choices]
    /// Bins of the cells of further columns.
    let contextBins: [Int32]
    /// Distances of the row's own cells to the sample's, by column.
    let ownDistances: [[Double]]
    let ownTotal: [Double]
    let usualDistance: Double

    var evaluations = 0
    var isEnded = false
    /// Everything that met the goal.
    var valid: [Found] = []
    /// Margins of what did not.
    var tried: [Found] = []
    var known: Set<[Move]> = []
    /// Whether a row is like the training rows, of those that were asked about.
    private var likeness: [[Move]: Bool] = [:]
    private var excluded: [BinOfColumn: [Int]] = [:]

    private struct BinOfColumn: Hashable {
        var column: Int
        var bin: Int32
    }

    /// A changed column.
    struct Move: Hashable {
        var column: Int
        /// Among its choices.
        var place: Int
    }

    struct Found {
        /// In the order of the columns.
        var moves: [Move]
        var score: Double
        var value: Double
        var distance: Double

        var columns: [Int] { moves.map(\.column) }
    }

    /// Rows predicted at once, between looks at the clock.
    static let batch = 512
    private static let gridPlaces = 32

    init(
        _ search: CounterfactualSearch, _ row: Int, _ table: Table, goal: Goal, rules: ChangeRules,
        options: CounterfactualSearch.Options, isOver: @escaping () -> Bool
    ) throws {
        self.search = search
        self.goal = goal
        self.options = options
        self.isOver = isOver
        let space = search.space
        var choices: [Choices] = []
        var own: [[Double]] = []
        for place in 0..<search.features {
            let axis = space.axes[place]
            let cell = try axis.cell(row, of: table)
            choices.append(
                try Choices(
                    place, axis, own: cell, rules: rules, support: search.support,
                    most: axis.kind == .category ? 64 : Self.gridPlaces))
            var distances = [Double](repeating: 0, count: space.sampleRows)
            Neighbourhood.add(
                space, place, number: cell.number, code: cell.code, times: 1, to: &distances)
            own.append(distances)
        }
        self.choices = choices
        ownDistances = own
        var total = [Double](repeating: 0, count: space.sampleRows)
        for distances in own { for row in total.indices { total[row] += distances[row] } }
        ownTotal = total
        usualDistance = max(search.neighbourhood.usual, Neighbourhood.meanNearest(total))
        contextBins = try (search.features..<space.axes.count).map { place in
            let axis = space.axes[place]
            // A column that the file lacks tells nothing.
            guard table.column(named: axis.name) != nil else { return -1 }
            let cell = try axis.cell(row, of: table)
            return search.support.bin(place, number: cell.number, code: cell.code)
        }
    }

    // MARK: - Predictions

    /// The row with some cells changed, once for each list of moves, and as it is up to a number of rows that comes
    /// again: a predictor may keep what it made ready for that.
    func table(_ candidates: ArraySlice<[Move]>) -> Table {
        var rows = 16
        while rows < candidates.count { rows *= 2 }
        var places = [[Int]](repeating: [Int](repeating: 0, count: rows), count: choices.count)
        for (row, moves) in candidates.enumerated() {
            for move in moves { places[move.column][row] = move.place }
        }
        return Table(
            name: "the changed row", rowCount: rows,
            columns: zip(choices, places).map { $0.cells.selecting(rows: $1) })
    }

    /// Predicts what is new among candidates, and keeps it as valid or tried.
    mutating func evaluate(_ candidates: [[Move]]) throws {
        var fresh: [[Move]] = []
        for moves in candidates where known.insert(moves).inserted { fresh.append(moves) }
        for begin in stride(from: 0, to: fresh.count, by: Self.batch) {
            if isEnded || isOver() {
                isEnded = true
                return
            }
            let part = fresh[begin..<min(begin + Self.batch, fresh.count)]
            let predictions = try search.predictor.predictions(for: table(part))
            evaluations += part.count
            for (row, moves) in part.enumerated() {
                let found = Found(
                    moves: moves, score: goal.score(predictions, row),
                    value: goal.value(predictions, row), distance: distance(moves))
                if goal.isMet(predictions, row) {
                    valid.append(found)
                } else {
                    tried.append(found)
                }
            }
        }
    }

    func distance(_ moves: [Move]) -> Double {
        moves.reduce(0) { $0 + choices[$1.column].distances[$1.place] }
    }

    // MARK: - Likeness

    mutating func isLike(_ moves: [Move]) -> Bool {
        if let known = likeness[moves] { return known }
        let isLike = !hasExcludedPair(moves) && neighbourDistance(moves) <= usualDistance
        likeness[moves] = isLike
        return isLike
    }

    /// Whether a changed cell stands with a cell that excludes it.
    mutating func hasExcludedPair(_ moves: [Move]) -> Bool {
        for (index, move) in moves.enumerated() {
            // The row's own cells, but those that are changed.
            for column in ownExcluded(move) where !moves.contains(where: { $0.column == column }) {
                return true
            }
            let bin = choices[move.column].bins[move.place]
            for other in moves[..<index] {
                let otherBin = choices[other.column].bins[other.place]
                if search.support.exclude(move.column, bin, other.column, otherBin) { return true }
            }
        }
        return false
    }

    /// The axes whose own cells a changed cell excludes.
    private mutating func ownExcluded(_ move: Move) -> [Int] {
        let bin = choices[move.column].bins[move.place]
        guard bin >= 0 else { return [] }
        let key = BinOfColumn(column: move.column, bin: bin)
        if let known = excluded[key] { return known }
        let support = search.support
        var found: [Int] = []
        for (column, other) in choices.enumerated()
        where column != move.column && support.exclude(move.column, bin, column, other.bins[0]) {
            found.append(column)
        }
        for (context, other) in contextBins.enumerated()
        where support.exclude(move.column, bin, search.features + context, other) {
            found.append(search.features + context)
        }
        excluded[key] = found
        return found
    }

    private func neighbourDistance(_ moves: [Move]) -> Double {
        var total = ownTotal
        for move in moves {
            let own = ownDistances[move.column]
            for row in total.indices { total[row] -= own[row] }
            let choice = choices[move.column]
            Neighbourhood.add(
                search.space, move.column,
                number: choice.numbers.isEmpty ? .nan : choice.numbers[move.place],
                code: choice.codes[move.place], times: 1, to: &total)
        }
        return Neighbourhood.meanNearest(total)
    }

    // MARK: - Answers

    /// What met the goal: fewer columns first, then the nearer one.
    var ordered: [Found] {
        valid.sorted {
            ($0.moves.count, $0.distance, -$0.score) < ($1.moves.count, $1.distance, -$1.score)
        }
    }

    /// The best of what met the goal, none of which changes all the columns of another.
    ///
    /// - Parameter unlike: Whether rows unlike the training rows count.
    mutating func best(unlike: Bool = false) -> [Found] {
        var picked: [Found] = []
        for item in ordered {
            guard picked.count < options.count, item.moves.count <= options.mostColumns else {
                break
            }
            let columns = Set(item.columns)
            if picked.contains(where: { columns.isSuperset(of: $0.columns) }) { continue }
            if unlike || options.plausibility == .ignored || isLike(item.moves) {
                picked.append(item)
            }
        }
        return picked
    }

    /// The best rows found so far, one for each set of columns; unlike ones only where there are no others.
    mutating func smallest(_ count: Int) -> [Found] {
        var picked: [Found] = []
        for unlike in [options.plausibility == .ignored, true] where picked.isEmpty {
            var seen: Set<[Int]> = []
            for item in ordered {
                guard picked.count < count else { break }
                if seen.contains(item.columns) { continue }
                if unlike || isLike(item.moves) {
                    seen.insert(item.columns)
                    picked.append(item)
                }
            }
        }
        return picked
    }
}
