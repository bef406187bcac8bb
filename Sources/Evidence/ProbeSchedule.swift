/// Runs the probes that a subject and a budget allow, in order, and says which it left out and why.
///
/// The budget is of counted work (`NominalMachine`): what runs does not depend on a clock, unless there is a limit of
/// the whole command.
package struct ProbeSchedule: Sendable {
    /// Seconds of the nominal machine for all probes together; `nil` for no limit.
    package var budgetSeconds: Double?
    /// A clock in seconds that never goes back, for what probes took; it decides nothing.
    package var now: @Sendable () -> Double
    /// What the whole command may take; `nil` for no limit.
    package var limit: (any ProbeLimit)?
    /// The drawbacks whose probes may run; all where empty.
    package var only: Set<Drawback> = []
    /// Why a subject lacks something, where that is another reason than the usual one.
    package var absences: [Need: String] = [:]

    package init(budgetSeconds: Double?, now: @escaping @Sendable () -> Double) {
        self.budgetSeconds = budgetSeconds
        self.now = now
    }

    /// What counts for less and trains nothing runs whatever the budget.
    package static let negligibleSeconds = 1.0

    /// What came of one probe.
    package struct Outcome: Sendable {
        package var probe: ProbeDescription
        package var result: Result
        /// Of a clock.
        package var seconds: Double

        package init(probe: ProbeDescription, result: Result, seconds: Double) {
            self.probe = probe
            self.result = result
            self.seconds = seconds
        }

        package enum Result: Sendable {
            case found(Findings)
            /// Why it did not run, or what went wrong.
            case leftOut(String)
        }

        package var findings: Findings? {
            if case .found(let findings) = result { findings } else { nil }
        }
    }

    /// - Parameters:
    ///   - onStart: Called before each probe that runs.
    ///   - onProgress: Told how far the counted work is, also while a probe trains.
    package func run(
        _ probes: [any Probe], on subject: Subject,
        onStart: (ProbeDescription) -> Void = { _ in },
        onProgress: (@Sendable (ProbeProgress) -> Void)? = nil
    ) -> [Outcome] {
        var subject = subject
        let work = subject.work
        let before = work.seconds
        defer { work.observe(nil) }
        return probes.indices.map { index in
            let probe = probes[index]
            let description = probe.description
            let own = allowance(spent: work.seconds - before)
            subject.allowance = own.within(limit, for: probe)
            if let reason = reasonToLeaveOut(probe, subject, left: own.left)
                ?? limit?.reasonToLeaveOut(probe, subject)
            {
                return Outcome(probe: description, result: .leftOut(reason), seconds: 0)
            }
            onStart(description)
            let spent = work.seconds - before
            if let onProgress {
                let planned = spent + expected(probes[index...], subject)
                let name = description.name
                let tell: @Sendable (Double) -> Void = { sum in
                    onProgress(.init(name: name, done: sum - before, planned: planned))
                }
                tell(work.seconds)
                work.observe(tell)
            }
            let start = now()
            let result: Outcome.Result
            do {
                result = .found(try probe.measure(subject.showing(description.looksAt)))
            } catch {
                result = .leftOut(limit?.reason(for: error) ?? "\(error)")
            }
            limit?.ran(probe, subject)
            // Who trains has counted; of the others what was expected is what they computed.
            if !description.trains { work.add(probe.expectedSeconds(subject)) }
            return Outcome(probe: description, result: result, seconds: now() - start)
        }
    }

    /// Counted work of the probes that would run, in seconds of the nominal machine; nothing is measured.
    package func expectedSeconds(_ probes: [any Probe], on subject: Subject) -> Double {
        var subject = subject
        subject.allowance = allowance(spent: 0)
        return expected(probes[...], subject)
    }

    private func allowance(spent: Double) -> ProbeAllowance {
        ProbeAllowance(total: budgetSeconds, left: budgetSeconds.map { max(0, $0 - spent) })
    }

    /// Of the probes that would run, one after another.
    private func expected(_ probes: ArraySlice<any Probe>, _ subject: Subject) -> Double {
        var subject = subject
        var sum = 0.0
        for probe in probes
        where reasonToLeaveOut(probe, subject, left: subject.allowance.left) == nil {
            let seconds = probe.expectedSeconds(subject)
            sum += seconds
            subject.allowance.left = subject.allowance.left.map { max(0, $0 - seconds) }
        }
        return sum
    }

    /// - Parameter left: Of the budget of counted work.
    private func reasonToLeaveOut(
        _ probe: any Probe, _ subject: Subject, left: Double?
    ) -> String? {
        let description = probe.description
        if !only.isEmpty, !only.contains(description.drawback) {
            return "it was not asked for (--only)"
        }
        let missing = description.needs.subtracting(subject.has)
        if let need = Need.allCases.first(where: missing.contains) { return absences[need] ?? need.absence }
        guard let budgetSeconds, let left else { return nil }
        if description.trains, budgetSeconds <= 0 {
            return "it trains models, and there is no budget for that (--probe-budget)"
        }
        let expected = probe.expectedSeconds(subject)
        let isNegligible = expected <= Self.negligibleSeconds && !description.trains
        guard !isNegligible, expected > left else { return nil }
        return "it is expected to take \(Int(expected.rounded(.up))) s of counted work, and "
            + "\(Int(left.rounded())) s of the \(Int(budgetSeconds)) s for probes are left "
            + "(--probe-budget)"
    }
}

extension ProbeAllowance {
    /// What a probe sizes itself by: no more than the limit of the whole command leaves it.
    fileprivate func within(_ limit: (any ProbeLimit)?, for probe: any Probe) -> ProbeAllowance {
        guard let limit else { return self }
        let seconds = limit.countedSeconds(for: probe)
        return ProbeAllowance(
            total: min(total ?? seconds, seconds), left: min(left ?? seconds, seconds))
    }
}
