import CPURuntime
import GraphIR
import Kernels
import Synchronization
import TensorCore

/// Runs a function of points and its gradient over many points, and adds up what a method makes of them.
///
/// Points belong to units, such as a row with its steps between a reference and itself. They are computed in
/// batches spread over the workers, made as they are needed and never all in memory. What a batch adds to its units
/// is put in order afterwards, so that the number of threads changes no bit.
final class GradientEngine: Sendable {
    /// Numbers that are given for a point.
    let inputWidth: Int
    /// Numbers of its gradient; 0 where none is taken.
    let width: Int
    private let graph: Graph
    private let layout: ParameterLayout
    private let parameters: Buffer
    private let pool: WorkerPool
    private let batchRows: Int
    private let full: [Executor]
    /// For batches that are not full, by their rows.
    private let partial = Mutex<[Int: Executor]>([:])
    private let noResults = Buffer(count: 0)

    /// The most points of a batch.
    private static let mostRows = 256
    /// Batches between two times that their sums are put in order.
    private static let wave = 64

    /// - Parameters:
    ///   - graph: Input `points`, output `attributed`, and `gradient` where one is wanted.
    ///   - parameters: Laid out as `layout`.
    ///   - memoryLimit: Bytes for what is computed at once; it cuts batches, and then threads.
    /// - Throws: where the limit is too small for a single point.
    init(
        _ graph: Graph, layout: ParameterLayout, parameters: Buffer, threads: Int, memoryLimit: Int
    ) throws(AttributionError) {
        self.graph = graph
        self.layout = layout
        self.parameters = parameters
        inputWidth = graph.inputs[.points].map { graph[$0].shape.count(rows: 1) } ?? 0
        width = graph.outputs[.gradient].map { graph[$0].shape.count(rows: 1) } ?? 0
        var rows = Self.mostRows
        var plan = Self.plan(graph, layout, rows)
        // A batch and its remainder have memory of their own.
        while 2 * Self.bytes(plan) > memoryLimit {
            guard rows > 1 else {
                throw AttributionError(
                    "explaining rows",
                    "a single point needs \(2 * Self.bytes(plan)) bytes, more than the memory limit of "
                        + "\(memoryLimit)",
                    "Raise the limit")
            }
            rows /= 2
            plan = Self.plan(graph, layout, rows)
        }
        batchRows = rows
        let workers = max(1, min(threads, memoryLimit / max(Self.bytes(plan), 1) - 1))
        pool = WorkerPool(threads: workers)
        let shared = plan
        full = (0..<workers).map { _ in Executor(shared) }
    }

    private static func plan(_ graph: Graph, _ layout: ParameterLayout, _ rows: Int) -> Plan {
        let outputs = [OutputPort.attributed, .gradient].filter { graph.outputs[$0] != nil }
        return Plan(graph, outputs: outputs, rows: rows, parameters: layout)
    }

    private static func bytes(_ plan: Plan) -> Int { 4 * plan.arenaWords }

    /// Writes a point's numbers: unit, point of the unit, where.
    typealias Fill = @Sendable (_ unit: Int, _ point: Int, inout MutableSpan<Float>) -> Void
    /// Adds what a point gives to its unit's sums, which begin at a place.
    typealias Collect =
        @Sendable (Given, Span<Float>, inout MutableSpan<Double>, _ start: Int) -> Void

    /// A point whose gradient is at hand.
    struct Given: Sendable {
        var unit: Int
        /// Of the unit.
        var point: Int
        /// The function's value there.
        var value: Double
    }

    /// Sums of each unit, side by side.
    ///
    /// - Parameters:
    ///   - points: Of a unit.
    ///   - slots: Sums of a unit; they start at 0.
    func sums(
        units: Int, points: Int, slots: Int, fill: Fill, collect: Collect
    ) -> [Double] {
        var result = [Double](repeating: 0, count: units * slots)
        let total = units * points
        let batches = (total + batchRows - 1) / batchRows
        // Made here, since a worker must not make what others may use.
        let last = total % batchRows == 0 ? nil : partialExecutor(for: total % batchRows)
        for begin in stride(from: 0, to: batches, by: Self.wave) {
            let count = min(Self.wave, batches - begin)
            let found = Mutex([[Double]](repeating: [], count: count))
            pool.run(items: count) { worker, item in
                let first = (begin + item) * batchRows
                let range = first..<min(first + batchRows, total)
                let executor = range.count == self.batchRows ? nil : last
                let own = self.batch(
                    range, executor ?? self.full[worker], points: points, slots: slots, fill: fill,
                    collect: collect)
                found.withLock { $0[item] = own }
            }
            let parts = found.withLock { $0 }
            for (item, part) in parts.enumerated() {
                let start = (begin + item) * batchRows / points * slots
                for (offset, value) in part.enumerated() { result[start + offset] += value }
            }
        }
        return result
    }

    /// What a batch of points adds to the units that they belong to.
    private func batch(
        _ range: Range<Int>, _ executor: Executor, points: Int, slots: Int, fill: Fill,
        collect: Collect
    ) -> [Double] {
        let arena = executor.arena
        guard let input = executor.plan.inputs[.points],
            let output = executor.plan.outputs[.attributed], output.space == .arena
        else { preconditionFailure("the graph has no points and no value in the arena") }
        let slope = executor.plan.outputs[.gradient]
        for (place, index) in range.enumerated() {
            let start = input.offset + place * inputWidth
            arena.withMutableFloats(start..<start + inputWidth) { span in
                fill(index / points, index % points, &span)
            }
        }
        // Points that the batch lacks are the first again: what they give is not read.
        for place in range.count..<executor.plan.rows {
            arena.copy(
                from: arena, at: input.offset, to: input.offset + place * inputWidth,
                count: inputWidth)
        }
        executor.run(parameters: parameters, results: noResults)
        let values = arena.floats(output.offset..<output.offset + range.count)
        let gradients =
            slope.map { arena.floats($0.offset..<$0.offset + range.count * width) } ?? []
        let firstUnit = range.lowerBound / points
        let units = (range.upperBound - 1) / points - firstUnit + 1
        var sums = [Double](repeating: 0, count: units * slots)
        let all = gradients.span
        var into = sums.mutableSpan
        for (place, index) in range.enumerated() {
            let unit = index / points
            let start = (unit - firstUnit) * slots
            let given = Given(
                unit: unit, point: index % points, value: Double(values[place]))
            collect(given, all.extracting(place * width..<(place + 1) * width), &into, start)
        }
        return sums
    }

    /// An executor for at least so many points, one for each power of two; a run has one such batch, its last.
    private func partialExecutor(for count: Int) -> Executor? {
        var rows = 1
        while rows < count { rows *= 2 }
        guard rows < batchRows else { return nil }
        return partial.withLock { known in
            if let executor = known[rows] { return executor }
            // One is kept: the memory limit counts on that.
            let executor = Executor(Self.plan(graph, layout, rows))
            known = [rows: executor]
            return executor
        }
    }
}
