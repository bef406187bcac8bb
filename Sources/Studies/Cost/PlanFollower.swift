import Cost
import Platform
import Runs
import Synchronization
import Training

/// Hears what a training does and corrects its plan after every epoch.
final class PlanFollower: Sendable {
    private let state: Mutex<PlanProgress>
    private let startedAt: Double

    /// - Parameters:
    ///   - startedAt: When the command began, on the clock that never goes back.
    init(_ progress: PlanProgress, startedAt: Double) {
        state = Mutex(progress)
        self.startedAt = startedAt
    }

    /// - Returns: What is to be told now; `nil` for nothing.
    func hear(_ event: RunEvent) -> RunEvent? {
        let now = Clock.monotonicSeconds()
        return state.withLock { progress -> RunEvent? in
            switch event {
            case .training(.step(let step, _, _)):
                progress.step(step, at: now)
                return nil
            case .training(.epoch(let record)):
                progress.epoch(record.epoch, isBest: record.isBest, at: now)
            case .stopped(_, let bestEpoch):
                progress.ended(kept: bestEpoch)
            case .restarted: progress.restarted()
            case .stage, .warning, .planned, .corrected, .searched: return nil
            }
            let left = progress.leftSeconds
            return .corrected(leftSeconds: left, seconds: now - startedAt + left)
        }
    }
}
