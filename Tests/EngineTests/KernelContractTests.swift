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

    @Test(arguments: [1, 2, 3, 8]) func aPoolRunsEachWorkerOnce(threads: Int) {
        let pool = WorkerPool(threads: threads)
        let counts = Buffer(count: threads)
        for _ in 0..<2000 { pool.run { counts[$0] += 1 } }
        #expect(counts.floats(0..<threads).allSatisfy { $0 == 2000 })
    }

    @Test func poolsComeAndGo() {
        for round in 0..<200 {
            let pool = WorkerPool(threads: 1 + round % 4)
            let counts = Buffer(count: 4)
            if round % 3 > 0 { pool.run { counts[$0] = 1 } }
            let expected: Float = round % 3 > 0 ? Float(pool.threads) : 0
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
