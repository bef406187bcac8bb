import CVouchKernels

/// A fixed set of threads that meet at every call.
// Sendable is unchecked because the pool's state is C atomics and a mutex; `run` is called by one
// thread at a time, which `Training` and `CPURuntime` keep by owning their pool.
@safe package final class WorkerPool: @unchecked Sendable {
    package let threads: Int
    private let handle: OpaquePointer

    /// - Precondition: the system can start `threads − 1` threads.
    package init(threads: Int) {
        precondition(threads > 0, "a pool needs a thread")
        guard let handle = unsafe vk_pool_create(Int32(threads)) else {
            preconditionFailure("\(threads) threads cannot be started")
        }
        unsafe self.handle = handle
        self.threads = threads
    }

    deinit { unsafe vk_pool_destroy(handle) }

    /// Runs `body(worker)` once on each of the threads, the caller being the first, and waits.
    package func run(_ body: @Sendable (Int) -> Void) {
        typealias Body = @Sendable (Int) -> Void
        withoutActuallyEscaping(body) { body in
            var body: Body = body
            unsafe withUnsafeMutablePointer(to: &body) { pointer in
                unsafe vk_pool_run(
                    handle,
                    { context, worker in
                        unsafe context!.assumingMemoryBound(to: Body.self).pointee(Int(worker))
                    }, UnsafeMutableRawPointer(pointer))
            }
        }
    }
}
