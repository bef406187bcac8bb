package import Statistics

/// Times calls by a clock, in blocks that each last long enough for a clock's ticks to be nothing.
///
/// Each block times what was made anew for it: where a model lies in memory makes it some per cent faster or slower for as
/// long as it lies there, which would be no error of one model's times and a false difference between two. A first call
/// makes what is kept between calls, a first block then tells how long a call takes; both are thrown away. From then on
/// the number of calls is fixed, as one that ended by the clock would end with the calls that a busy machine made long. A
/// block's value is the median of its calls after one that finds the caches as others left them.
package struct CallTiming: Sendable {
    package typealias Call = () throws -> Void

    /// Fewer where a call alone takes longer than a block.
    package var blocks = 20
    package var secondsPerBlock = 0.002
    /// Of all blocks of one model; a call that takes longer is timed `fewestBlocks` times even so.
    package var mostSeconds = 0.2
    /// A clock in seconds that never goes back.
    package var now: @Sendable () -> Double

    private static let fewestBlocks = 5

    package init(now: @escaping @Sendable () -> Double) { self.now = now }

    /// Seconds of a call, one value a block.
    ///
    /// - Parameter call: What is timed, at another place in memory each time that it is made.
    package func blocks(_ call: () throws -> Call) throws -> RepeatBlocks {
        let plan = try plan(call())
        return RepeatBlocks(
            try (0..<plan.blocks).map { _ in try median(of: plan.calls, call()) })
    }

    /// Of two, which take turns in each block: first, second, second, first, and in every other block the other way
    /// round, beginning with which is made first. A pace that rises or falls evenly meets both alike, so that the
    /// difference of a block's values is free of it.
    ///
    /// - Parameters: What is timed, at another place in memory each time that it is made.
    package func turns(
        _ first: () throws -> Call, _ second: () throws -> Call
    ) throws -> (first: RepeatBlocks, second: RepeatBlocks) {
        let plans = [try plan(first()), try plan(second())]
        var values: [[Double]] = [[], []]
        for block in 0..<(plans.map(\.blocks).min() ?? Self.fewestBlocks) {
            let order = block % 2 == 0 ? [0, 1] : [1, 0]
            let made = try order.map { side in
                let call = try side == 0 ? first() : second()
                try call()
                return (side: side, call: call)
            }
            for side in order { values[side].append(0) }
            for (side, call) in made + made.reversed() {
                values[side][block] += try median(of: plans[side].calls, call) / 2
            }
        }
        return (RepeatBlocks(values[0]), RepeatBlocks(values[1]))
    }

    /// - Returns: How many blocks of how many calls, by the median of the calls of a first block.
    private func plan(_ call: Call) throws -> (blocks: Int, calls: Int) {
        try call()
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

    /// Seconds of one of so many calls, after one that warms up.
    private func median(of count: Int, _ call: Call) rethrows -> Double {
        try call()
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
