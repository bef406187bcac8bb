import Foundation
import Kernels
import Synchronization
import Testing

/// Where the handler's frames lay, against the computing thread's stack.
private let stackLow = Atomic<UInt>(0)
private let stackHigh = Atomic<UInt>(0)
private let framesInside = Atomic<Int>(0)
private let framesOutside = Atomic<Int>(0)
private let multiplied = Atomic<Bool>(false)

/// oneDNN's products keep the stack pointer in the heap; a signal must not come meanwhile.
struct SignalTests {
    @Test func signalsNeverFindTheStackPointerInTheHeap() throws {
        let previous = signal(SIGUSR2) { _ in
            var here: UInt = 0
            let address = unsafe withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
            let inside =
                address >= stackLow.load(ordering: .relaxed)
                && address < stackHigh.load(ordering: .relaxed)
            if inside {
                framesInside.add(1, ordering: .relaxed)
            } else {
                framesOutside.add(1, ordering: .relaxed)
            }
        }
        defer { _ = signal(SIGUSR2, previous) }
        let thread = ThreadOfTest {
            Self.multiply()
            multiplied.store(true, ordering: .releasing)
        }
        while !multiplied.load(ordering: .acquiring) {
            thread.send(SIGUSR2)
            usleep(20)
        }
        thread.join()
        #expect(framesInside.load(ordering: .relaxed) > 100)
        #expect(framesOutside.load(ordering: .relaxed) == 0)
    }

    /// Products of many shapes: which of them pack into the heap is oneDNN's own affair.
    private static func multiply() {
        for (m, n) in [(256, 1), (100, 64), (256, 256)] {
            for k in [256, 2048, 8192] {
                for (transposeA, transposeB) in [
                    (false, false), (true, false), (false, true), (true, true),
                ] {
                    multiply(
                        MatmulShape(
                            batchA: 1, batchB: 1, m: m, n: n, k: k, transposeA: transposeA,
                            transposeB: transposeB, hasBias: false, appliesReLU: false))
                }
            }
        }
    }

    private static func multiply(_ shape: MatmulShape) {
        let product = Matmul(shape)
        let (a, b, c) = (shape.m * shape.k, shape.k * shape.n, shape.m * shape.n)
        let workspace = Workspace(
            arena: Buffer(count: a + b + c), parameters: Buffer(count: 0),
            results: Buffer(count: 0))
        let end = ContinuousClock.now + .milliseconds(30)
        while ContinuousClock.now < end {
            product.run(
                a: Region(space: .arena, offset: 0, count: a),
                b: Region(space: .arena, offset: a, count: b), bias: nil,
                c: Region(space: .arena, offset: a + b, count: c), in: workspace)
        }
    }
}

/// A thread on a stack of known place, `stackLow..<stackHigh`.
@safe private final class ThreadOfTest {
    private var id = pthread_t()
    private let stack = UnsafeMutableRawPointer.allocate(byteCount: 1 << 23, alignment: 1 << 16)

    init(_ body: @escaping @Sendable () -> Void) {
        unsafe stackLow.store(UInt(bitPattern: stack), ordering: .relaxed)
        unsafe stackHigh.store(UInt(bitPattern: stack) + (1 << 23), ordering: .relaxed)
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { unsafe attributes.deallocate() }
        unsafe pthread_attr_init(attributes)
        unsafe pthread_attr_setstack(attributes, stack, 1 << 23)
        unsafe pthread_create(
            &id, attributes,
            { context in
                // A thread inherits what its maker holds, which Dispatch's workers do with all.
                var signals = sigset_t()
                unsafe sigemptyset(&signals)
                unsafe sigaddset(&signals, SIGUSR2)
                unsafe pthread_sigmask(SIG_UNBLOCK, &signals, nil)
                unsafe Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Body(body)).toOpaque())
        unsafe pthread_attr_destroy(attributes)
    }

    func send(_ number: Int32) { pthread_kill(id, number) }

    func join() {
        pthread_join(id, nil)
        unsafe stack.deallocate()
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
