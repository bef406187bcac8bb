package import CPURuntime
import GraphIR
package import Kernels

/// Where a plan's inputs lie, looked up once.
package struct BatchInputs: Sendable {
    private let rows: Int
    let numeric: Region?
    let categories: Region?
    private let label: Region?
    private let weight: Region?
    /// `[rows, 2]`, where rows are pairs.
    private let share: Region?
    /// `[rows, width]`, where a `GroupPenalty` gives each row numbers.
    private let penalty: Region?

    package init(_ plan: Plan) {
        rows = plan.rows
        numeric = plan.inputs[.numeric]
        categories = plan.inputs[.categories]
        label = plan.inputs[.label]
        weight = plan.inputs[.weight]
        share = plan.inputs[.share]
        penalty = plan.inputs[.penalty]
    }

    /// Copies rows into an executor; rows that the batch lacks weigh nothing.
    package func fill(
        _ executor: Executor, from data: EncodedData, rows chosen: some Collection<Int>,
        weightShare: Float = 1, penalties: Buffer? = nil
    ) {
        if let penalty, let penalties {
            executor.arena.fill(penalty.range, with: 0)
            copyRows(
                chosen, of: penalties, width: penalty.count / rows, to: penalty,
                in: executor.arena)
        }
        copy(chosen, of: data, to: executor.arena)
        copyRows(chosen, of: data.labels, width: 1, to: label, in: executor.arena)
        fillWeights(executor.arena, from: data, rows: chosen, weightShare: weightShare)
    }

    /// Copies pairs of rows, with the shares in which they are mixed; a pair weighs what its first row does.
    func fill(
        _ executor: Executor, from data: EncodedData, pairs: BatchPairs, mixing: PairMixing,
        step: Int, weightShare: Float
    ) {
        let arena = executor.arena
        copy(pairs, of: data, to: arena)
        fillWeights(arena, from: data, rows: pairs.firsts, weightShare: weightShare)
        guard let share, let label else { return }
        let hasTwoLabels = label.count == 2 * rows
        if hasTwoLabels { copyRows(pairs, of: data.labels, width: 1, to: label, in: arena) }
        for pair in 0..<pairs.firsts.count {
            let (first, second) = (pairs[2 * pair], pairs[2 * pair + 1])
            let part = mixing.share(step: step, row: first)
            arena[share.offset + 2 * pair] = part
            arena[share.offset + 2 * pair + 1] = 1 - part
            if !hasTwoLabels {
                arena[label.offset + pair] =
                    part * data.labels[first] + (1 - part) * data.labels[second]
            }
        }
    }

    private func copy(_ chosen: some Collection<Int>, of data: EncodedData, to arena: Buffer) {
        copyRows(chosen, of: data.numeric, width: data.numericWidth, to: numeric, in: arena)
        copyRows(
            chosen, of: data.categories, width: data.categoryWidth, to: categories, in: arena)
    }

    private func copyRows(
        _ chosen: some Collection<Int>, of source: Buffer, width: Int, to region: Region?,
        in arena: Buffer
    ) {
        guard let region else { return }
        var target = region.offset
        for row in chosen {
            arena.copy(from: source, at: row * width, to: target, count: width)
            target += width
        }
    }

    private func fillWeights(
        _ arena: Buffer, from data: EncodedData, rows chosen: some Collection<Int>,
        weightShare: Float
    ) {
        guard let weight else { return }
        arena.fill(weight.range, with: 0)
        var target = weight.offset
        for row in chosen {
            arena[target] = data.weights[row] * weightShare
            target += 1
        }
    }
}
