import Dispatch
import Synchronization

/// Work on blocks that come one after another: several at once, what is made of them taken in their order.
///
/// At most two blocks a worker are between being taken from the source and being handed over, so that a slow one
/// holds the others back, and memory does not depend on how many there are.
///
/// - Parameters:
///   - next: The next block, `nil` behind the last; one call at a time.
///   - make: What becomes of a block; on any worker.
///   - take: Is given what was made, in the blocks' order, one call at a time; `false` ends all work.
func inOrder<Block: Sendable, Made: Sendable>(
    workers: Int, next: @Sendable () -> Block?, make: @Sendable (_ worker: Int, Block) -> Made,
    take: @Sendable (Made) -> Bool
) {
    let room = DispatchSemaphore(value: 2 * workers)
    let taken = Mutex(0)
    let isOver = Atomic(false)
    let waiting = Mutex(Waiting<Made>())
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
        while true {
            room.wait()
            let numbered: (Int, Block)? = taken.withLock { count in
                guard !isOver.load(ordering: .relaxed), let block = next() else {
                    isOver.store(true, ordering: .relaxed)
                    return nil
                }
                count += 1
                return (count - 1, block)
            }
            guard let (number, block) = numbered else {
                room.signal()
                return
            }
            let made = make(worker, block)
            let done = waiting.withLock { waiting in
                waiting.made[number] = made
                var done = 0
                while let made = waiting.made.removeValue(forKey: waiting.first) {
                    waiting.first += 1
                    done += 1
                    guard !waiting.isStopped, !take(made) else { continue }
                    waiting.isStopped = true
                    isOver.store(true, ordering: .relaxed)
                }
                return done
            }
            for _ in 0..<done { room.signal() }
        }
    }
}

/// What was made and waits for blocks before it.
private struct Waiting<Made: Sendable>: Sendable {
    var made: [Int: Made] = [:]
    /// The block that is taken next.
    var first = 0
    var isStopped = false
}
