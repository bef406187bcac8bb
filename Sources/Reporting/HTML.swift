/// HTML text that was escaped. The only way to make one from data is `init(data:)` or `init(text:)`.
struct HTML: ExpressibleByStringInterpolation, ExpressibleByStringLiteral, Sendable {
    var source: String

    /// Markup as it stands in this program.
    init(stringLiteral value: String) { source = value }
    init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

    /// A text of ours or from data, escaped for elements and quoted attributes.
    init(text: String) { source = HTML.escaped(text) }

    /// A text from data, escaped and kept from disturbing the direction of its neighbours.
    init(data: String) { source = "<bdi>" + HTML.escaped(data) + "</bdi>" }

    init(joining parts: [HTML], separator: String = "") {
        source = parts.map(\.source).joined(separator: separator)
    }

    static func escaped(_ text: String) -> String {
        let text = visible(text)
        func isMarkup(_ byte: UInt8) -> Bool {
            byte == 0x26 || byte == 0x3C || byte == 0x3E || byte == 0x22 || byte == 0x27
        }
        guard text.utf8.contains(where: isMarkup) else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): bytes += "&amp;".utf8
            case UInt8(ascii: "<"): bytes += "&lt;".utf8
            case UInt8(ascii: ">"): bytes += "&gt;".utf8
            case UInt8(ascii: "\""): bytes += "&quot;".utf8
            case UInt8(ascii: "'"): bytes += "&#39;".utf8
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func += (left: inout HTML, right: HTML) { left.source += right.source }

    /// In `"<td>\(x)</td>"` a `String` is escaped, a `HTML` stands as it is.
    struct Interpolation: StringInterpolationProtocol {
        var source = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { source += literal }
        mutating func appendInterpolation(_ html: HTML) { source += html.source }
        mutating func appendInterpolation(_ text: String) { source += HTML.escaped(text) }
        mutating func appendInterpolation(_ number: Int) { source += String(number) }
        mutating func appendInterpolation(data text: String) { source += HTML(data: text).source }

        /// A coordinate with two decimals, without needless zeros.
        mutating func appendInterpolation(at number: Double) {
            let hundredths =
                number.isFinite ? Int((min(max(number, -1e9), 1e9) * 100).rounded()) : 0
            let sign = hundredths < 0 ? "-" : ""
            let rest = abs(hundredths) % 100
            source += sign + String(abs(hundredths) / 100)
            if rest > 0 {
                source += rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
            }
        }
    }
}

func + (left: HTML, right: HTML) -> HTML {
    var result = left
    result += right
    return result
}
