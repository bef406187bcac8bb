import Foundation
import Tables

extension ColumnKind {
    static let array = ColumnKind(rawValue: "array")
}

/// A column of JSON arrays of numbers, all of one length: the example of
/// Documentation/AddingAColumnKind.md.
///
/// Each array is a block of its own, scaled place by place; zeros where it is missing.
struct ArrayEncoder: ColumnEncoder {
    static let kind = ColumnKind.array
    static let key = "arrays"

    let column: String
    /// Of each place; see `robustScale`.
    let centers: [Double]
    let scales: [Double]
    /// Whether a training row lacked it; then a 0/1 output says so.
    let marksMissing: Bool

    var outputs: ColumnOutputs {
        ColumnOutputs(
            mark: marksMissing ? column + " is missing" : nil,
            blocks: [BlockOutput(shape: [centers.count])])
    }

    init(fitting column: Column, in source: CellSource, rows: [Int]) throws(TableError) {
        let all = try Self.arrays(column.name, in: source.table, length: nil)
        let known = rows.compactMap { all[$0] }
        guard let length = known.first?.count else {
            throw TableError(
                action: "encoding", source: source.table.name, column: column.name,
                problem: "no training row has an array", advice: "Leave it out with --exclude")
        }
        let found = (0..<length).map { place in robustScale(known.map { $0[place] }) }
        self.column = column.name
        centers = found.map(\.center)
        scales = found.map(\.scale)
        marksMissing = known.count < rows.count
    }

    func encode(
        _ source: CellSource, into features: inout EncodedFeatures, at places: ColumnPlaces
    ) throws(TableError) {
        let all = try Self.arrays(column, in: source.table, length: centers.count)
        for (row, array) in all.enumerated() {
            if let array {
                features.blocks[places.blocks.lowerBound].write(
                    array.indices.map { squash((array[$0] - centers[$0]) / scales[$0]) }, row: row)
            } else if let mark = places.mark {
                features.numeric[row * features.numericWidth + mark] = 1
            }
        }
    }

    /// - Parameter length: That of each; of the first one if `nil`.
    private static func arrays(
        _ name: String, in table: Table, length: Int?
    ) throws(TableError) -> [[Double]?] {
        guard let cells = table.column(named: name) else { return [] }
        var length = length
        var result: [[Double]?] = []
        for row in 0..<cells.count {
            guard let text = cells.text(row) else {
                result.append(nil)
                continue
            }
            let array = try? JSONDecoder().decode([Double].self, from: Data(text.utf8))
            guard let array, !array.isEmpty, array.count == length ?? array.count else {
                throw TableError(
                    action: "encoding", source: table.name, line: table.lines?[row], row: row + 1,
                    column: name,
                    problem: "\"\(text)\" is no array of \(length.map { "\($0) " } ?? "")numbers",
                    advice: "Correct the cell or leave it empty")
            }
            length = array.count
            result.append(array)
        }
        return result
    }
}
