import TensorCore

/// TypiClust: the most typical row of each cluster that no labelled row covers, the largest clusters first.
///
/// As many clusters are made as there are labelled rows and rows to take together, at most 200. A row is typical
/// where it is near to its neighbours: `1 / mean distance to the 20 nearest of its cluster`.
///
/// Where this differs from its source: clusters are made of at most 3,000 rows, evenly spread over the pool, in the
/// model's hidden features, since no features were learned without labels.
///
/// - Source: Hacohen et al. 2022, arXiv:2202.02794.
struct TypicalRows {
    private static let (mostRows, mostClusters, rounds, neighbors) = (3_000, 200, 10, 20)

    /// Rows of the pool, the best first.
    let order: [Int]

    init(_ pool: SelectionPool, _ isOpen: [Bool], count: Int, seed: UInt64) {
        let open = (0..<pool.rows).filter { isOpen[$0] }
        let step = max(1, (open.count + Self.mostRows - 1) / Self.mostRows)
        let used = stride(from: 0, to: open.count, by: step).map { open[$0] }
        let labelled = pool.width > 0 ? pool.labelled.count / pool.width : 0
        let labelledUsed = min(labelled, Self.mostRows)
        let clusters = min(labelledUsed + count, Self.mostClusters, used.count + labelledUsed)
        guard clusters > 0, !used.isEmpty, pool.width > 0 else {
            order = used
            return
        }
        var points: [Float] = []
        for row in used { points += pool.features[row * pool.width..<(row + 1) * pool.width] }
        points += pool.labelled[..<(labelledUsed * pool.width)]
        let means = KMeans(
            points, width: pool.width, clusters: clusters, rounds: Self.rounds, seed: seed)
        var members = [[Int]](repeating: [], count: clusters)
        var covered = [Int](repeating: 0, count: clusters)
        for (point, cluster) in means.assigned.enumerated() {
            if point < used.count {
                members[cluster].append(used[point])
            } else {
                covered[cluster] += 1
            }
        }
        var lists = members.map { Self.byTypicality($0, pool) }
        var order: [Int] = []
        // The cluster with the fewest labels next, of those the one with the most rows.
        while let cluster = lists.indices.filter({ !lists[$0].isEmpty }).min(by: {
            (covered[$0], -lists[$0].count, $0) < (covered[$1], -lists[$1].count, $1)
        }) {
            order.append(lists[cluster].removeFirst())
            covered[cluster] += 1
        }
        self.order = order
    }

    private static func byTypicality(_ rows: [Int], _ pool: SelectionPool) -> [Int] {
        // Typicality among at most 300 rows of a cluster: distances are between all pairs.
        let step = max(1, (rows.count + 299) / 300)
        let seen = stride(from: 0, to: rows.count, by: step).map { rows[$0] }
        let scored = seen.map { row in
            let nearest = seen.filter { $0 != row }.map { pool.squaredDistance(row, $0) }.sorted()
                .prefix(neighbors)
            let mean = nearest.reduce(0) { $0 + $1.squareRoot() } / Double(max(nearest.count, 1))
            return (row, 1 / ((mean + 1e-12) * pool.cost(row)))
        }
        let rest = Set(rows).subtracting(seen).sorted()
        return scored.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0) + rest
    }
}

/// Lloyd's algorithm from seeds of k-means++.
///
/// - Complexity: O(rounds · points · clusters · width).
/// - Source: Arthur & Vassilvitskii 2007, k-means++, SODA.
struct KMeans {
    /// The cluster of each point.
    private(set) var assigned: [Int]

    init(_ points: [Float], width: Int, clusters: Int, rounds: Int, seed: UInt64) {
        let count = points.count / width
        let random = CounterRandom(seed: seed, name: "clusters")
        func squared(_ point: Int, _ centers: [Float], _ center: Int) -> Float {
            var sum: Float = 0
            for column in 0..<width {
                let step = points[point * width + column] - centers[center * width + column]
                sum += step * step
            }
            return sum
        }
        var centers = [Float](points[..<width])
        var nearest = (0..<count).map { squared($0, centers, 0) }
        for center in 1..<max(clusters, 2) where center < clusters {
            let total = nearest.reduce(0.0) { $0 + Double($1) }
            var left = random.uniform(index: UInt64(center)) * total
            var pick = count - 1
            for point in 0..<count {
                left -= Double(nearest[point])
                if left <= 0 {
                    pick = point
                    break
                }
            }
            centers += points[pick * width..<(pick + 1) * width]
            for point in 0..<count {
                nearest[point] = min(nearest[point], squared(point, centers, center))
            }
        }
        assigned = [Int](repeating: 0, count: count)
        for _ in 0..<rounds {
            var changed = false
            for point in 0..<count {
                var (best, least) = (0, Float.infinity)
                for center in 0..<clusters {
                    let distance = squared(point, centers, center)
                    if distance < least { (best, least) = (center, distance) }
                }
                if assigned[point] != best { changed = true }
                assigned[point] = best
            }
            guard changed else { break }
            var sums = [Float](repeating: 0, count: clusters * width)
            var counts = [Float](repeating: 0, count: clusters)
            for point in 0..<count {
                counts[assigned[point]] += 1
                for column in 0..<width {
                    sums[assigned[point] * width + column] += points[point * width + column]
                }
            }
            for center in 0..<clusters where counts[center] > 0 {
                for column in 0..<width {
                    centers[center * width + column] =
                        sums[center * width + column] / counts[center]
                }
            }
        }
    }
}
