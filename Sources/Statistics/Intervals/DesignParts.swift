package import TensorCore

extension SamplingDesign {
    /// Some of the rows, in the given order.
    package func selecting(_ chosen: [Int]) throws(StatisticsError) -> SamplingDesign {
        try SamplingDesign(
            rows: chosen.count, weights: isWeighted ? chosen.map { weights[$0] } : nil,
            clusters: clusters.map { clusters in chosen.map { Int32(clusters[$0]) } })
    }

    /// Rows of a first and of a second half that were drawn at random, ascending; clusters whole.
    package func halves(_ random: CounterRandom) -> (first: [Int], second: [Int]) {
        let clusters = clusters ?? Array(0..<rows)
        let count = (clusters.max() ?? -1) + 1
        var isFirst = Array(repeating: false, count: count)
        for cluster in random.permutation(of: count).prefix(count / 2) { isFirst[cluster] = true }
        let all = 0..<rows
        return (all.filter { isFirst[clusters[$0]] }, all.filter { !isFirst[clusters[$0]] })
    }
}
