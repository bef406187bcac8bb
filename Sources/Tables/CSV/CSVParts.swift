/// Stretches of a file, of about equal size, for workers to parse at once.
struct CSVParts {
    /// The stretches as they were cut, anywhere; one more than stretches.
    private(set) var edges: [Int]
    /// The first line that begins in each stretch: a guess, until the stretch before is parsed.
    var starts: [Int]
    let hasHighBytes: Bool

    var count: Int { starts.count }

    init(edges: [Int], starts: [Int], hasHighBytes: Bool) {
        self.edges = edges
        self.starts = starts
        self.hasHighBytes = hasHighBytes
    }

    func range(_ part: Int) -> Range<Int> { starts[part]..<max(starts[part], edges[part + 1]) }

    /// Leaves out what stands before a place, where a row begins.
    mutating func begin(at place: Int) {
        while starts.count > 1, edges[1] <= place {
            edges.removeFirst()
            starts.removeFirst()
        }
        edges[0] = place
        starts[0] = place
        for part in 1..<max(1, starts.count) { starts[part] = max(starts[part], place) }
    }
}

extension CSVReader {
    /// What a first look at a stretch tells.
    private struct Survey: Sendable {
        var quotes: Int
        var hasHighBytes: Bool

        init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
            let part = bytes.extracting(range)
            var quotes = 0
            var all: UInt8 = 0
            // Counted in a byte for as long as that is wide enough: 16 bytes at a time.
            for start in stride(from: 0, to: part.count, by: 255) {
                var count: UInt8 = 0
                for at in start..<min(start + 255, part.count) {
                    count &+= part[at] == Byte.quote ? 1 : 0
                    all |= part[at]
                }
                quotes += Int(count)
            }
            self.quotes = quotes
            hasHighBytes = all >= 0x80
        }
    }

    /// Cuts the text, and guesses from the number of quotes before each edge where lines begin.
    func cut(from start: Int) -> CSVParts {
        let total = bytes.count - start
        let count = max(1, min(options.threads * 4, total / max(options.minimumChunk, 1)))
        let edges = (0...count).map { start + total * $0 / count }
        let surveys = inParallel(count, threads: options.threads) { part in
            Survey(bytes.span, edges[part]..<edges[part + 1])
        }
        var quotes = 0
        var starts = [start]
        for part in 1..<max(1, count) {
            quotes += surveys[part - 1].quotes
            starts.append(
                lineStart(edges[part], before: edges[part + 1], isQuoted: quotes % 2 == 1))
        }
        return CSVParts(
            edges: edges, starts: starts, hasHighBytes: surveys.contains(where: \.hasHighBytes))
    }

    /// The first line outside quotes that begins at or behind `edge`, or the limit.
    private func lineStart(_ edge: Int, before limit: Int, isQuoted: Bool) -> Int {
        var isQuoted = isQuoted
        var at = edge
        while at < limit {
            if !isQuoted, bytes[at - 1] == Byte.newline { return at }
            if bytes[at] == Byte.quote { isQuoted.toggle() }
            at += 1
        }
        return limit
    }

    func checkEncoding(_ parts: CSVParts) throws(TableError) {
        let places = inParallel(parts.count, threads: options.threads) { part in
            let span = bytes.span
            let start =
                part == 0
                ? parts.edges[0] : UTF8Check.sequenceStart(span, parts.edges[part])
            return UTF8Check.firstInvalid(span, start..<max(start, parts.edges[part + 1]))
        }
        guard let place = places.compactMap(\.self).min() else { return }
        let before = bytes[..<place]
        let lineStart = before.lastIndex(of: Byte.newline).map { $0 + 1 } ?? 0
        let code = String(bytes[place], radix: 16, uppercase: true)
        throw fail(
            "byte \(place - lineStart + 1) of the line (0x\(code)) is not UTF-8",
            "If the file is older, try --encoding windows-1252",
            line: 1 + before.count { $0 == Byte.newline })
    }
}
