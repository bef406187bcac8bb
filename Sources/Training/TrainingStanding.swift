import CPURuntime
import Kernels

/// Where a training stands, as one of those who share it sees it: numbers that everybody has for himself and that
/// decide how it goes on. They are equal as long as program, data and kind of processor are.
struct TrainingStanding: Codable, Hashable, Sendable {
    private var step: Int
    private var epochsSinceBest: Int
    /// As bits, since a loss may be infinite.
    private var validationLoss: UInt64?
    private var bestLoss: UInt64
    /// A digest of the parameters' bits.
    private var parameters: UInt64

    init(
        step: Int, validationLoss: Double?, bestLoss: Double, epochsSinceBest: Int,
        parameters: Buffer
    ) {
        self.step = step
        self.epochsSinceBest = epochsSinceBest
        self.validationLoss = validationLoss?.bitPattern
        self.bestLoss = bestLoss.bitPattern
        self.parameters = Self.digest(parameters)
    }

    /// FNV-1a, word by word.
    ///
    /// - Source: Fowler, Noll, Vo & Eastlake, draft-eastlake-fnv.
    private static func digest(_ buffer: Buffer) -> UInt64 {
        buffer.withFloats(0..<buffer.count) { words in
            var digest: UInt64 = 0xcbf2_9ce4_8422_2325
            for index in words.indices {
                digest = (digest ^ UInt64(words[index].bitPattern)) &* 0x100_0000_01b3
            }
            return digest
        }
    }

    /// - Throws: everywhere, where somebody stands elsewhere than the first.
    func check(_ exchange: any ShardExchange) throws(TrainingFailure) {
        let complaint = exchange.first(self).flatMap { difference(from: $0) }
        if let complaint = exchange.first(complaint) {
            throw TrainingFailure(
                description: "those who train together differ after step \(complaint). "
                    + "Program, files, options and kind of processor must be the same everywhere")
        }
    }

    private func difference(from first: TrainingStanding) -> String? {
        guard self != first else { return nil }
        if step != first.step { return "\(first.step), as one stands at step \(step)" }
        return "\(step): one has other "
            + (parameters == first.parameters ? "validation losses" : "parameters")
            + " than the first"
    }
}
