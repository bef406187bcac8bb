import TensorCore

/// Keeps rows that are nearly the same out of one batch: the second label of such a pair tells little.
///
/// Two rows are near copies where their features are no farther apart than `share` of the median distance of two
/// rows of the pool that are not equal, estimated from pairs drawn at random.
struct NearCopies {
    static let share = 0.02
    private static let pairs = 2_000

    private let pool: SelectionPool
    private let reach: Double
    private(set) var taken: [Int] = []

    init(_ pool: SelectionPool, seed: UInt64) {
        self.pool = pool
        guard pool.rows > 1, pool.width > 0 else {
            reach = -1
            return
        }
        let random = CounterRandom(seed: seed, name: "near copies")
        var distances: [Double] = []
        for pair in 0..<Self.pairs {
            let first = random.integer(below: pool.rows, index: UInt64(2 * pair))
            let second = random.integer(below: pool.rows, index: UInt64(2 * pair + 1))
            let distance = pool.squaredDistance(first, second)
            if distance > 0 { distances.append(distance) }
        }
        distances.sort()
        reach = distances.isEmpty ? 0 : Self.share * Self.share * distances[distances.count / 2]
    }

    /// Whether a row of those that were taken is nearly this one.
    func holdsLike(_ row: Int) -> Bool {
        taken.contains { pool.squaredDistance($0, row) <= reach }
    }

    mutating func take(_ row: Int) { taken.append(row) }
}
