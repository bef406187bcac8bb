/// Reads patterns in RE2's syntax, but for scripts (`\p{Greek}`) and single bytes (`\C`), which are refused.
///
/// Whether a repetition takes much or little makes no difference to whether a whole text fits, and groups only bind.
///
/// - Source: RE2, "Syntax", https://github.com/google/re2/wiki/Syntax.
struct PatternParser {
    private struct Flags {
        var ignoresCase = false
        var hasLines = false
        var dotTakesNewline = false
    }

    private let scalars: [Unicode.Scalar]
    private var place = 0
    private var flags = Flags()
    private var depth = 0
    /// Groups within groups, and repetitions that a count may ask for, as RE2 has it.
    private static let most = (depth: 200, repetitions: 1_000)

    static func parse(_ pattern: String) throws(PatternError) -> Pattern {
        var parser = PatternParser(scalars: Array(pattern.unicodeScalars))
        let result = try parser.choice()
        guard parser.place == parser.scalars.count else {
            throw PatternError("closes a group too many")
        }
        return result
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var next: Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }

    private mutating func take() throws(PatternError) -> Unicode.Scalar {
        guard let next else { throw PatternError("ends too soon") }
        place += 1
        return next
    }

    /// Goes past a text that stands here, if it does.
    private mutating func skip(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard scalars[place...].starts(with: wanted) else { return false }
        place += wanted.count
        return true
    }

    private mutating func choice() throws(PatternError) -> Pattern {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.most.depth else { throw PatternError("has groups too deep in groups") }
        var parts = [try sequence()]
        while skip("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(PatternError) -> Pattern {
        var parts: [Pattern] = []
        while let next, next != "|", next != ")" {
            if skip("\\Q") {
                while place < scalars.count, !skip("\\E") { parts.append(literal(try take())) }
            } else if let part = try atom() {
                parts.append(part)
            } else {
                continue
            }
            if let last = parts.popLast() { parts.append(try repeated(last)) }
        }
        return .sequence(parts)
    }

    private func literal(_ scalar: Unicode.Scalar) -> Pattern {
        set(ScalarSet([scalar.value...scalar.value]))
    }

    private func set(_ set: ScalarSet) -> Pattern {
        var set = set
        set.ignoresCase = flags.ignoresCase
        return .set(set)
    }

    /// `nil` where only flags were set.
    private mutating func atom() throws(PatternError) -> Pattern? {
        let scalar = try take()
        switch scalar {
        case ".": return .set(flags.dotTakesNewline ? .any : .anyButNewline)
        case "^": return .assertion(flags.hasLines ? .lineStart : .textStart)
        case "$": return .assertion(flags.hasLines ? .lineEnd : .textEnd)
        case "[": return set(try bracket())
        case "(": return try group()
        case "\\": return try escape()
        case "*", "+", "?": throw PatternError("repeats nothing at '\(scalar)'")
        default: return literal(scalar)
        }
    }

    // MARK: Repetitions and groups

    private mutating func repeated(_ part: Pattern) throws(PatternError) -> Pattern {
        guard let (least, most) = try repetition() else { return part }
        _ = skip("?")
        guard try repetition() == nil else { throw PatternError("repeats a repetition") }
        return .repeated(part, least: least, most: most)
    }

    private mutating func repetition() throws(PatternError) -> (least: Int, most: Int?)? {
        if skip("*") { return (0, nil) }
        if skip("+") { return (1, nil) }
        if skip("?") { return (0, 1) }
        let start = place
        guard skip("{"), let least = number() else {
            place = start
            return nil
        }
        var most: Int? = least
        if skip(",") { most = next == "}" ? nil : number() ?? -1 }
        // A brace that is no count stands for itself.
        guard most != -1, skip("}") else {
            place = start
            return nil
        }
        guard least <= most ?? least, max(least, most ?? 0) <= Self.most.repetitions else {
            throw PatternError(
                "repeats more than \(Self.most.repetitions) times, or less than it has to")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let next, ("0"..."9").contains(next) {
            value = min((value ?? 0) * 10 + Int(next.value - 48), 1_000_000)
            place += 1
        }
        return value
    }

    private mutating func group() throws(PatternError) -> Pattern? {
        let outer = flags
        if skip("?") {
            if skip("P<")
                || (next == "<" && !followed(by: "<=") && !followed(by: "<!") && skip("<"))
            {
                while try take() != ">" {}
            } else if try setFlags() == ")" {
                return nil
            }
        }
        let inner = try choice()
        guard skip(")") else { throw PatternError("leaves a group open") }
        flags = outer
        return inner
    }

    private func followed(by text: String) -> Bool {
        scalars[place...].starts(with: text.unicodeScalars)
    }

    /// Reads flags up to the colon of a group that they are for, or the bracket behind which they go on.
    private mutating func setFlags() throws(PatternError) -> Unicode.Scalar {
        var value = true
        while true {
            let scalar = try take()
            switch scalar {
            case "i": flags.ignoresCase = value
            case "m": flags.hasLines = value
            case "s": flags.dotTakesNewline = value
            case "U": break
            case "-" where value: value = false
            case ":", ")": return scalar
            default: throw PatternError("has a group '(?\(scalar)', which RE2 has not")
            }
        }
    }

    // MARK: Escapes and classes

    private mutating func escape() throws(PatternError) -> Pattern {
        switch next {
        case "A": return try assertion(.textStart)
        case "z": return try assertion(.textEnd)
        case "b": return try assertion(.wordBoundary)
        case "B": return try assertion(.noWordBoundary)
        default: break
        }
        var set = ScalarSet()
        if try insertClass(into: &set) { return self.set(set) }
        return literal(try escapedScalar())
    }

    private mutating func assertion(
        _ assertion: Pattern.Assertion
    ) throws(PatternError) -> Pattern {
        _ = try take()
        return .assertion(assertion)
    }

    /// Reads one of `\d`, `\W`, `\pL`, `\P{Lu}` and their like, behind the stroke.
    private mutating func insertClass(into set: inout ScalarSet) throws(PatternError) -> Bool {
        guard let next else { throw PatternError("ends too soon") }
        switch next {
        case "d", "s", "w":
            for range in ScalarSet.named(String(next)) ?? [] { set.insert(range) }
        case "D": set.insert(outside: ScalarSet.named("d") ?? [])
        case "S": set.insert(outside: ScalarSet.named("s") ?? [])
        case "W": set.insert(outside: ScalarSet.named("w") ?? [])
        case "p", "P":
            place += 1
            var isNegated = next == "P"
            var name = ""
            if skip("{") {
                if skip("^") { isNegated.toggle() }
                while !skip("}") { name.unicodeScalars.append(try take()) }
            } else {
                name.unicodeScalars.append(try take())
            }
            guard !name.isEmpty, set.insert(category: name, isNegated: isNegated) else {
                throw PatternError("names '\(name)', which is no category that is known here")
            }
            return true
        default: return false
        }
        place += 1
        return true
    }

    private mutating func escapedScalar() throws(PatternError) -> Unicode.Scalar {
        let scalar = try take()
        switch scalar {
        case "a": return "\u{7}"
        case "f": return "\u{C}"
        case "t": return "\t"
        case "n": return "\n"
        case "r": return "\r"
        case "v": return "\u{B}"
        case "x":
            if skip("{") {
                var digits = ""
                while !skip("}") { digits.unicodeScalars.append(try take()) }
                return try self.scalar(digits, radix: 16)
            }
            return try self.scalar("\(try take())\(try take())", radix: 16)
        case "0"..."7":
            // A single digit but 0 would be what a group took, which RE2 has not.
            var digits = "\(scalar)"
            while digits.count < 3, let next, ("0"..."7").contains(next) {
                digits += "\(try take())"
            }
            guard scalar == "0" || digits.count > 1 else {
                throw PatternError("refers to a group, which RE2 has not")
            }
            return try self.scalar(digits, radix: 8)
        case "a"..."z", "A"..."Z", "8"..."9":
            throw PatternError("has '\\\(scalar)', which is not known here")
        default: return scalar
        }
    }

    private func scalar(_ digits: String, radix: Int) throws(PatternError) -> Unicode.Scalar {
        // A sign would be read as part of a number.
        guard digits.allSatisfy(\.isHexDigit), let value = UInt32(digits, radix: radix),
            let scalar = Unicode.Scalar(value)
        else {
            throw PatternError("has the code '\(digits)', which is no character")
        }
        return scalar
    }

    /// Reads a class behind its bracket.
    private mutating func bracket() throws(PatternError) -> ScalarSet {
        var set = ScalarSet()
        set.isNegated = skip("^")
        var isFirst = true
        while isFirst || next != "]" {
            isFirst = false
            if skip("[:") {
                let isNegated = skip("^")
                var name = ""
                while !skip(":]") { name.unicodeScalars.append(try take()) }
                guard name.count > 1, let ranges = ScalarSet.named(name) else {
                    throw PatternError("names '\(name)', which is no class")
                }
                if isNegated {
                    set.insert(outside: ranges)
                } else {
                    for range in ranges { set.insert(range) }
                }
                continue
            }
            if next == "\\" {
                place += 1
                if try insertClass(into: &set) { continue }
                place -= 1
            }
            let low = try bracketScalar()
            var high = low
            if next == "-", place + 1 < scalars.count, scalars[place + 1] != "]" {
                place += 1
                high = try bracketScalar()
            }
            guard low.value <= high.value else {
                throw PatternError("has a class from \(low) to \(high)")
            }
            set.insert(low.value...high.value)
        }
        place += 1
        return set
    }

    private mutating func bracketScalar() throws(PatternError) -> Unicode.Scalar {
        let scalar = try take()
        return scalar == "\\" ? try escapedScalar() : scalar
    }
}
