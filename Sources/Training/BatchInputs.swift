package import CPURuntime
import Kernels

/// Where a plan's inputs lie, looked up once.
package struct BatchInputs: Sendable {
    private let rows: Int
    let numeric: Region?
    private let categories: Region?
    private let label: Region?
    private let weight: Region?

    package init(_ plan: Plan) {
        rows = plan.rows
        numeric = plan.inputs["numeric"]
        categories = plan.inputs["categories"]
        label = plan.inputs["label"]
        weight = plan.inputs["weight"]
    }

    /// Copies rows into an executor; rows that the batch lacks weigh nothing.
    package func fill(
        _ executor: Executor, from data: EncodedData, rows chosen: some Collection<Int>,
        weightShare: Float = 1
    ) {
        let arena = executor.arena
        func copy(_ source: Buffer, width: Int, to region: Region?) {
            guard let region else { return }
            var target = region.offset
            for row in chosen {
                arena.copy(from: source, at: row * width, to: target, count: width)
                target += width
            }
        }
        copy(data.numeric, width: data.numericWidth, to: numeric)
        copy(data.categories, width: data.categoryWidth, to: categories)
        copy(data.labels, width: 1, to: label)
        guard let weight else { return }
        arena.fill(weight.range, with: 0)
        var target = weight.offset
        for row in chosen {
            arena[target] = data.weights[row] * weightShare
            target += 1
        }
    }
}
