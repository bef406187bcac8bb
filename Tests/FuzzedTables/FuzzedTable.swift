import FuzzedModels

/// A small made-up file: cells of one column are mostly of one kind, as people write them, and
/// some are not.
struct FuzzedTable {
    var header: [String]
    var rows: [[String]]
    var delimiter: String

    /// What the cells of a column look like.
    enum Kind: CaseIterable {
        case whole, decimal, comma, thousands, money, percent, huge, tiny, constant, empty, sparse
        case isoDate, dayFirst, monthFirst, monthName, shortYear, halfDay, zone
        case category, wide, codes, bigNumbers, text, answer, weight, share
    }

    private static let odd = [
        "", "", "NA", "None", "null", "?", "#N/A", "inf", "-inf", "1e400", "-0", "0", "1e-320",
        "unknown",
        "99999999999999999999", "\"\"", "\"a,b\"", "\"two\nlines\"", "é", "\u{202E}x", "<b>",
        "0x10",
        "1.2.3", "1,2,3", "--", "+", "31/02/2020", "2020-13-01", "-999", "TRUE", " 7 ", "'5",
        "=1+1",
    ]

    init(rowsLike seed: UInt64) {
        var draws = Draws(seed: seed)
        let columns = 1 + draws.below(6)
        let count =
            draws.chance(0.1) ? draws.below(4) : 8 + draws.below(draws.chance(0.1) ? 150 : 40)
        let kinds = (0..<columns).map { _ in draws.one(of: Kind.allCases) } + [.share, .answer]
        header = (0..<columns).map { "c\($0)" } + ["p", "y"]
        if draws.chance(0.02) {
            header[draws.below(header.count)] = draws.one(of: ["", "c0", " ", "é"])
        }
        let oddShare = draws.chance(0.7) ? 0 : draws.one(of: [0.01, 0.05, 0.3, 0.9])
        let classes = draws.chance(0.1) ? 1 + draws.below(12) : 2
        delimiter = draws.chance(0.7) ? "," : draws.one(of: [";", "\t", "|"])
        rows = []
        for row in 0..<count {
            if !rows.isEmpty, draws.chance(0.05) {
                rows.append(draws.one(of: rows))
                continue
            }
            rows.append(
                kinds.map { kind in
                    draws.chance(oddShare)
                        ? draws.one(of: Self.odd)
                        : Self.cell(kind, row: row, classes: classes, &draws)
                })
        }
    }

    private static func cell(
        _ kind: Kind, row: Int, classes: Int, _ draws: inout Draws
    ) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let (day, month, year) = (1 + draws.below(28), 1 + draws.below(12), 1990 + draws.below(40))
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        switch kind {
        case .whole: return "\(draws.below(100) - 50)"
        case .decimal: return "\(Double(draws.below(20_000)) / 1000)"
        case .comma: return "\(draws.below(100)),\(draws.below(1000))"
        case .thousands: return "\(1 + draws.below(9)),\(100 + draws.below(900))"
        case .money: return "$\(draws.below(900)).\(two(draws.below(100)))"
        case .percent: return "\(draws.below(101))%"
        case .huge: return "\(draws.uniform())e\(300 + draws.below(9))"
        case .tiny: return "\(draws.uniform())e-\(300 + draws.below(20))"
        case .constant: return "1"
        case .empty: return ""
        case .sparse: return draws.chance(0.9) ? "" : "\(draws.below(5))"
        case .isoDate: return "\(year)-\(two(month))-\(two(day))"
        case .dayFirst: return "\(two(day))/\(two(month))/\(year)"
        case .monthFirst: return "\(month)/\(day)/\(year)"
        case .monthName: return "\(two(day))-\(months[month - 1])-\(year)"
        case .shortYear: return "\(two(month))/\(two(day))/\(two(year % 100))"
        case .halfDay:
            return "\(month)/\(day)/\(year) \(1 + draws.below(12)):\(two(draws.below(60))) PM"
        case .zone: return "\(year)-\(two(month))-\(two(day)) 10:00:00 UTC"
        case .category: return draws.one(of: ["red", "green", "blue", "Blue", "None"])
        case .wide: return "v\(draws.below(1000))"
        case .codes: return draws.one(of: ["01", "1", "001", "1e5", "100000"])
        case .bigNumbers: return "19250363438698\(10_000 + draws.below(5))"
        case .text: return "row \(row), \(draws.below(10))".debugDescription
        case .answer:
            return draws.one(
                of: ["no", "yes", "maybe", "a", "b", "c", "d", "e", "f", "g", "h", "i"].prefix(
                    classes
                ).map { $0 })
        case .weight: return draws.chance(0.3) ? "0" : "\(draws.below(4))"
        case .share: return "\(draws.uniform())"
        }
    }

    /// The file, now and then broken as files are.
    func bytes(_ seed: UInt64) -> [UInt8] {
        var draws = Draws(seed: seed &+ 0x9E37_79B9)
        let end = draws.chance(0.1) ? "\r\n" : "\n"
        let lines = ([header] + rows).map { row in
            row.map { $0.contains(delimiter) && !$0.hasPrefix("\"") ? "\"\($0)\"" : $0 }
                .joined(separator: delimiter)
        }
        var bytes = Array((lines.joined(separator: end) + (draws.chance(0.9) ? end : "")).utf8)
        if draws.chance(0.03) { bytes = [0xEF, 0xBB, 0xBF] + bytes }
        guard draws.chance(0.03), !bytes.isEmpty else { return bytes }
        for _ in 0...draws.below(4) {
            bytes[draws.below(bytes.count)] = UInt8(truncatingIfNeeded: draws.below(256))
        }
        return draws.chance(0.3) ? Array(bytes.prefix(draws.below(bytes.count))) : bytes
    }

    /// The same columns with other rows: now and then one is missing, or its cells are all new.
    func changed(_ seed: UInt64) -> FuzzedTable {
        var draws = Draws(seed: seed &+ 0x1234_5678)
        var other = self
        other.rows = rows.filter { _ in draws.chance(0.5) }
        guard !other.rows.isEmpty else { return other }
        let column = draws.below(header.count)
        switch draws.below(6) {
        case 0:
            other.header.remove(at: column)
            for row in other.rows.indices { other.rows[row].remove(at: column) }
        case 1: for row in other.rows.indices { other.rows[row][column] = "new" }
        case 2: for row in other.rows.indices { other.rows[row][column] = "" }
        case 3: other.rows[draws.below(other.rows.count)][column] = draws.one(of: Self.odd)
        default: break
        }
        return other
    }
}
