import Tables
import Testing

/// A small file with one column that is easily read wrongly, and what must come of it.
///
/// Variants of the faults that issue 19 names, made up for each of its kinds 2 to 5: guesses about numbers, identity, odd cells,
/// missing texts. Those of kind 1, intervals, stand beside the intervals' tests.
struct Variant: Sendable, CustomTestStringConvertible {
    enum Outcome: Sendable {
        /// As numbers, the first ones; NaN where missing.
        case numbers([Double])
        /// As days.
        case dates([String?])
        /// As texts of a category.
        case texts([String?])
        /// With the edges of ranges, or none: the groups, sorted.
        case groups([String])
        /// Of a target that is to be classes.
        case classes([String])
        /// An error that holds the text.
        case error(String)
    }

    var name: String
    var cells: [String]
    var outcome: Outcome
    /// Part of what is said of the column; `nil` where nothing must be said.
    var says: String?
    var role = ColumnRole.feature
    var delimiter = ","
    /// Cells of a second column, repeated as often as needed.
    var beside = ["a", "b"]
    var missing: [String]?
    var decimalComma: Bool?

    var testDescription: String { name }

    init(
        _ name: String, _ cells: [String], _ outcome: Outcome, says: String? = nil,
        role: ColumnRole = .feature, delimiter: String = ",", beside: [String] = ["a", "b"],
        missing: [String]? = nil, decimalComma: Bool? = nil
    ) {
        self.name = name
        self.cells = cells
        self.outcome = outcome
        self.says = says
        self.role = role
        self.delimiter = delimiter
        self.beside = beside
        self.missing = missing
        self.decimalComma = decimalComma
    }

    /// The file: a column `x` and another one, every cell in quotes.
    var file: String {
        let rows = cells.enumerated().map { row, cell in
            "\"\(cell)\"\(delimiter)\"\(beside[row % beside.count])\"\n"
        }
        return "x\(delimiter)other\n" + rows.joined()
    }

    /// The table, the schema and the warnings, as `vouch train` makes them.
    func schema() throws -> (Table, Schema, [SchemaWarning]) {
        let table = try read(file) { options in
            options.delimiter = delimiter.utf8.first
            options.decimalComma = decimalComma
            if let missing { options.missingTokens = missing }
            options.keepText("x", role: role)
        }
        var options = SchemaOptions()
        switch role {
        case .target: options.target = "x"
        case .protected: options.protected = ["x"]
        case .group: options.group = "x"
        case .weight: options.weight = "x"
        case .id: options.id = ["x"]
        case .ignored: options.exclude = ["x"]
        default: break
        }
        let (schema, warnings) = try Schema.infer(table, options)
        return (table, schema, warnings)
    }
}

/// A cell many times, or a count from 1.
func many(_ cells: [String], _ times: Int) -> [String] {
    (0..<times).flatMap { _ in cells }
}

func counting(_ count: Int) -> [String] { (1...count).map { String($0) } }
