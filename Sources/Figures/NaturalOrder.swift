/// Names in the order in which a reader looks for them: ranges by their lower bound, numbers in texts by
/// their size, what is missing last.
///
/// `≤ 9`, `9 – 20`, `> 20` · `group 2`, `group 10` · `(missing)`
package enum NaturalOrder {
    package static func sorted(_ names: [String]) -> [String] {
        names.map { (key: Key($0), name: $0) }.sorted { $0.key < $1.key }.map(\.name)
    }

    package static func precedes(_ a: String, _ b: String) -> Bool { Key(a) < Key(b) }

    private struct Key: Comparable {
        /// Ranges of numbers, other texts, missing.
        var kind: Int
        var lower: Double
        var upper: Double
        var parts: [Part]
        var text: String

        init(_ text: String) {
            self.text = text
            lower = 0
            upper = 0
            parts = []
            if text == "(missing)" || text.isEmpty {
                kind = 2
            } else if let range = Key.range(text) {
                kind = 0
                (lower, upper) = range
            } else {
                kind = 1
                parts = Key.parts(text)
            }
        }

        private static let below = ["≤", "<=", "<", "under ", "below ", "up to "]
        private static let above = ["≥", ">=", ">", "over ", "above ", "from "]

        private static func range(_ text: String) -> (Double, Double)? {
            for sign in below where text.hasPrefix(sign) {
                return number(text.dropFirst(sign.count)).map { (-.infinity, $0) }
            }
            for sign in above where text.hasPrefix(sign) {
                return number(text.dropFirst(sign.count)).map { ($0, .infinity) }
            }
            var body = text[...]
            if let first = body.first, "[(".contains(first) { body.removeFirst() }
            if let last = body.last, "])".contains(last) { body.removeLast() }
            if let single = number(body) { return (single, single) }
            for dash in [" – ", "–", " - ", ", ", " to ", "-"] {
                let ends = body.split(separator: dash, maxSplits: 1)
                if ends.count == 2, let lower = number(ends[0]), let upper = number(ends[1]) {
                    return (lower, upper)
                }
            }
            if body.last == "+", let lower = number(body.dropLast()) { return (lower, .infinity) }
            return nil
        }

        private static func number(_ text: Substring) -> Double? {
            let plain = text.filter { $0 != " " && $0 != "," }
                .map { $0 == "−" ? "-" : String($0) }.joined()
            guard let first = plain.first, first.isNumber || first == "-" else { return nil }
            return Double(plain).flatMap { $0.isFinite ? $0 : nil }
        }

        enum Part: Comparable {
            case number(Int), text(String)
        }

        private static func parts(_ text: String) -> [Part] {
            var parts: [Part] = []
            var run = ""
            var isDigits = false
            func close() {
                guard !run.isEmpty else { return }
                parts.append(isDigits ? Int(run).map(Part.number) ?? .text(run) : .text(run))
                run = ""
            }
            for character in text {
                let digit = character.isASCII && character.isNumber
                if digit != isDigits {
                    close()
                    isDigits = digit
                }
                run.append(character)
            }
            close()
            return parts
        }

        static func < (a: Key, b: Key) -> Bool {
            if a.kind != b.kind { return a.kind < b.kind }
            if a.lower != b.lower { return a.lower < b.lower }
            if a.upper != b.upper { return a.upper < b.upper }
            if a.parts != b.parts { return a.parts.lexicographicallyPrecedes(b.parts) }
            return a.text < b.text
        }
    }
}
