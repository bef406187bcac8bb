import RunStore
import Runs
import Tuning

/// When what of a study must end, in seconds since 1970.
struct StudyEnds {
    var search: Double
    /// Of the last training, so that its run can be written.
    var training: Double
}

extension StudyFolder {
    /// - Parameters:
    ///   - trials: All that are planned.
    ///   - deadline: When the budget is over.
    func ends(
        _ trials: [StudyStore.Trial], _ terms: StudyTerms, deadline: Double
    ) throws -> StudyEnds {
        let clock = StudyClock(deadline: deadline)
        guard let first = trials.first(where: { $0.number == StudyStore.Trial.first }),
            let whole = first.seconds, let writing = first.writingSeconds
        else {
            let end = clock.trainingEnd(writing: request.expectedWritingSeconds)
            return StudyEnds(search: end, training: end)
        }
        let counted = counted(trials)
        let standing = try standing(counted)
        var last = 0.0
        if terms.hasLast, let best = standing.promising {
            let seconds = Dictionary(
                uniqueKeysWithValues: counted.map { ($0.number, $0.seconds ?? 0) })
            let standard = standing.trials.first {
                $0.plan.point == .standard && $0.plan.fidelity == best.plan.fidelity
            }
            last = StudyClock.expectedSeconds(
                seconds[best.plan.number] ?? 0, best.plan.fidelity, whole: whole,
                standard: standard.flatMap { seconds[$0.plan.number] })
        }
        return StudyEnds(
            search: clock.searchEnd(last: last, writing: writing),
            training: clock.trainingEnd(writing: writing))
    }
}
