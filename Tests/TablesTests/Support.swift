import Tables
import TensorCore
import Testing

func read(
    _ text: String, name: String = "t.csv", _ change: (inout CSVOptions) -> Void = { _ in }
) throws(TableError) -> Table {
    var options = CSVOptions()
    options.threads = 1
    change(&options)
    return try CSVReader.read(bytes: Array(text.utf8), name: name, options: options)
}

/// The error of reading a text, which must be one.
func readingError(
    _ text: String, _ change: (inout CSVOptions) -> Void = { _ in },
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> TableError {
    try #require(throws: TableError.self, sourceLocation: sourceLocation) {
        try read(text, change)
    }
}

extension Table {
    /// All cells as text, row by row.
    var rows: [[String?]] {
        (0..<rowCount).map { row in columns.map { $0.text(row) } }
    }

    var fileLines: [Int?] { (0..<rowCount).map { lines?[$0] } }

    func numbers(_ name: String) -> [Double]? {
        guard case .numbers(let numbers) = column(named: name)?.cells else { return nil }
        return numbers
    }

    func texts(_ name: String) -> [String?] {
        guard let column = column(named: name) else { return [] }
        return (0..<rowCount).map(column.text)
    }

    func kind(_ name: String) -> ColumnKind? { column(named: name)?.kind }
}

func category(_ name: String, _ texts: [String?]) -> Column {
    var values: [String] = []
    let codes = texts.map { text -> Int32 in
        guard let text else { return -1 }
        if let known = values.firstIndex(of: text) { return Int32(known) }
        values.append(text)
        return Int32(values.count - 1)
    }
    return Column(name: name, cells: .categories(codes: codes, values: values))
}

func numbers(_ name: String, _ values: [Double?]) -> Column {
    Column(name: name, cells: .numbers(values.map { $0 ?? .nan }))
}

func table(_ columns: [Column]) -> Table {
    Table(name: "t", rowCount: columns.first?.count ?? 0, columns: columns)
}

/// Random numbers drawn one after another, for tests only.
struct Draws {
    private let random: CounterRandom
    private var next: UInt64 = 0

    init(seed: UInt64) { random = CounterRandom(seed: seed, name: "tables tests") }

    mutating func integer(below bound: Int) -> Int {
        next += 1
        return random.integer(below: bound, index: next)
    }

    mutating func bits() -> UInt64 {
        next += 1
        return random.bits(index: next)
    }

    mutating func element<Element>(_ array: [Element]) -> Element {
        array[integer(below: array.count)]
    }
}
