import CPURuntime
import Foundation
import Kernels

/// What parties of one process write to one another: a queue for each two of them.
// Sendable is unchecked because the queues are read and written under the lock only.
final class Mailboxes: @unchecked Sendable {
    let parties: Int
    private let changed = NSCondition()
    private var queues: [[[UInt32]]]
    private var someoneFailed = false

    init(parties: Int) {
        self.parties = parties
        queues = Array(repeating: [], count: parties * parties)
    }

    func send(_ words: [UInt32], from sender: Int, to receiver: Int) {
        changed.withLock {
            queues[sender * parties + receiver].append(words)
            changed.broadcast()
        }
    }

    /// Waits for the next message. A party that failed ends the process, as a lost machine would.
    func receive(from sender: Int, by receiver: Int) -> [UInt32] {
        let queue = sender * parties + receiver
        return changed.withLock {
            while queues[queue].isEmpty {
                precondition(!someoneFailed, "a party that others wait for has failed")
                changed.wait()
            }
            return queues[queue].removeFirst()
        }
    }

    func fail() {
        changed.withLock {
            someoneFailed = true
            changed.broadcast()
        }
    }
}

/// Parties that share no memory: what one has of another's shards has come as a message. Each has a thread here, and
/// would be a process elsewhere.
// Sendable is unchecked because each party's thread alone uses its exchange.
final class MessageExchange: ShardExchange, @unchecked Sendable {
    private let party: Int
    private let mail: Mailboxes
    private var carry = Buffer(count: 0)

    /// Words of a sum that are handed on at once, so that one party adds while the next one does.
    private static let pieceWords = 1000

    init(_ party: Int, _ mail: Mailboxes) {
        self.party = party
        self.mail = mail
    }

    private var last: Int { mail.parties - 1 }

    private func send(_ words: [UInt32], to receiver: Int) {
        mail.send(words, from: party, to: receiver)
    }

    private func receive(from sender: Int) -> [UInt32] {
        mail.receive(from: sender, by: party)
    }

    private func sendToOthers(_ words: [UInt32]) {
        for other in 0..<mail.parties where other != party { send(words, to: other) }
    }

    var isShared: Bool { true }

    func part(of count: Int) -> Range<Int> { part(of: count, for: party) }

    private func part(of count: Int, for party: Int) -> Range<Int> {
        party * count / mail.parties..<(party + 1) * count / mail.parties
    }

    func gather(_ table: Buffer, width: Int) {
        func words(of party: Int) -> Range<Int> {
            let rows = part(of: table.count / width, for: party)
            return rows.lowerBound * width..<rows.upperBound * width
        }
        sendToOthers(table.bits(words(of: party)))
        for other in 0..<mail.parties where other != party {
            table.write(receive(from: other), at: words(of: other).lowerBound)
        }
    }

    func sum(_ shards: [Buffer], words: Int) -> [Buffer] {
        if carry.count < words { carry = Buffer(count: words) }
        let pieces = stride(from: 0, to: words, by: Self.pieceWords).map {
            $0..<min($0 + Self.pieceWords, words)
        }
        for piece in pieces {
            // Empty before the first shard.
            var left = party > 0 ? receive(from: party - 1) : []
            var toAdd = shards
            if !left.isEmpty {
                carry.write(left, at: piece.lowerBound)
                toAdd.insert(carry, at: 0)
            } else if let first = shards.first {
                carry.write(first.bits(piece), at: piece.lowerBound)
                toAdd[0] = carry
            }
            if !shards.isEmpty {
                _ = sumShards(toAdd, piece)
                left = carry.bits(piece)
            }
            if party == last { sendToOthers(left) } else { send(left, to: party + 1) }
        }
        if party != last {
            for piece in pieces { carry.write(receive(from: last), at: piece.lowerBound) }
        }
        return [carry]
    }

    func fold(_ rows: TouchedRows, addOwn: () -> Void) {
        if party > 0 { rows.replace(with: receive(from: party - 1)) }
        addOwn()
        if party == last {
            sendToOthers(rows.message)
        } else {
            send(rows.message, to: party + 1)
            rows.replace(with: receive(from: last))
        }
    }

    func first<Answer: Codable & Sendable>(_ answer: Answer?) -> Answer? {
        // An answer that cannot be written or read is a mistake in the test.
        let own = answer.map { answer in
            guard let text = try? JSONEncoder().encode([answer]) else {
                preconditionFailure("\(answer) cannot be written")
            }
            return text.map(UInt32.init)
        }
        sendToOthers(own ?? [])
        let all = (0..<mail.parties).map { $0 == party ? own ?? [] : receive(from: $0) }
        guard let first = all.first(where: { !$0.isEmpty }) else { return nil }
        let text = Data(first.map { UInt8($0) })
        guard let read = try? JSONDecoder().decode([Answer].self, from: text) else {
            preconditionFailure("a message cannot be read")
        }
        return read.first
    }
}

extension MessageExchange {
    /// Runs parties side by side.
    ///
    /// - Returns: What each came to, in their order.
    static func together<Result: Sendable>(
        _ parties: Int, _ body: @escaping @Sendable (_ party: Int, MessageExchange) throws -> Result
    ) throws -> [Result] {
        let mail = Mailboxes(parties: parties)
        let ends = Ends<Result>(parties)
        for party in 0..<parties {
            // A queue's threads may be fewer than those who wait for one another.
            Thread {
                do {
                    ends.set(.success(try body(party, MessageExchange(party, mail))), party)
                } catch {
                    ends.set(.failure(error), party)
                    mail.fail()
                }
            }.start()
        }
        return try ends.all().map { try $0.get() }
    }
}

/// What parties come to.
// Sendable is unchecked because the ends are read and written under the lock only.
private final class Ends<Value: Sendable>: @unchecked Sendable {
    private let changed = NSCondition()
    private var ends: [Result<Value, any Error>?]

    init(_ count: Int) { ends = Array(repeating: nil, count: count) }

    func set(_ end: Result<Value, any Error>, _ party: Int) {
        changed.withLock {
            ends[party] = end
            changed.broadcast()
        }
    }

    /// Waits for all.
    func all() -> [Result<Value, any Error>] {
        changed.withLock {
            while ends.contains(where: { $0 == nil }) { changed.wait() }
            return ends.compactMap { $0 }
        }
    }
}

extension TouchedRows {
    /// How many, which, and their sums.
    fileprivate var message: [UInt32] {
        [UInt32(touched.count)] + touched.map(UInt32.init)
            + touched.flatMap { sums.bits(Int($0) * width..<(Int($0) + 1) * width) }
    }

    fileprivate func replace(with message: [UInt32]) {
        clear()
        let count = Int(message[0])
        for place in 0..<count {
            let row = Int(message[1 + place])
            touch(row)
            let start = 1 + count + place * width
            sums.write(Array(message[start..<start + width]), at: row * width)
        }
    }
}

extension Buffer {
    fileprivate func bits(_ range: Range<Int>) -> [UInt32] { floats(range).map(\.bitPattern) }

    fileprivate func write(_ bits: [UInt32], at start: Int) {
        for (place, word) in bits.enumerated() { self[start + place] = Float(bitPattern: word) }
    }
}
