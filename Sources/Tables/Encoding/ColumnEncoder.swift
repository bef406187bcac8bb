/// What one raw column becomes for a network, fitted on training rows only. A type, and a file, for
/// each kind of column.
///
/// A further kind is such a file, which names its `ColumnKind`; encoders are fitted, and opened, with a
/// list of kinds. One whose cells do not come down to some numbers and indices fills blocks of its own.
package protocol ColumnEncoder: Codable, Sendable, Hashable {
    /// The cells that it is fitted on.
    static var kind: ColumnKind { get }
    /// Under which `encoder.json` lists the columns of this kind.
    static var key: String { get }

    /// The raw column that it reads.
    var column: String { get }
    /// What a cell becomes.
    var outputs: ColumnOutputs { get }

    /// - Parameters:
    ///   - column: Of its kind.
    ///   - source: Has the column.
    ///   - rows: The training rows; only they decide.
    init(fitting column: Column, in source: CellSource, rows: [Int]) throws(TableError)

    /// Writes a number, an index or a part of a block for every row at each of its places, which hold
    /// 0 before.
    ///
    /// - Throws: `TableError` naming the first cell that is not of its kind.
    func encode(
        _ source: CellSource, into features: inout EncodedFeatures, at places: ColumnPlaces
    ) throws(TableError)

    /// The cells as what can be ordered, NaN where missing; `nil` where they cannot. A value beyond
    /// those of the training rows is a new one.
    ///
    /// - Throws: as `encode`.
    func measures(in source: CellSource) throws(TableError) -> [Double]?

    /// Rows whose cell is none that the training rows had, as far as that is known of cells without
    /// an order.
    func unseenRows(in source: CellSource) -> [Int]
}

extension ColumnEncoder {
    package func measures(in source: CellSource) throws(TableError) -> [Double]? { nil }
    package func unseenRows(in source: CellSource) -> [Int] { [] }
}

/// The numbers, indices and blocks that a cell becomes.
package struct ColumnOutputs: Sendable, Hashable {
    /// A name for each number.
    package var numbers: [String]
    /// The name of a 0/1 number that says that the cell is missing; `nil` for none. It stands
    /// behind the numbers of all columns of its kind.
    package var mark: String?
    /// For each index, how many there are of it.
    package var cardinalities: [Int]
    /// Those that it fills for itself, for the stem of its kind.
    package var blocks: [BlockOutput]

    package init(
        numbers: [String] = [], mark: String? = nil, cardinalities: [Int] = [],
        blocks: [BlockOutput] = []
    ) {
        self.numbers = numbers
        self.mark = mark
        self.cardinalities = cardinalities
        self.blocks = blocks
    }
}

/// Where the outputs of a column stand in an encoded row.
package struct ColumnPlaces: Sendable, Hashable {
    /// Among the row's numbers.
    package var numbers: Range<Int>
    package var mark: Int?
    /// Among the row's indices.
    package var indices: Range<Int>
    /// Among the row's blocks.
    package var blocks: Range<Int>
}

/// Where everything stands in an encoded row, bins and atoms left aside.
struct EncodedLayout {
    /// A name for each number, with the raw column that it comes from.
    private(set) var numbers: [(name: String, column: String)] = []
    /// For each index the raw column that it comes from, and how many there are of it.
    private(set) var indices: [(column: String, cardinality: Int)] = []
    private(set) var blocks: [BlockPlace] = []
    /// Of each column, in order.
    private(set) var places: [ColumnPlaces] = []

    /// Kind by kind: the numbers of all its columns, then the marks of all its columns.
    ///
    /// - Parameter columns: Those of a kind follow one another.
    init(_ columns: [any ColumnEncoder]) {
        let outputs = columns.map(\.outputs)
        var first = 0
        for (place, column) in columns.enumerated() {
            let start = (numbers.count, indices.count, blocks.count)
            numbers += outputs[place].numbers.map { ($0, column.column) }
            indices += outputs[place].cardinalities.map { (column.column, $0) }
            for output in outputs[place].blocks {
                let kind = type(of: column).kind
                blocks.append(
                    BlockPlace(
                        name: kind.rawValue + "\(blocks.count)", column: column.column,
                        kind: kind, output: output))
            }
            places.append(
                ColumnPlaces(
                    numbers: start.0..<numbers.count, mark: nil, indices: start.1..<indices.count,
                    blocks: start.2..<blocks.count))
            let next = place + 1
            guard next == columns.count || type(of: columns[next]).key != type(of: column).key
            else { continue }
            for own in first..<next {
                guard let mark = outputs[own].mark else { continue }
                places[own].mark = numbers.count
                numbers.append((mark, columns[own].column))
            }
            first = next
        }
    }
}
