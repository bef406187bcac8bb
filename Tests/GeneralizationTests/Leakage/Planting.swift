import Evidence
import Foundation
import Generalization
import Tables

/// A clean table with its split, into which a leak is put.
struct Planting: Sendable {
    var table: Table
    var target: String
    var training: [Int]
    var test: [Int]
    var draws: Draws
    var roles = SchemaOptions()
    /// What a check must name; for rows, their kind.
    var planted: Planted = .nothing
    /// Of each row: its class, or the quarter of its number.
    let classes: [Int]
    /// Of each row: the number, or the class as one.
    let numbers: [Double]
    let isRegression: Bool

    enum Planted: Sendable {
        case nothing
        case columns([String])
        case rows(Set<LeakageKind>)
    }

    init(table: Table, target: String, training: [Int], test: [Int], draws: Draws) throws {
        let rows = (0..<table.rowCount).filter {
            table.column(named: target)?.isMissing($0) == false
        }
        let column = table.column(named: target) ?? table.columns[0]
        let encoder = try TargetEncoder(
            column, source: table.name, rows: rows, task: nil, positive: nil)
        isRegression = encoder.task == .regression
        if isRegression {
            let values = try encoder.values(column, source: table.name)
            let sorted = values.sorted()
            let edges = [0.25, 0.5, 0.75].map { sortedQuantile(sorted, $0) }
            numbers = values
            classes = values.map { value in edges.firstIndex { value <= $0 } ?? 3 }
        } else {
            classes = try encoder.labels(column, source: table.name).map(Int.init)
            numbers = classes.map(Double.init)
        }
        self.table = table
        self.target = target
        self.training = training
        self.test = test
        self.draws = draws
    }

    var classCount: Int { (classes.max() ?? 0) + 1 }

    /// The class with the most rows, so that a leak of one class has rows to show in.
    var largestClass: Int {
        (0..<classCount).max { a, b in
            classes.count { $0 == a } < classes.count { $0 == b }
        } ?? 0
    }

    var features: [Column] { table.columns.filter { $0.name != target } }

    func tables() throws -> TrainingTables {
        var options = roles
        options.target = target
        let (schema, _) = try Schema.infer(table, options)
        let column = table.column(named: target) ?? table.columns[0]
        return TrainingTables(
            training: table.selecting(rows: training), test: table.selecting(rows: test),
            schema: schema,
            target: try TargetEncoder(
                column, source: table.name, rows: training, task: nil, positive: nil))
    }

    func findings(seed: UInt64 = 0) throws -> [LeakageFinding] {
        try LeakageSuite(try tables(), seed: seed).findings()
    }

    /// Whether what was planted is among the findings.
    func isFound(in findings: [LeakageFinding]) -> Bool {
        switch planted {
        case .nothing: false
        case .columns(let names):
            findings.contains { names.allSatisfy($0.columns.contains) }
        case .rows(let kinds): findings.contains { kinds.contains($0.kind) && $0.rows != nil }
        }
    }

    // MARK: - Changing the table

    mutating func add(_ name: String, numbers: [Double]) {
        put(Column(name: name, cells: .numbers(numbers)))
    }

    mutating func add(_ name: String, texts: [String?]) {
        var index: [String: Int32] = [:]
        var values: [String] = []
        let codes = texts.map { text -> Int32 in
            guard let text else { return -1 }
            if let known = index[text] { return known }
            index[text] = Int32(values.count)
            values.append(text)
            return Int32(values.count - 1)
        }
        put(Column(name: name, cells: .categories(codes: codes, values: values)))
    }

    mutating func add(_ name: String, days: [Double]) {
        put(Column(name: name, cells: .dates(days.map { $0 * 86400 }, hasTime: false)))
    }

    /// A new column in a place of its own, or one of a name that is there.
    mutating func put(_ column: Column) {
        var columns = table.columns
        if let known = columns.firstIndex(where: { $0.name == column.name }) {
            columns[known] = column
        } else {
            columns.insert(column, at: draws.integer(below: columns.count + 1))
        }
        table = Table(name: table.name, rowCount: table.rowCount, columns: columns)
    }

    /// Replaces cells of some rows by those of others, in all columns but some.
    mutating func copy(from sources: [Int], to rows: [Int], except: Set<String> = []) {
        var source = Array(0..<table.rowCount)
        for (row, other) in zip(rows, sources) { source[row] = other }
        let columns = table.columns.map {
            except.contains($0.name) ? $0 : $0.selecting(rows: source)
        }
        table = Table(name: table.name, rowCount: table.rowCount, columns: columns)
    }
}
