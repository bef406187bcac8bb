#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Ledger {
    package enum Kind: String, Codable, Sendable, Hashable, CaseIterable {
        /// A model was trained and written.
        case run
        /// Rows that must not be learnt from were looked at.
        case look
        /// Something that a reader should know.
        case note
        /// Work on the run took time and energy; no look, and no part of their counts.
        case cost
    }

    /// What is to be recorded.
    package struct Entry: Sendable, Hashable {
        /// ISO 8601, in UTC: `2026-11-23T20:35:37Z`.
        package var time: String
        package var kind: Kind
        /// Of a look: `validation`, `calibration`, `test`, or the name of a file.
        package var split: String?
        /// Of a look: how many rows. Of a cost: how many were predicted.
        package var rows: Int?
        /// What it was done for: `early stopping`, `report`, `compare with runs/b`.
        package var purpose: String
        /// Hashes and other facts; see `DetailKey` for the names that others rely on.
        package var details: [String: String]

        package init(
            time: String, kind: Kind, split: String? = nil, rows: Int? = nil, purpose: String,
            details: [String: String] = [:]
        ) {
            self.time = time
            self.kind = kind
            self.split = split
            self.rows = rows
            self.purpose = purpose
            self.details = details
        }
    }

    /// Names in `Entry.details` that the index of runs knows.
    package enum DetailKey {
        /// Of a look: the file whose rows were looked at. Of a run: the file it was trained on.
        package static let dataSHA256 = "dataSHA256"
        /// Of a run: the file of test rows, where it is another.
        package static let testSHA256 = "testSHA256"
        /// Of a run: the file of rows that were labelled since, where there is one.
        package static let answersSHA256 = "answersSHA256"
        /// Of a run: the file of rows without labels, where there is one.
        package static let unlabelledSHA256 = "unlabelledSHA256"
        package static let configurationSHA256 = "configurationSHA256"
        /// Of a look: the model whose predictions were looked at. Of a run: what it wrote.
        package static let weightsSHA256 = "weightsSHA256"
    }

    /// One line of the ledger.
    ///
    /// `hash` is the SHA-256 of the record's canonical bytes without it: one JSON object without
    /// spaces, every key present, keys sorted by their bytes, `null` for what does not apply.
    package struct Record: Sendable, Hashable {
        /// Its place in the ledger, from 0.
        package var sequence: Int
        package var entry: Entry
        /// The hash of the record before it; `Ledger.origin` for the first.
        package var previous: String
        package var hash: String

        package init(_ entry: Entry, sequence: Int, previous: String) {
            self.sequence = sequence
            self.entry = entry
            self.previous = previous
            hash = ""
            hash = expectedHash
        }

        /// The hash that the other fields call for.
        package var expectedHash: String { ContentHash.sha256(Array(text(hash: nil).utf8)) }

        /// The canonical bytes, without a line break.
        package func encoded() -> [UInt8] { Array(text(hash: hash).utf8) }

        private func text(hash: String?) -> String {
            let details = entry.details
                .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { JSONText.quoted($0.key) + ":" + JSONText.quoted($0.value) }
            return "{\"details\":{" + details.joined(separator: ",") + "}"
                + (hash.map { ",\"hash\":" + JSONText.quoted($0) } ?? "")
                + ",\"kind\":\"\(entry.kind.rawValue)\""
                + ",\"previous\":" + JSONText.quoted(previous)
                + ",\"purpose\":" + JSONText.quoted(entry.purpose)
                + ",\"rows\":" + (entry.rows.map { String($0) } ?? "null")
                + ",\"sequence\":\(sequence)"
                + ",\"split\":" + (entry.split.map(JSONText.quoted) ?? "null")
                + ",\"time\":" + JSONText.quoted(entry.time) + "}"
        }

        /// How every canonical line begins.
        static let opening = Array("{\"details\":{".utf8)
    }
}

extension Ledger.Record: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case details, hash, kind, previous, purpose, rows, sequence, split, time
    }

    private struct AnyKey: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let found = Set(try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue))
        let known = Set(Key.allCases.map(\.rawValue))
        if let key = found.subtracting(known).min() {
            throw Problem("it has the key '\(key)', which no record has")
        }
        if let key = known.subtracting(found).min() { throw Problem("its key '\(key)' is missing") }
        let container = try decoder.container(keyedBy: Key.self)
        func value<Value: Decodable>(_ type: Value.Type, _ key: Key) throws(Problem) -> Value {
            do {
                return try container.decode(type, forKey: key)
            } catch {
                throw Problem("its '\(key.rawValue)' has a value that no record has there")
            }
        }
        entry = Ledger.Entry(
            time: try value(String.self, .time), kind: try value(Ledger.Kind.self, .kind),
            split: try value(String?.self, .split), rows: try value(Int?.self, .rows),
            purpose: try value(String.self, .purpose),
            details: try value([String: String].self, .details))
        sequence = try value(Int.self, .sequence)
        previous = try value(String.self, .previous)
        hash = try value(String.self, .hash)
    }

    /// What is wrong with a line, as the end of a sentence that begins with its number.
    struct Problem: Error {
        var text: String
        init(_ text: String) { self.text = text }
    }

    /// Reads one line, which must be canonical and bear the hash of its own content.
    init(line: ArraySlice<UInt8>) throws(Problem) {
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(line))
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem("it is not the JSON object of a record")
        }
        // Where the spelling differs from ours some byte was changed, even if it means the same.
        guard Array(line) == encoded() else {
            throw Problem("it is not spelt as it was written: some bytes were changed")
        }
    }
}
