import Autodiff
import GraphIR
package import Kernels
import TensorCore

/// Where a shard leaves its gradients, looked-up rows, new states and loss.
package struct ResultsLayout: Sendable {
    /// A sparse gradient: rows to add at indices of one table.
    package struct SparseRows: Sendable {
        package var entry: ParameterLayout.Entry
        package var indices: Region
        package var rows: Region
        package var count: Int
        package var width: Int
        /// Indices of one row of the batch, which follow those of the row before; `nil` where the lookup is none of rows.
        var countPerRow: Int?
    }

    package let words: Int
    package let loss: Region
    package let sparse: [SparseRows]
    /// New values of state parameters.
    package let states: [(entry: ParameterLayout.Entry, region: Region)]
    /// New states and the loss: a few words, of which everybody needs each shard's.
    let small: Region
    let placements: [(value: Value, region: Region)]

    init(_ differentiated: DifferentiatedGraph, layout: ParameterLayout, rows: Int) {
        let graph = differentiated.graph
        var placements: [(value: Value, region: Region)] = []
        // Dense gradients lie as the parameters do, so that the optimizer walks both at once.
        var offset = layout.denseCount
        func place(_ value: Value) -> Region {
            let count = graph[value].shape.count(rows: rows)
            let region = Region(space: .results, offset: offset, count: count)
            offset += (count + 15) / 16 * 16
            placements.append((value, region))
            return region
        }
        var sparse: [SparseRows] = []
        for entry in layout.entries {
            switch differentiated.gradients[entry.spec.name] {
            case .dense(let value):
                placements.append(
                    (value, Region(space: .results, offset: entry.offset, count: entry.count)))
            case .rows(let lookups):
                for lookup in lookups {
                    let shape = graph[lookup.indices].shape
                    let count = shape.count(rows: rows)
                    sparse.append(
                        SparseRows(
                            entry: entry, indices: place(lookup.indices),
                            rows: place(lookup.rows), count: count,
                            width: entry.count / entry.spec.shape[0].count(rows: 0),
                            countPerRow: shape.rowAxis == 0 ? count / rows : nil))
                }
            case nil: break
            }
        }
        let smallStart = offset
        var states: [(entry: ParameterLayout.Entry, region: Region)] = []
        for entry in layout.entries where entry.spec.role == .state {
            if let value = graph.updates[entry.spec.name] { states.append((entry, place(value))) }
        }
        loss = place(differentiated.loss)
        self.sparse = sparse
        self.states = states
        self.placements = placements
        words = offset
        small = Region(space: .results, offset: smallStart, count: offset - smallStart)
    }
}
