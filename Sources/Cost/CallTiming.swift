package import Statistics

/// Times calls by a clock, in blocks that each last long enough for a clock's ticks to be nothing.
///
/// A first block, which warms caches and tells how long a call takes, is thrown away; from then on the number of calls is
/// fixed, as one that ended by the clock would end with the calls that a busy machine made long. A block's value is the
/// median of its calls.
package struct CallTiming: Sendable {
    /// Fewer where a call alone takes longer than a block.
    package var blocks = 20
    package var secondsPerBlock = 0.002
    /// Of all blocks of one model, warming up included; a call that takes longer is timed `fewestBlocks` times even so.
    package var mostSeconds = 0.2
    /// A clock in seconds that never goes back.
    package var now: @Sendable () -> Double

    private static let fewestBlocks = 5

    package init(now: @escaping @Sendable () -> Double) { self.now = now }

    /// Seconds of a call, one value a block.
    package func blocks(_ call: () throws -> Void) throws -> RepeatBlocks {
        let plan = try plan(call)
        return RepeatBlocks(
            try (0..<plan.blocks).map { _ in try median(of: plan.calls, call) })
    }

    /// Of two, which take turns in each block: first, second, second, first. A pace that rises or falls evenly meets both
    /// alike, so that the difference of a block's values is free of it.
    package func turns(
        _ first: () throws -> Void, _ second: () throws -> Void
    ) throws -> (first: RepeatBlocks, second: RepeatBlocks) {
        let plans = [try plan(first), try plan(second)]
        let blocks = plans.map(\.blocks).min() ?? Self.fewestBlocks
        var values: (first: [Double], second: [Double]) = ([], [])
        for _ in 0..<blocks {
            let before = try median(of: plans[0].calls, first)
            let turn = [
                try median(of: plans[1].calls, second), try median(of: plans[1].calls, second),
            ]
            let after = try median(of: plans[0].calls, first)
            values.first.append((before + after) / 2)
            values.second.append((turn[0] + turn[1]) / 2)
        }
        return (RepeatBlocks(values.first), RepeatBlocks(values.second))
    }

    /// - Returns: How many blocks of how many calls, by the median of the calls of a first block.
    private func plan(_ call: () throws -> Void) throws -> (blocks: Int, calls: Int) {
        let start = now()
        var seconds: [Double] = []
        repeat {
            seconds.append(try timed(call))
        } while now() - start < secondsPerBlock
        let usual = max(Self.median(of: &seconds), 1e-9)
        let count = max(1, Int(secondsPerBlock / usual))
        let room = mostSeconds / (Double(count) * usual)
        return (max(Self.fewestBlocks, min(blocks, Int(min(room, 1e6)))), count)
    }

    /// Seconds of one of so many calls.
    private func median(of count: Int, _ call: () throws -> Void) rethrows -> Double {
        var seconds: [Double] = []
        seconds.reserveCapacity(count)
        for _ in 0..<count { seconds.append(try timed(call)) }
        return Self.median(of: &seconds)
    }

    private func timed(_ call: () throws -> Void) rethrows -> Double {
        let start = now()
        try call()
        return now() - start
    }

    private static func median(of values: inout [Double]) -> Double {
        values.sort()
        return (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
    }
}
