/// How a file of delimited cells is read.
package struct CSVOptions: Sendable, Hashable {
    package enum Encoding: String, Sendable, Hashable, CaseIterable {
        case utf8 = "utf-8"
        case windows1252 = "windows-1252"
    }

    /// `nil` to detect among comma, semicolon, tab and bar.
    package var delimiter: UInt8?
    /// Whether numbers are written `3,14`; `nil` to detect, where the delimiter is not a comma.
    package var decimalComma: Bool?
    package var encoding = Encoding.utf8
    /// Texts that mean a missing cell, as an empty cell always does.
    package var missingTokens = CSVOptions.usualMissingTokens
    /// Columns of known kind; `category` keeps the text as it stands.
    package var kinds: [String: ColumnKind] = [:]
    package var threads = 2
    /// The least bytes of a chunk that a worker parses alone.
    package var minimumChunk = 1 << 20

    package static let usualMissingTokens = [
        "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?",
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
}
