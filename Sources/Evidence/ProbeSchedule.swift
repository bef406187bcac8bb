/// Runs the probes that a subject and a budget allow, in order, and says which it left out and why.
package struct ProbeSchedule: Sendable {
    /// Seconds for all probes together; `nil` for no limit.
    package var budgetSeconds: Double?
    /// A clock in seconds that never goes back.
    package var now: @Sendable () -> Double
    /// The drawbacks whose probes may run; all where empty.
    package var only: Set<Drawback> = []

    package init(budgetSeconds: Double?, now: @escaping @Sendable () -> Double) {
        self.budgetSeconds = budgetSeconds
        self.now = now
    }

    /// What is expected to take less runs whatever the budget.
    private static let negligibleSeconds = 1.0

    /// What came of one probe.
    package struct Outcome: Sendable {
        package var probe: ProbeDescription
        package var result: Result
        package var seconds: Double

        package enum Result: Sendable {
            case found(Findings)
            /// Why it did not run, or what went wrong.
            case leftOut(String)
        }

        package var findings: Findings? {
            if case .found(let findings) = result { findings } else { nil }
        }
    }

    /// - Parameter onStart: Called before each probe that runs.
    package func run(
        _ probes: [any Probe], on subject: Subject,
        onStart: (ProbeDescription) -> Void = { _ in }
    ) -> [Outcome] {
        let began = now()
        return probes.map { probe in
            let description = probe.description
            if let reason = reasonToLeaveOut(probe, subject, spent: now() - began) {
                return Outcome(probe: description, result: .leftOut(reason), seconds: 0)
            }
            onStart(description)
            let start = now()
            let result: Outcome.Result
            do {
                result = .found(try probe.measure(subject))
            } catch {
                result = .leftOut("\(error)")
            }
            return Outcome(probe: description, result: result, seconds: now() - start)
        }
    }

    private func reasonToLeaveOut(
        _ probe: any Probe, _ subject: Subject, spent: Double
    ) -> String? {
        if !only.isEmpty, !only.contains(probe.description.drawback) {
            return "it was not asked for (--only)"
        }
        let missing = probe.description.needs.subtracting(subject.has)
        if let need = Need.allCases.first(where: missing.contains) { return need.absence }
        guard let budgetSeconds else { return nil }
        let expected = probe.expectedSeconds(subject)
        guard expected > Self.negligibleSeconds, spent + expected > budgetSeconds else {
            return nil
        }
        let left = max(0, (budgetSeconds - spent).rounded())
        return "it is expected to take \(Int(expected.rounded(.up))) s, and \(Int(left)) s of the "
            + "\(Int(budgetSeconds)) s for probes are left (--probe-budget)"
    }
}
