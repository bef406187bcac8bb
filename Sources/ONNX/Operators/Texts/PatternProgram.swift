/// A pattern as steps that all its alternatives take side by side, so that a text is read once.
///
/// Time is text times steps whatever the pattern is, as RE2 has it: no pattern makes it go back and forth.
///
/// - Source: Thompson 1968, "Regular expression search algorithm", doi:10.1145/363347.363387.
struct PatternProgram: Sendable {
    private enum Step {
        case take(ScalarSet)
        case check(Pattern.Assertion)
        /// Goes on at both.
        case fork(Int, Int)
        case jump(Int)
        case end
    }

    private var steps: [Step] = []
    static let mostSteps = 20_000

    var count: Int { steps.count }

    init(_ pattern: String) throws(PatternError) {
        try emit(try PatternParser.parse(pattern))
        steps.append(.end)
    }

    private mutating func append(_ step: Step) throws(PatternError) {
        guard steps.count < Self.mostSteps else { throw PatternError("takes too many steps") }
        steps.append(step)
    }

    private mutating func emit(_ pattern: Pattern) throws(PatternError) {
        switch pattern {
        case .set(let set): try append(.take(set))
        case .assertion(let assertion): try append(.check(assertion))
        case .sequence(let parts): for part in parts { try emit(part) }
        case .choice(let parts):
            var jumps: [Int] = []
            for part in parts.dropLast() {
                let fork = steps.count
                try append(.jump(0))
                try emit(part)
                jumps.append(steps.count)
                try append(.jump(0))
                steps[fork] = .fork(fork + 1, steps.count)
            }
            if let last = parts.last { try emit(last) }
            for jump in jumps { steps[jump] = .jump(steps.count) }
        case .repeated(let part, let least, let most):
            for _ in 0..<least {
                let before = steps.count
                try emit(part)
                // Nothing so often is nothing.
                if steps.count == before { return }
            }
            guard let most else {
                let fork = steps.count
                try append(.jump(0))
                try emit(part)
                try append(.jump(fork))
                steps[fork] = .fork(fork + 1, steps.count)
                return
            }
            var forks: [Int] = []
            for _ in least..<most {
                forks.append(steps.count)
                try append(.jump(0))
                try emit(part)
            }
            for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
        }
    }

    /// Whether the whole text is one that the pattern means.
    func matches(_ text: String) -> Bool {
        var marks = [Int](repeating: -1, count: steps.count)
        var places: [Int] = []
        var before: Unicode.Scalar?
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        var position = 0
        reach([0], &places, &marks, position, before, next)
        while let scalar = next {
            var starts: [Int] = []
            for place in places {
                if case .take(let set) = steps[place], set.contains(scalar) {
                    starts.append(place + 1)
                }
            }
            guard !starts.isEmpty else { return false }
            before = scalar
            next = scalars.next()
            position += 1
            reach(starts, &places, &marks, position, before, next)
        }
        return places.contains(steps.count - 1)
    }

    /// The steps that wait for a scalar, or end, from some on.
    private func reach(
        _ starts: [Int], _ places: inout [Int], _ marks: inout [Int], _ position: Int,
        _ before: Unicode.Scalar?, _ next: Unicode.Scalar?
    ) {
        places.removeAll(keepingCapacity: true)
        var open = starts
        while let place = open.popLast() {
            guard marks[place] != position else { continue }
            marks[place] = position
            switch steps[place] {
            case .take, .end: places.append(place)
            case .jump(let target): open.append(target)
            case .fork(let one, let other):
                open.append(one)
                open.append(other)
            case .check(let assertion):
                if assertion.holds(between: before, and: next) { open.append(place + 1) }
            }
        }
    }
}

/// What a pattern means.
indirect enum Pattern: Sendable {
    case set(ScalarSet)
    case assertion(Assertion)
    case sequence([Pattern])
    case choice([Pattern])
    /// - Parameter most: `nil` without end.
    case repeated(Pattern, least: Int, most: Int?)

    enum Assertion: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary

        func holds(between before: Unicode.Scalar?, and next: Unicode.Scalar?) -> Bool {
            switch self {
            case .textStart: before == nil
            case .textEnd: next == nil
            case .lineStart: before == nil || before == "\n"
            case .lineEnd: next == nil || next == "\n"
            case .wordBoundary: Self.isWord(before) != Self.isWord(next)
            case .noWordBoundary: Self.isWord(before) == Self.isWord(next)
            }
        }

        private static func isWord(_ scalar: Unicode.Scalar?) -> Bool {
            switch scalar {
            case .some("a"..."z"), .some("A"..."Z"), .some("0"..."9"), .some("_"): true
            default: false
            }
        }
    }
}

/// Why a pattern is not taken.
struct PatternError: Error {
    /// Goes on from "a pattern that".
    let problem: String

    init(_ problem: String) { self.problem = problem }
}
