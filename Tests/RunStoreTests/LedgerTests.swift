import Foundation
import Platform
import RunStore
import TensorCore
import Testing

@Suite struct LedgerTests {
    static func entry(_ number: Int) -> Ledger.Entry {
        Ledger.Entry(
            time: "2026-11-23T20:35:\(10 + number % 50)Z",
            kind: number == 0 ? .run : [0, 4].contains(number % 5) ? .note : .look,
            split: [0, 4].contains(number % 5) ? nil : number % 2 == 0 ? "test" : "b.csv",
            rows: number % 5 == 0 ? nil : 100 * number,
            purpose: ["report", "compare with \"runs/b\"", "é \u{1}\n🙂"][number % 3],
            details: number % 2 == 0 ? [:] : ["dataSHA256": "ab\(number)", "é": "e\u{301}"])
    }

    static func records(_ count: Int, from first: Int = 0) -> [Ledger.Record] {
        var records: [Ledger.Record] = []
        for number in 0..<count {
            records.append(
                Ledger.Record(
                    entry(first + number), sequence: number,
                    previous: records.last?.hash ?? Ledger.origin))
        }
        return records
    }

    static func bytes(_ records: [Ledger.Record]) -> [UInt8] {
        records.flatMap { $0.encoded() + [10] }
    }

    /// Spelt out, with hashes that Python's hashlib gave for these bytes.
    @Test func bytesAreThoseOfTheFormat() throws {
        let scratch = try RunFolderTests.Scratch()
        try Ledger.append(
            [
                Ledger.Entry(time: "2026-11-23T20:35:37Z", kind: .run, purpose: "train"),
                Ledger.Entry(
                    time: "2026-11-23T20:36:00Z", kind: .look, split: "test", rows: 7,
                    purpose: "say \"é\"", details: ["b": "2", "a": "1"]),
            ], in: scratch.path)
        let first = "3ecbe22783af9c4d864984845bfbbd203f08c6b93e70502248e27f85a2ab49e8"
        let second = "5f480157345a4fb17eff95f63b053f06e76309691813e468b3cb213abb245b0b"
        let expected =
            #"{"details":{},"hash":"\#(first)","kind":"run","previous":"\#(Ledger.origin)","#
            + #""purpose":"train","rows":null,"sequence":0,"split":null,"#
            + #""time":"2026-11-23T20:35:37Z"}"# + "\n"
            + #"{"details":{"a":"1","b":"2"},"hash":"\#(second)","kind":"look","#
            + #""previous":"\#(first)","purpose":"say \"é\"","rows":7,"sequence":1,"#
            + #""split":"test","time":"2026-11-23T20:36:00Z"}"# + "\n"
        let bytes = try Files.read(scratch.path + "/ledger.jsonl")
        #expect(String(decoding: bytes, as: UTF8.self) == expected)
        #expect(try Ledger.read(scratch.path).head == second)
    }

    @Test func comesBackEqual() throws {
        let scratch = try RunFolderTests.Scratch()
        #expect(try Ledger.read(scratch.path).records.isEmpty)
        #expect(try Ledger.append([], in: scratch.path).isEmpty)
        let first = try Ledger.append((0..<3).map(Self.entry), in: scratch.path)
        let more = try Ledger.append((3..<12).map(Self.entry), in: scratch.path)
        let ledger = try Ledger.read(scratch.path)
        #expect(ledger.records == first + more && ledger.records == Self.records(12))
        #expect(ledger.records.map(\.entry) == (0..<12).map(Self.entry))
        #expect(ledger.head == more.last?.hash && ledger.unfinishedBytes == 0)
        #expect(ledger.looks == ["test": 3, "b.csv": 4])
    }

    // MARK: tampering

    /// Ten thousand ledgers that were tampered with, in all the ways that need no earlier head to
    /// be found: each error names the first line that is not as it was.
    @Test func everyTamperingIsFound() throws {
        let numbers = CounterRandom(seed: 1, name: "tampering")
        var drawn: UInt64 = 0
        func random(_ range: Range<Int>) -> Int {
            drawn += 1
            return range.lowerBound + numbers.integer(below: range.count, index: drawn)
        }
        let ledgers = (0..<50).map { Self.records(3 + $0 % 3, from: $0) }
        let encoded = ledgers.map(Self.bytes)
        let isLong = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == "1"
        for round in 0..<(isLong ? 10_000 : 2000) {
            let number = random(0..<ledgers.count)
            let records = ledgers[number]
            var changed = records
            let at = random(0..<records.count - 1)
            var bytes: [UInt8] = []
            var line = at + 1
            switch round % 8 {
            case 0..<3:
                bytes = encoded[number]
                let place = random(0..<bytes.count)
                line = bytes[..<place].count { $0 == 10 } + 1
                bytes[place] ^= UInt8(random(1..<256))
            case 3:
                let place = random(0..<records.count)
                line = place + 1
                changed[place] = Self.changingOneField(records[place], random(0..<8))
            case 4:
                // A field and, to hide it, the hash: then the next line does not continue it.
                changed[at].entry.rows = (changed[at].entry.rows ?? 0) + 1
                changed[at].hash = changed[at].expectedHash
                line = at + 2
            case 5: changed.swapAt(at, random(at + 1..<records.count))
            case 6: changed.remove(at: at)
            default:
                changed.insert(records[at], at: at)
                line = at + 2
            }
            if bytes.isEmpty { bytes = Self.bytes(changed) }
            // Without a macro where all is well: it would take longer than what is tested.
            let problem = Self.problem(bytes)
            if !problem.hasPrefix("line \(line) ") {
                Issue.record("round \(round), line \(line): '\(problem)'")
            }
        }
    }

    /// What verification finds; empty if nothing.
    private static func problem(_ bytes: [UInt8]) -> String {
        do {
            _ = try Ledger.verify(bytes, file: "l")
            return ""
        } catch {
            return error.problem
        }
    }

    private static func changingOneField(_ record: Ledger.Record, _ field: Int) -> Ledger.Record {
        var record = record
        switch field {
        case 0: record.entry.time += "x"
        case 1: record.entry.kind = record.entry.kind == .look ? .note : .look
        case 2: record.entry.split = record.entry.split == nil ? "test" : nil
        case 3: record.entry.rows = (record.entry.rows ?? 0) + 1
        case 4: record.entry.purpose = "nothing"
        case 5: record.entry.details["more"] = "x"
        case 6: record.sequence += 1
        default: record.previous = ContentHash.sha256([1])
        }
        return record
    }

    @Test(arguments: [
        (#""sequence":1"#, #""sequence":9"#, "its 'sequence' was changed"),
        (#""rows":100"#, #""rows":10"#, "'rows'"),
        (#""rows":100"#, #""rows": 100"#, "spelt"),
        (#""rows":100"#, #""rows":100.0"#, "spelt"),
        (#""rows":100"#, #""rows":"many""#, "its 'rows' has a value"),
        (#""rows":100"#, #""row":100"#, "has the key 'row'"),
        (#""rows":100,"#, "", "its key 'rows' is missing"),
        (#""rows":100,"#, #""rows":100,"rows":100,"#, "not"),
        (#""kind":"look""#, #""kind":"glance""#, "its 'kind' has a value"),
        (#"{"details""#, #"{"details"#, "not the JSON"),
        (#""é":"e"#, #""e\u0301":"e"#, "spelt"),
    ]) func saysWhatWasChanged(old: String, new: String, part: String) throws {
        var lines = Self.records(3).map { String(decoding: $0.encoded(), as: UTF8.self) }
        let line = lines[1].replacingOccurrences(of: old, with: new, options: .literal)
        try #require(line != lines[1], "\(lines[1])")
        lines[1] = line
        let error = #expect(throws: RunStoreError.self) {
            try Ledger.verify(Array((lines.joined(separator: "\n") + "\n").utf8), file: "l.jsonl")
        }
        #expect(error?.file == "l.jsonl")
        let problem = error?.problem ?? ""
        #expect(problem.hasPrefix("line 2 ") && problem.contains(part))
    }

    @Test func saysWhatHappenedToTheChain() throws {
        func problem(_ change: (inout [Ledger.Record]) -> Void) -> String {
            var records = Self.records(5)
            change(&records)
            return Self.problem(Self.bytes(records))
        }
        #expect(problem { $0.swapAt(1, 3) }.contains("another order"))
        #expect(problem { $0.removeSubrange(1...2) }.contains("the 2 before it were removed"))
        #expect(problem { $0[1].hash = Ledger.origin }.contains("its 'hash' was changed"))
        #expect(problem { $0[2].previous = Ledger.origin }.contains("its 'previous' was changed"))
        #expect(
            problem {
                $0[1].entry.purpose = "x"
                $0[1].hash = $0[1].expectedHash
            }.contains("another record than line 2"))
    }

    @Test func anEarlierHeadFindsTruncationAndRewriting() throws {
        let records = Self.records(8)
        let head = records[7].hash
        for count in 0...8 {
            let bytes = Self.bytes(Array(records[..<count]))
            // On its own an intact beginning cannot be told from a whole ledger.
            _ = try Ledger.verify(bytes, file: "l")
            if count == 8 {
                #expect(try Ledger.verify(bytes, file: "l", head: head).head == head)
            } else {
                let error = #expect(throws: RunStoreError.self, "\(count)") {
                    try Ledger.verify(bytes, file: "l", head: head)
                }
                #expect(error?.problem.contains("cut off") == true)
            }
        }
        // Byte by byte: found, or the cut line is counted as never recorded; never with the head.
        let whole = Self.bytes(records)
        for count in 0..<whole.count {
            let bytes = Array(whole[..<count])
            let ledger = try Ledger.verify(bytes, file: "l")
            #expect(Self.bytes(ledger.records).count + ledger.unfinishedBytes == count)
            #expect(throws: RunStoreError.self) { try Ledger.verify(bytes, file: "l", head: head) }
        }
        // Written anew with one look less.
        let anew = Self.bytes(Self.records(7, from: 1))
        _ = try Ledger.verify(anew, file: "l")
        #expect(throws: RunStoreError.self) { try Ledger.verify(anew, file: "l", head: head) }
        // A ledger that only grew still holds the head.
        let grown = try Ledger.verify(Self.bytes(Self.records(12)), file: "l", head: head)
        #expect(try grown.line(ofHead: head.uppercased(), file: "l") == 8)
        let error = #expect(throws: RunStoreError.self) {
            try Ledger.verify(whole, file: "l", head: String(head.prefix(12)))
        }
        #expect(error?.problem.contains("no head") == true)
    }

    // MARK: on disk

    /// Whatever part of a line a killed process left, it is not counted and makes no trouble.
    @Test func aTornLineIsCutOff() throws {
        let scratch = try RunFolderTests.Scratch()
        let path = scratch.path + "/ledger.jsonl"
        let records = Self.records(4)
        for whole in [0, 2] {
            let start = Self.bytes(Array(records[..<whole]))
            let next = records[whole].encoded()
            for count in 0...next.count {
                try Data(start + next[..<count]).write(to: URL(fileURLWithPath: path))
                let torn = try Ledger.read(scratch.path)
                #expect(torn.records.count == whole && torn.unfinishedBytes == count)
                try Ledger.append([Self.entry(whole)], in: scratch.path)
                #expect(try Files.read(path) == start + next + [10])
            }
        }
    }

    @Test func nothingIsAddedToADamagedEnd() throws {
        let scratch = try RunFolderTests.Scratch()
        let path = scratch.path + "/ledger.jsonl"
        let bytes = Self.bytes(Self.records(3))
        let lastLine = bytes.count - Self.records(3)[2].encoded().count - 1
        for place in lastLine..<bytes.count {
            var damaged = bytes
            damaged[place] ^= 1
            try Data(damaged).write(to: URL(fileURLWithPath: path))
            let error = #expect(throws: RunStoreError.self, "byte \(place)") {
                try Ledger.append([Self.entry(3)], in: scratch.path)
            }
            #expect(error?.file == path)
            #expect(try Files.read(path) == damaged)
        }
    }

    @Test func waitsAndSaysWhoHoldsTheLock() throws {
        let scratch = try RunFolderTests.Scratch()
        try Ledger.append([Self.entry(0)], in: scratch.path)
        let lock = try FileLock(scratch.path + "/ledger.jsonl")
        let error = #expect(throws: PlatformError.self) {
            try Ledger.append([Self.entry(1)], in: scratch.path, timeoutSeconds: 0.05)
        }
        withExtendedLifetime(lock) {}
        #expect(error?.path == scratch.path + "/ledger.jsonl")
        #if os(Linux)
            let reason = error?.reason ?? ""
            #expect(reason.contains("process \(getpid()) ("))
        #endif
    }

    @Test func appearsWithTheRun() throws {
        let scratch = try RunFolderTests.Scratch()
        let path = scratch.path + "/run"
        var writer = RunFolder.Writer()
        try writer.add("a", [1])
        let entries = (0..<3).map(Self.entry)
        try writer.commit(
            to: path, overwrite: false, recording: Ledger.records(of: entries, after: nil))
        #expect(try Ledger.read(path).records == Self.records(3))
        try Ledger.append([Self.entry(3)], in: path)
        #expect(try Ledger.read(path).records == Self.records(4))
        #expect(try RunFolder.open(path).manifest.files.map(\.name) == ["a"])
        // Another run under the same name goes on with it.
        try writer.commit(to: path, overwrite: true, recording: Self.records(5))
        #expect(try Ledger.read(path).records == Self.records(5))
        try writer.commit(to: path, overwrite: true)
        #expect(try Ledger.read(path).records.isEmpty)
    }

    @Test func aMissingFolderIsTold() {
        let error = #expect(throws: PlatformError.self) {
            try Ledger.append([Self.entry(0)], in: "/nowhere/run")
        }
        #expect(error?.path == "/nowhere/run/ledger.jsonl")
    }
}
