extension Ledger {
    /// Reads a ledger and checks every byte of it: each line's spelling and hash, the order, the
    /// chain, and whether it holds a head that is known from before.
    ///
    /// A beginning of a line at the end, without a line break, is what a killed process leaves; it
    /// was never recorded and is only counted, in `unfinishedBytes`.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - file: Its path, for errors.
    ///   - head: A hash that was printed earlier. Without it, an end that was cut off, or a ledger
    ///     that was written anew as a whole, cannot be told from an honest one.
    /// - Throws: `RunStoreError` that names the first line at which something is wrong, and what.
    /// - Complexity: O(bytes).
    package static func verify(
        _ bytes: [UInt8], file: String, head: String? = nil
    ) throws(RunStoreError) -> Ledger {
        var ledger = Ledger(records: [], unfinishedBytes: 0)
        var problem: (line: Int, text: String)?
        var start = 0
        while let end = bytes[start...].firstIndex(of: newline) {
            do throws(Record.Problem) {
                ledger.records.append(try Record(line: bytes[start..<end]))
            } catch {
                problem = (ledger.records.count + 1, error.text)
                break
            }
            start = end + 1
        }
        // A break in the chain before that line comes first.
        try ledger.checkChain(file: file)
        if let problem { throw damaged(file, line: problem.line, problem.text) }
        let rest = bytes[start...]
        try checkUnfinished(rest, line: ledger.records.count + 1, file: file)
        ledger.unfinishedBytes = rest.count
        if let head { _ = try ledger.line(ofHead: head, file: file) }
        return ledger
    }

    /// The line, from 1, whose hash is a head that was printed earlier; 0 for `origin`.
    ///
    /// - Throws: `RunStoreError` if the text is no hash, or no record has it.
    package func line(ofHead head: String, file: String) throws(RunStoreError) -> Int {
        let head = head.lowercased()
        guard head.utf8.count == 64, head.utf8.allSatisfy({ "0123456789abcdef".utf8.contains($0) })
        else {
            throw RunStoreError(
                file: file, problem: "it cannot be compared with '\(head)', which is no head",
                nextStep: "Give the 64 hexadecimal digits that the report prints.")
        }
        if head == Self.origin { return 0 }
        if let at = records.firstIndex(where: { $0.hash == head }) { return at + 1 }
        throw RunStoreError(
            file: file,
            problem: "none of its \(records.count) lines has the hash \(head): lines at its end "
                + "were cut off after that head was printed, or the ledger was written anew "
                + "(its head now is \(self.head)), or the head is that of another run",
            nextStep: "Compare with a copy of the ledger from when the head was printed; without "
                + "one, its counts of looks cannot be relied on.")
    }

    /// Whether each record bears its own hash, its place and the hash of the record before it.
    private func checkChain(file: String) throws(RunStoreError) {
        for (place, record) in records.enumerated() {
            let expected = record.expectedHash
            let previous = place == 0 ? Self.origin : records[place - 1].hash
            let text: String
            if record.hash != expected {
                text = changedField(at: place, expected: expected, previous: previous)
            } else if record.sequence != place {
                text = misplacement(of: record, at: place)
            } else if record.previous != previous {
                text =
                    place == 0
                    ? "it is the first, but continues the record \(record.previous)"
                    : "it continues another record than line \(place), which was written anew"
            } else {
                continue
            }
            throw Self.damaged(file, line: place + 1, text)
        }
    }

    /// Which field of a record was changed, as far as the hashes tell.
    private func changedField(at place: Int, expected: String, previous: String) -> String {
        let record = records[place]
        if place + 1 < records.count, records[place + 1].previous == expected {
            return "its 'hash' was changed"
        }
        var candidate = record
        candidate.previous = previous
        if candidate.expectedHash == record.hash { return "its 'previous' was changed" }
        candidate = record
        candidate.sequence = place
        if candidate.expectedHash == record.hash { return "its 'sequence' was changed" }
        return "its content does not match its hash: one of 'details', 'kind', 'purpose', 'rows', "
            + "'split', 'time' was changed"
    }

    private func misplacement(of record: Record, at place: Int) -> String {
        let found = "it holds record \(record.sequence) where record \(place) belongs: "
        if records.contains(where: { $0.sequence == place }) {
            return found + "lines were put in another order"
        }
        return found
            + (record.sequence > place
                ? "the \(record.sequence - place) before it were removed" : "lines were added")
    }

    /// Whether what follows the last line break can be the beginning of a record that a process was
    /// killed while writing.
    static func checkUnfinished(
        _ bytes: ArraySlice<UInt8>, line: Int, file: String
    ) throws(RunStoreError) {
        let opening = Record.opening.prefix(bytes.count)
        if bytes.starts(with: opening), !endsEarly(bytes) { return }
        throw RunStoreError(
            file: file,
            problem: "line \(line) has no line break at its end and is not the beginning of a "
                + "record: its bytes were changed, or the machine lost power during a write",
            nextStep: "Compare with a copy of the ledger. If that line was never whole, remove it.")
    }

    /// Whether a JSON object is complete before the last byte.
    private static func endsEarly(_ bytes: ArraySlice<UInt8>) -> Bool {
        var depth = 0
        var isInText = false
        var isEscaped = false
        for (index, byte) in zip(bytes.indices, bytes) {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isInText: isEscaped = true
            case UInt8(ascii: "\""): isInText.toggle()
            case UInt8(ascii: "{") where !isInText: depth += 1
            case UInt8(ascii: "}") where !isInText:
                depth -= 1
                if depth == 0 { return index != bytes.index(before: bytes.endIndex) }
            case 0..<32: return true
            default: break
            }
        }
        return false
    }

    static func damaged(_ file: String, line: Int, _ problem: String) -> RunStoreError {
        RunStoreError(
            file: file, problem: "line \(line) is not as it was recorded: \(problem)",
            nextStep: "Put a copy of the ledger from before the change in its place; without one, "
                + "its counts of looks cannot be relied on.")
    }
}
