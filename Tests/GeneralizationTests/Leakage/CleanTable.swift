import Evidence
import Foundation
import Tables
import TensorCore

/// A table in which no leak is known, for planting.
struct CleanTable: Sendable {
    var name: String
    var table: Table
    var target: String

    /// Rows of a table and their two parts, all drawn by a seed. Of rows with equal features the first
    /// alone: split by row, the others would be what is looked for.
    func drawn(seed: UInt64, most: Int = 4000) throws -> Planting {
        let random = CounterRandom(seed: seed, name: "clean table")
        let features = table.columns.map(\.name).filter { $0 != target }
        let codes = DuplicateIndex(table, columns: features).codes
        var seen = Set<Int32>()
        let distinct = codes.indices.filter { seen.insert(codes[$0]).inserted }
        let count = min(most, distinct.count)
        let rows = random.permutation(of: distinct.count).prefix(count)
            .map { distinct[$0] }.sorted()
        let order = random.permutation(of: count, step: 1)
        let tested = count * 3 / 10
        return try Planting(
            table: table.selecting(rows: rows), target: target,
            training: order.dropFirst(tested).sorted(), test: order.prefix(tested).sorted(),
            draws: Draws(seed: seed, name: name))
    }

    /// The bundled Adult data.
    static func adult() throws -> CleanTable {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Examples/adult/adult_train.csv").path()
        return CleanTable(
            name: "adult", table: try CSVReader.read(path: file, options: CSVOptions()),
            target: "class")
    }

    /// Numbers and categories of which some tell the target a little.
    static func drawn(rows: Int, isRegression: Bool = false) -> CleanTable {
        var draws = Draws(seed: 1, name: "drawn table")
        var columns = (0..<6).map { _ in (0..<rows).map { _ in draws.normal() } }
        let score = (0..<rows).map { row in
            columns[0][row] + 0.7 * columns[1][row] - 0.5 * columns[2][row] + draws.normal()
        }
        columns[5] = columns[5].map { ($0 * 3).rounded() }
        let texts = (0..<rows).map { _ in draws.integer(below: 4) }
        let target =
            isRegression
            ? Column(name: "y", cells: .numbers(score))
            : Column(
                name: "y",
                cells: .categories(codes: score.map { $0 > 0.5 ? 1 : 0 }, values: ["no", "yes"]))
        let numbers = columns.enumerated().map { index, cells in
            Column(name: "x\(index)", cells: .numbers(cells))
        }
        let category = Column(
            name: "kind",
            cells: .categories(codes: texts.map(Int32.init), values: ["a", "b", "c", "d"]))
        return CleanTable(
            name: isRegression ? "drawn numbers" : "drawn classes",
            table: Table(name: "drawn", rowCount: rows, columns: numbers + [category, target]),
            target: "y")
    }

    /// Sets of the Penn Machine Learning Benchmarks in the folder that VOUCH_DATA names.
    static func benchmark(_ name: String) throws -> CleanTable? {
        guard let folder = ProcessInfo.processInfo.environment["VOUCH_DATA"] else { return nil }
        let file = folder + "/tables/pmlb/\(name).csv"
        return CleanTable(
            name: name, table: try CSVReader.read(path: file, options: CSVOptions()),
            target: "target")
    }

    /// The first ten, in alphabetical order, of those that no single column nearly solves:
    /// `Verified/clean_sets.csv`.
    static let cleanBenchmarks = [
        "225_puma8NH", "564_fried", "573_cpu_act", "574_house_16H", "churn", "letter", "magic",
        "phoneme", "pima", "satimage",
    ]
}

/// Random numbers drawn one after another.
struct Draws: Sendable {
    private let random: CounterRandom
    private var next: UInt64 = 0

    init(seed: UInt64, name: String) { random = CounterRandom(seed: seed, name: "plants " + name) }

    mutating func uniform() -> Double {
        next += 1
        return random.uniform(index: next)
    }

    mutating func integer(below bound: Int) -> Int {
        next += 1
        return random.integer(below: bound, index: next)
    }

    /// Standard normal, by Box and Muller.
    mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
        next += 1
        return random.permutation(of: elements.count, step: UInt32(truncatingIfNeeded: next))
            .map { elements[$0] }
    }
}
