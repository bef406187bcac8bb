package import Kernels

/// How those who run the shards of one batch put their parts together.
///
/// The numbers of a batch are sums over its shards in the order of the shards, never in that of who was ready first and
/// never as a tree: so a training has the same bits wherever its shards are run. One that runs all of them has a
/// `LocalExchange`. Where several parties share a training, each runs a range of the shards in memory of its own, in the
/// order of the parties, and holds all parameters, the optimizer's moments and the rows' order; what they pass on is:
///
/// | what | how | when |
/// |---|---|---|
/// | sums inside the graph, such as batch norm's; losses; new states | each shard's words to all (`gather`) | at each wait, and once a step |
/// | dense gradients | a sum handed along the parties, piece by piece (`sum`) | once a step |
/// | gradients of rows that were looked up | the rows so far, handed along (`fold`) | once a step and lookup |
/// | decisions: to stop, that a number is not finite | the first that somebody has (`first`) | after each step |
///
/// Every party makes the same calls in the same order, so that a call may wait for the others. One that loses them
/// cannot go on, nor can they: it ends its process, saying whom it lost.
package protocol ShardExchange: Sendable {
    /// Whether others run shards too.
    var isShared: Bool { get }

    /// The shards that are run here, of `count` of a batch; perhaps none.
    ///
    /// - Returns: One part of `0..<count`, which the parties' parts, one after another, make up.
    func part(of count: Int) -> Range<Int>

    /// Gives everybody each shard's words.
    ///
    /// - Parameters:
    ///   - table: `[shards, width]`; rows of shards that are run here are filled, the others are when it returns.
    ///   - width: More than 0.
    func gather(_ table: Buffer, width: Int)

    /// Adds words of all shards, in the order of the shards.
    ///
    /// - Parameters:
    ///   - shards: Those that are run here; the first may be overwritten.
    ///   - words: `0..<words` of each.
    /// - Returns: What is left to add here: one or more buffers whose words, added in this order, are the sum over all
    ///   shards; the first may be overwritten until the next call.
    func sum(_ shards: [Buffer], words: Int) -> [Buffer]

    /// Hands a sum of table rows along all parties, in the order of their shards.
    ///
    /// - Parameters:
    ///   - rows: What is known before, the same everywhere; at last the sum with everybody's.
    ///   - addOwn: Adds those of the shards that are run here to `rows`, which then holds what earlier shards left.
    func fold(_ rows: TouchedRows, addOwn: () -> Void)

    /// The answer of the first party, in the order of their shards, that has one.
    func first<Answer: Codable & Sendable>(_ answer: Answer?) -> Answer?
}

/// All shards are run here, by threads that share their memory; nothing is passed on.
package struct LocalExchange: ShardExchange {
    package init() {}

    package var isShared: Bool { false }

    package func part(of count: Int) -> Range<Int> { 0..<count }

    package func gather(_ table: Buffer, width: Int) {}

    package func sum(_ shards: [Buffer], words: Int) -> [Buffer] { shards }

    package func fold(_ rows: TouchedRows, addOwn: () -> Void) { addOwn() }

    package func first<Answer: Codable & Sendable>(_ answer: Answer?) -> Answer? { answer }
}
