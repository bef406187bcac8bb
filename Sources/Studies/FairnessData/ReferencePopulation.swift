import Runs
import Tables

/// Shares of groups in the population that a model is for, from a file with the columns `group`, `value` and `share`.
struct ReferencePopulation {
    /// Of each protected column, and of each of its groups.
    var shares: [String: [String: Double]]

    /// - Parameter columns: Protected columns that there are.
    init(_ path: String, columns: [String]) throws {
        var options = CSVOptions()
        options.kinds = ["group": .category, "value": .category, "share": .number]
        try self.init(CSVReader.read(path: path, options: options), columns: columns)
    }

    init(_ table: Table, columns: [String]) throws {
        let cells = try ["group", "value", "share"].map { name -> Column in
            guard let column = table.column(named: name) else {
                throw VouchError(
                    "\(table.name) has no column \"\(name)\"; a reference population has the columns group (a "
                        + "protected column), value (one of its groups) and share (from 0 to 1)")
            }
            return column
        }
        guard let numbers = cells[2].numbers else {
            throw VouchError("\(table.name): the column share holds what is no number")
        }
        shares = [:]
        for row in 0..<table.rowCount {
            let (group, value) = (cells[0].text(row) ?? "", cells[1].text(row) ?? "(missing)")
            guard columns.contains(group) else {
                throw VouchError(
                    "\(table.name), row \(row + 1): \"\(group)\" is no protected column; there is "
                        + columns.joined(separator: ", "))
            }
            guard (0...1).contains(numbers[row]) else {
                throw VouchError(
                    "\(table.name), row \(row + 1): the share of \(group) = \(value) is \(numbers[row]); it "
                        + "must be from 0 to 1")
            }
            guard shares[group]?[value] == nil else {
                throw VouchError("\(table.name) gives \(group) = \(value) twice")
            }
            shares[group, default: [:]][value] = numbers[row]
        }
        for (group, values) in shares {
            let sum = values.values.reduce(0, +)
            guard abs(sum - 1) <= 0.01 else {
                throw VouchError(
                    "\(table.name): the shares of \(group) add up to \(sum); they must add up to 1, so that "
                        + "each group is a share of all")
            }
        }
    }
}
