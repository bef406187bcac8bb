import Documents
package import Evidence
import Figures
import Platform
import Prediction
package import Reporting
import RunStore
package import Runs

/// What `vouch generalization` is asked for.
package struct ProbeRequest: Sendable {
    /// Ids of on-demand probes, at least one.
    package var probes: [String]
    package var threads: Int?
    /// The command line, for the report.
    package var arguments: [String]

    package init(probes: [String], threads: Int? = nil, arguments: [String] = []) {
        self.probes = probes
        self.threads = threads
        self.arguments = arguments
    }
}

/// Probes that can be run on a finished run, with their prices.
package struct PriceList: Encodable, Sendable {
    package var run: String
    package var probes: [ProbePrice]

    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    package var text: String {
        alignedTable(
            [["probe", "price", "what it measures"]]
                + probes.map { [$0.probe, $0.obstacle ?? $0.text, $0.name] }, rightAligned: [])
            + "\nRun one with: vouch generalization \(shellQuoted(run)) --probe PROBE\n"
    }
}

/// What the on-demand probes would cost on a run; nothing is measured.
package func onDemandPrices(
    run: String, threads: Int?, onEvent: (RunEvent) -> Void = { _ in }
) throws -> PriceList {
    let subject = try FinishedRun(run, threads: checkedThreads(threads), onEvent: onEvent)
        .subject()
    return PriceList(run: run, probes: subject.prices(of: onDemandProbes))
}

/// Measures a finished run by probes that are too expensive to run every time.
///
/// The looks that the probes declare are recorded in the run's ledger, and the findings in its
/// folder, so that its report shows them from then on.
///
/// - Returns: a report of the findings.
package func measureOnDemand(
    _ request: ProbeRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in },
    onProbes: (@Sendable (ProbeProgress) -> Void)? = nil
) throws -> RunReport {
    let probes = try request.probes.map { id in
        guard let probe = onDemandProbes.first(where: { $0.description.id == id }) else {
            let known = onDemandProbes.map(\.description.id).joined(separator: ", ")
            throw VouchError("--probe is \"\(id)\"; there is \(known)")
        }
        return probe
    }
    return try measure(
        probes, run: run, threads: request.threads, arguments: request.arguments, onEvent: onEvent,
        onProbes: onProbes)
}

/// What is asked about a run's explanations.
package enum ExplanationQuestion: Sendable, Hashable {
    /// Whether they can be trusted, method by method.
    case quality
    /// Which method names the columns of planted rules; the seed is of rules, rows and trainings.
    case recovery(seed: UInt64)
    /// What the model does over all rows.
    case effects(together: [[String]])
    /// What pushes its predictions that a person has words for.
    case concepts(ConceptRequest)
}

/// Measures how good explanations of a finished run's predictions are; as `measureOnDemand`.
package func measureExplanations(
    _ question: ExplanationQuestion, run: String, threads: Int?, arguments: [String],
    onEvent: @escaping (RunEvent) -> Void = { _ in },
    onProbes: (@Sendable (ProbeProgress) -> Void)? = nil
) throws -> RunReport {
    let probe =
        switch question {
        case .quality: explanationQuality
        case .recovery(let seed): ruleRecovery(seed: seed)
        case .effects(let together): globalEffects(together: together)
        case .concepts(let request): try request.probe(run: run, threads: threads)
        }
    return try measure(
        [probe], run: run, threads: threads, arguments: arguments, onEvent: onEvent,
        onProbes: onProbes)
}

/// Looks whether a finished run's learning rate and batch suit its table; as `measureOnDemand`, but no held-out row is opened.
package func measureFirstSteps(
    run: String, threads: Int?, arguments: [String],
    onEvent: @escaping (RunEvent) -> Void = { _ in },
    onProbes: (@Sendable (ProbeProgress) -> Void)? = nil
) throws -> RunReport {
    try measure(
        [firstSteps], run: run, threads: threads, arguments: arguments, onEvent: onEvent,
        onProbes: onProbes)
}

func measure(
    _ probes: [any Probe], run: String, threads: Int?, arguments: [String],
    onEvent: @escaping (RunEvent) -> Void, onProbes: (@Sendable (ProbeProgress) -> Void)?
) throws -> RunReport {
    let sealed: Sealed<Subject>
    var schedule = ProbeSchedule(budgetSeconds: nil, now: { Clock.monotonicSeconds() })
    if case .adopted(let configuration) = try RunConfiguration(run: run) {
        // Who trains again is told so before anything is read.
        guard probes.allSatisfy({ $0.description.needs.isDisjoint(with: AdoptedSubject.trainings) }) else {
            throw VouchError.imported(run, lacks: .training)
        }
        sealed = try adoptedSubject(of: run, configuration, threads: checkedThreads(threads), onEvent: onEvent)
        schedule.absences = AdoptedSubject.absences
    } else {
        sealed = try FinishedRun(run, threads: checkedThreads(threads), onEvent: onEvent).subject()
    }
    let prices = sealed.prices(of: probes, absences: schedule.absences)
    for price in prices {
        onEvent(.stage("\(price.probe): \(price.obstacle ?? price.text)"))
    }
    for price in prices {
        if let obstacle = price.obstacle { throw VouchError("\(price.probe): \(obstacle)") }
    }
    let subject = try HeldOutRows.open(sealed, of: run, for: probes.map(\.description))
    let outcomes = schedule.run(
        probes, on: subject, onStart: { onEvent(.stage("Measuring: \($0.name)")) },
        onProgress: onProbes)
    var found: [MeasuredProbe] = []
    for outcome in outcomes {
        switch outcome.result {
        case .leftOut(let reason): throw VouchError("\(outcome.probe.id): \(reason)")
        case .found(let findings):
            found.append(
                MeasuredProbe(
                    id: outcome.probe.id, drawback: outcome.probe.drawback,
                    measurements: findings.measurements, figures: findings.figures,
                    groups: findings.groups))
        }
    }
    try probeFile.add(found, to: run)
    let names = outcomes.map(\.probe.name).joined(separator: ", ")
    return RunReport(
        title: "\(Files.name(of: run)), measured further",
        summary: "\(names). The findings stand in the run's report from now on.",
        headlines: found.flatMap(\.measurements).map(\.metric),
        command: arguments.map(shellQuoted).joined(separator: " ")
    ).adding(found)
}
