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

    /// Work that is given to a pool again and again: made once, so that a run allocates nothing.
    package final class Task: Sendable {
        fileprivate let body: @Sendable (Int) -> Void

        package init(_ body: @escaping @Sendable (_ worker: Int) -> Void) { self.body = body }
    }

    /// Runs the task once on each of the threads, the caller being the first, and waits.
    package func run(_ task: Task) {
        unsafe vk_pool_run(
            handle,
            { context, worker in
                // The caller holds the task until all workers are done.
                unsafe Unmanaged<Task>.fromOpaque(context!)._withUnsafeGuaranteedRef {
                    $0.body(Int(worker))
                }
            }, Unmanaged.passUnretained(task).toOpaque())
        withExtendedLifetime(task) {}
    }

    /// Runs `body(worker)` once on each of the threads, the caller being the first, and waits.
    package func run(_ body: @Sendable (Int) -> Void) {
        withoutActuallyEscaping(body) { run(Task($0)) }
    }
}
