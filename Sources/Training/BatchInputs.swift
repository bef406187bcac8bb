package import CPURuntime
package import GraphIR
package import Kernels

/// Where the inputs of a plan lie that a source's rows go to, looked up once.
package struct BatchInputs: Sendable {
    /// Where a block's rows stand.
    struct BlockPlace {
        /// Among the source's blocks.
        let block: Int
        let start: Int
        /// Numbers of a row.
        let width: Int
    }

    private let rows: Int
    private let blocks: [FeatureBlock]
    /// Where each block begins; `nil` where the plan does not read it.
    private let starts: [Int?]
    private let label: Region?
    private let weight: Region?
    /// `[rows, 2]`, where rows are pairs.
    private let share: Region?
    /// `[rows, width]`, where a `GroupPenalty` gives each row numbers.
    private let penalty: Region?

    package init(_ plan: Plan, blocks: [FeatureBlock]) {
        rows = plan.rows
        self.blocks = blocks
        starts = blocks.map { plan.inputs[$0.port]?.offset }
        label = plan.inputs[.label]
        weight = plan.inputs[.weight]
        share = plan.inputs[.share]
        penalty = plan.inputs[.penalty]
    }

    /// Where an input's block stands; `nil` where the source or the plan has none.
    func place(of port: InputPort) -> BlockPlace? {
        guard let block = blocks.firstIndex(where: { $0.port == port }), let start = starts[block]
        else { return nil }
        return BlockPlace(block: block, start: start, width: blocks[block].width)
    }

    /// Writes rows into an executor; rows that the batch lacks weigh nothing.
    ///
    /// - Parameter source: Of the blocks that were given.
    package func fill(
        _ executor: Executor, from source: any RowSource, rows chosen: ChosenRows,
        weightShare: Float = 1, penalties: Buffer? = nil
    ) {
        let arena = executor.arena
        if let penalty, let penalties {
            arena.fill(penalty.range, with: 0)
            chosen.copy(
                from: penalties, width: penalty.count / rows, to: penalty.offset, in: arena)
        }
        source.fill(arena, at: starts, rows: chosen)
        if let label {
            chosen.copy(
                from: source.labels, width: label.count / rows, to: label.offset, in: arena)
        }
        fillWeights(arena, from: source, rows: chosen, weightShare: weightShare)
    }

    /// Writes pairs of rows, with the shares in which they are mixed; a pair weighs what its first row does.
    func fill(
        _ executor: Executor, from source: any RowSource, pairs: BatchPairs, mixing: PairMixing,
        step: Int, weightShare: Float
    ) {
        let arena = executor.arena
        source.fill(arena, at: starts, rows: .pairs(pairs))
        fillWeights(arena, from: source, rows: .list(pairs.firsts), weightShare: weightShare)
        guard let share, let label else { return }
        let labels = source.labels
        let hasTwoLabels = label.count == 2 * rows
        if hasTwoLabels {
            ChosenRows.pairs(pairs).copy(from: labels, width: 1, to: label.offset, in: arena)
        }
        for pair in 0..<pairs.firsts.count {
            let (first, second) = (pairs[2 * pair], pairs[2 * pair + 1])
            let part = mixing.share(step: step, row: first)
            arena[share.offset + 2 * pair] = part
            arena[share.offset + 2 * pair + 1] = 1 - part
            if !hasTwoLabels {
                arena[label.offset + pair] = part * labels[first] + (1 - part) * labels[second]
            }
        }
    }

    private func fillWeights(
        _ arena: Buffer, from source: any RowSource, rows chosen: ChosenRows, weightShare: Float
    ) {
        guard let weight else { return }
        arena.fill(weight.range, with: 0)
        chosen.copy(from: source.weights, width: 1, to: weight.offset, in: arena)
        for place in weight.offset..<weight.offset + chosen.count { arena[place] *= weightShare }
    }
}
