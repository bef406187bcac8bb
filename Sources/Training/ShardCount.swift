package import GraphIR

/// How many shards a batch is cut into. Threads and machines have no part in it: the weights' bits belong to this number.
extension Trainer {
    /// A shard's products are worth a worker from this many rows that each use every weight once.
    private static let minimumShardUses = 64.0
    private static let minimumStatisticRows = 64
    /// By the rule; more may be asked for.
    private static let mostByRule = 16

    /// The shards of a batch: by what a row costs, and never by the number of threads. The price of a
    /// graph that mixes rows is that it has one.
    ///
    /// A shard leaves gradients of all weights behind, which must be added up. So it pays where its
    /// rows use each weight often: a row of a perceptron once, one of an ensemble that shares its
    /// layers once a member, one of a convolution once a place.
    ///
    /// Where rows influence one another, through sums over shards or as a shard's statistics, the shards
    /// have equally many, since the rows that would fill the last one up belong to no batch; a shard of
    /// statistics of its own has at least 64 where the batch has as many: those of a few rows are mostly
    /// noise.
    package static func shardCount(_ graph: Graph, batch: Int) -> Int {
        if graph.mixesRows { return 1 }
        let uses = Double(batch) * graph.weightUsesPerRow
        let most = max(1, min(Int(uses / minimumShardUses), batch, mostByRule))
        guard graph.needsEqualShards else { return most }
        let few = graph.hasShardStatistics ? min(most, batch / minimumStatisticRows) : most
        return (1...max(1, few)).last { batch.isMultiple(of: $0) } ?? 1
    }

    /// The shards of a batch where a number is asked for: that one, or one a row where a batch has fewer rows.
    ///
    /// - Parameter asked: 1 or more; `nil` for the rule.
    /// - Throws: where the graph cannot be cut so.
    package static func shardCount(
        _ graph: Graph, batch: Int, asked: Int?
    ) throws(GraphError) -> Int {
        guard let asked else { return shardCount(graph, batch: batch) }
        func refusal(_ problem: String) -> GraphError {
            GraphError(
                node: "a batch of \(batch) rows", problem: problem,
                location: "the settings ask for \(asked) shards")
        }
        let count = min(max(asked, 1), batch)
        if graph.mixesRows, count > 1 {
            throw refusal("its rows influence one another, so that it is one shard")
        }
        if graph.needsEqualShards, !batch.isMultiple(of: count) {
            throw refusal(
                "it has norms over rows and so shards of equal size, which \(count) do not give")
        }
        return count
    }
}

extension Graph {
    /// Whether rows that fill a last shard up would count.
    fileprivate var needsEqualShards: Bool { hasShardStatistics || hasSumsOverShards }
}
