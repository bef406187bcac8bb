/// How a file of delimited cells is read.
package struct CSVOptions: Sendable, Hashable {
    package enum Encoding: String, Sendable, Hashable, CaseIterable {
        case utf8 = "utf-8"
        case windows1252 = "windows-1252"
    }

    /// `nil` to detect among comma, semicolon, tab and bar.
    package var delimiter: UInt8?
    /// Whether numbers are written `3,14`, so that points stand between thousands; `nil` to decide for each column.
    package var decimalComma: Bool?
    package var encoding = Encoding.utf8
    /// Texts that mean a missing cell, as an empty cell always does.
    package var missingTokens = CSVOptions.usualMissingTokens
    /// Columns of known kind; `category` keeps the text as it stands.
    package var kinds: [String: ColumnKind] = [:]
    /// How columns are written, as an earlier file of the same columns taught. Of such a column every cell must be readable.
    package var formats: [String: CellFormat] = [:]
    /// The mark before decimals, and the order of dates, where a person says it of a column.
    package var decimals: [String: NumberFormat.Decimal] = [:]
    package var orders: [String: DateOrder] = [:]
    /// Columns whose cells tell groups, classes or answers: where they are numbers they keep their texts beside them.
    package var spelled: Set<String> = []
    package var threads = 2
    /// The least bytes of a chunk that a worker parses alone.
    package var minimumChunk = 1 << 20

    /// Those of pandas 2.2 (`STR_NA_VALUES`), and the question mark of the UCI repository.
    package static let usualMissingTokens = [
        "NA", "N/A", "n/a", "<NA>", "#N/A", "#N/A N/A", "#NA", "NaN", "nan", "-NaN", "-nan", "null",
        "NULL", "None", "1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "?",
    ]

    package init() {}
}

/// Bytes of the grammar.
enum Byte {
    static let comma = UInt8(ascii: ",")
    static let semicolon = UInt8(ascii: ";")
    static let tab = UInt8(ascii: "\t")
    static let bar = UInt8(ascii: "|")
    static let quote = UInt8(ascii: "\"")
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")
    static let point = UInt8(ascii: ".")
    static let plus = UInt8(ascii: "+")
    static let minus = UInt8(ascii: "-")
    static let apostrophe = UInt8(ascii: "'")
}
