import CPURuntime
import GraphIR
import Kernels
import TensorCore
import Testing

/// What the kernels ask of their callers is checked, and what the pool promises holds.
@Suite struct KernelContractTests {
    private static func workspace(_ count: Int) -> Workspace {
        Workspace(
            arena: Buffer(count: count), parameters: Buffer(count: 0), results: Buffer(count: 0))
    }

    private static func region(_ offset: Int, _ count: Int) -> Region {
        Region(space: .arena, offset: offset, count: count)
    }

    /// Each item is done once, and a worker does one at a time.
    @Test(arguments: [1, 2, 3, 8]) func aPoolDoesEachItemOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        let counts = Buffer(count: 40)
        let busy = Buffer(count: threads)
        let clashes = Buffer(count: threads)
        for round in 0..<3000 {
            pool.run(items: round % 41) { worker, item in
                if busy[worker] != 0 { clashes[worker] += 1 }
                busy[worker] = 1
                counts[item] += 1
                busy[worker] = 0
            }
        }
        for item in 0..<40 {
            let expected = (0..<3000).count { $0 % 41 > item }
            #expect(counts[item] == Float(expected), "item \(item)")
        }
        #expect(clashes.floats(0..<threads).allSatisfy { $0 == 0 })
    }

    @Test func poolsComeAndGo() {
        // Often enough that a pool ends at every moment of its workers' way back to sleep.
        for round in 0..<3000 {
            let pool = WorkerPool(threads: 1 + round % 4)
            let counts = Buffer(count: 4)
            let items = round % 5
            pool.run(items: items) { counts[$1] = 1 }
            let expected = Float(items)
            #expect(counts.floats(0..<4).reduce(0, +) == expected)
        }
    }

    @Test func anIndexOutsideItsTableStopsTheRun() async {
        await #expect(processExitsWith: .failure) {
            let w = Self.workspace(64)
            w.arena.withMutableIndices(0..<1) { $0[0] = 4 }
            w.gather(
                Self.region(16, 8), Self.region(0, 1), into: Self.region(32, 2), count: 1,
                values: 4,
                width: 2)
        }
        await #expect(processExitsWith: .failure) {
            let w = Self.workspace(64)
            w.arena.withMutableIndices(0..<1) { $0[0] = -1 }
            w.scatterAdd(
                Self.region(32, 2), Self.region(0, 1), into: Self.region(16, 8), count: 1,
                values: 4,
                width: 2)
        }
        await #expect(processExitsWith: .failure) {
            let w = Self.workspace(64)
            w.arena.withMutableIndices(0..<1) { $0[0] = 3 }
            w.oneHot(Self.region(0, 1), into: Self.region(16, 3), count: 1, classes: 3)
        }
        await #expect(processExitsWith: .success) {
            let w = Self.workspace(64)
            w.arena.withMutableIndices(0..<1) { $0[0] = 3 }
            w.oneHot(Self.region(0, 1), into: Self.region(16, 4), count: 1, classes: 4)
        }
    }

    @Test func aRegionOutsideItsBufferStopsTheRun() async {
        await #expect(processExitsWith: .failure) {
            Self.workspace(64).reduce(
                .sum, Self.region(0, 8), into: Self.region(63, 2), outer: 2, axis: 4, inner: 1)
        }
        await #expect(processExitsWith: .failure) {
            Self.workspace(64).softmax(
                Self.region(-1, 8), into: Self.region(16, 8), rows: 2, n: 4, logarithm: false)
        }
        await #expect(processExitsWith: .failure) {
            Self.workspace(64).copy(
                Self.region(0, 8), into: Self.region(16, 8),
                BoxLayout(extents: [9], sourceStrides: [1], targetStrides: [1]))
        }
        await #expect(processExitsWith: .failure) {
            _ = Buffer(count: 4).floats(2..<5)
        }
    }
}
