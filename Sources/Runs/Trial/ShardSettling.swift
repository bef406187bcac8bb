import Tables
import Training

extension Learner {
    /// With the recipe's line of how many shards a batch is cut into: by the network, so that it is settled after all else.
    ///
    /// It is that of the run's first training. The rule goes by what a row costs; pairs of columns, which are chosen later,
    /// have weights of their own that a row uses once, as those of columns.
    ///
    /// - Throws: where a batch cannot be cut as was asked.
    package func settlingShards() throws -> Learner {
        let rows = prepared.folds[0].train
        let batch = min(
            prepared.recipe.batchRows, prepared.epochRows(beside: rows.count))
        let asked = configuration.learning.shards
        if let asked, asked > batch {
            throw VouchError(setting: Settings.tooMany(asked, batchRows: batch))
        }
        let graph = try trainingGraph(try fairPenalty(training: rows, validation: nil))
        let count = try Trainer.shardCount(graph, batch: batch, asked: asked)
        var result = self
        result.prepared.recipe.shards = count
        result.prepared.recipe.settings.append(
            .init(
                option: Settings.shards.id, value: "\(count)",
                reason: asked == nil
                    ? "by what a row of this network costs, at most 16; another number, other bits"
                    : "asked for"))
        return result
    }
}
