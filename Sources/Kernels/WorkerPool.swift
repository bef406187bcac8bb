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
        fileprivate let body: @Sendable (_ worker: Int, _ item: Int) -> Void

        package init(_ body: @escaping @Sendable (_ worker: Int, _ item: Int) -> Void) {
            self.body = body
        }
    }

    /// Does each item once, on whichever worker is free, and waits; the caller is worker 0.
    ///
    /// A worker does one item at a time, so that what belongs to a worker is its own meanwhile. Which
    /// worker does which item is left to chance: a result must depend on its item alone.
    package func run(_ task: Task, items: Int) {
        unsafe vk_pool_run(
            handle,
            { context, worker, item in
                // The caller holds the task until all items have ended.
                unsafe Unmanaged<Task>.fromOpaque(context!)._withUnsafeGuaranteedRef {
                    $0.body(Int(worker), Int(item))
                }
            }, Unmanaged.passUnretained(task).toOpaque(), Int32(items))
        withExtendedLifetime(task) {}
    }

    /// Does each item once, on whichever worker is free, and waits.
    package func run(items: Int, _ body: @Sendable (_ worker: Int, _ item: Int) -> Void) {
        withoutActuallyEscaping(body) { run(Task($0), items: items) }
    }
}
