import Documents
import Evidence
import Generalization
import Platform
import Prediction
import Statistics

/// A model with what probes measure of it.
///
/// Left out are probes that train, that look at the tables alone, and the trivial baseline, whose differences are those of the
/// metrics themselves. What a clock gives is measured of pairs (`SubjectChanges`). Left out is also what assumptions alone have a
/// range of, such as energy: a difference of such is as unknown as they are, and the processor time behind it is compared.
struct MeasuredSubject {
    let subject: Subject
    fileprivate(set) var measurements: [Measurement]

    init(_ subject: Subject) {
        self.subject = subject
        let probes = allProbes.filter {
            !$0.description.trains && !$0.description.needs.contains(.trainingTables)
                && !($0 is TrivialBaseline) && !($0 is any PairedProbe)
        }
        let schedule = ProbeSchedule(budgetSeconds: nil, now: { Clock.monotonicSeconds() })
        measurements = schedule.run(probes, on: subject).compactMap(\.findings).flatMap {
            $0.measurements + $0.groups.flatMap(\.gaps)
        }.filter { $0.interval?.isAssumed != true }
    }
}

/// All that differs between models before and after a change, each pair of one seed and judged on the same rows.
///
/// Every measurement that both sides have is compared, each by what moves it:
/// - rows: paired over them, with several pairs over seeds and rows (`PairedChanges`);
/// - the machine: over repeats that were timed by turns (`PairedProbe`);
/// - the seed: over the seeds of several pairs (`SeedChanges`);
/// - nothing, as with parameters that are counted: exactly;
/// - of one pair anything else: by both intervals, which holds whatever goes with what (`Change.init(bounding:)`).
struct SubjectChanges {
    let before: [MeasuredSubject]
    let after: [MeasuredSubject]
    let changes: [Change]

    /// - Parameters:
    ///   - before: One a seed.
    ///   - after: As many, of the same seeds, all with the same test rows.
    ///   - looks: Changes that were judged on these rows.
    /// - Throws: where the rows differ, or there are from two to four pairs.
    init(
        _ before: [MeasuredSubject], _ after: [MeasuredSubject], looks: ComparedLooks = .one
    ) throws {
        precondition(before.count == after.count, "pairs")
        var (earlier, later) = (before, after)
        var clocked: [Change] = []
        for place in before.indices {
            let found = Self.byTurns(before[place].subject, after[place].subject)
            earlier[place].measurements += found.flatMap(\.first)
            later[place].measurements += found.flatMap(\.second)
            if before.count == 1 { clocked = found.flatMap(Self.changes) }
        }
        (self.before, self.after) = (earlier, later)
        let byRows = try PairedChanges(
            zip(before, after).map { (before: $0.subject.test, after: $1.subject.test) },
            looks: looks
        ).changes()
        let known = Set((byRows + clocked).map(\.metric))
        if before.count == 1 {
            changes =
                byRows + clocked
                + Self.others(earlier[0].measurements, later[0].measurements, except: known)
        } else {
            let seeds = SeedChanges(
                before: earlier.map(\.measurements), after: later.map(\.measurements))
            let loss = Self.loss(of: before[0].subject)
            changes =
                byRows + [seeds.spreadChange(of: loss)].compactMap { $0 }
                + seeds.changes(except: known)
        }
    }

    /// The metric whose spread over seeds is compared.
    private static func loss(of subject: Subject) -> MetricID {
        if case .numbers = subject.test.answers { .rootMeanSquaredError } else { .logLoss }
    }

    private static func byTurns(_ first: Subject, _ second: Subject) -> [PairedFindings] {
        allProbes.compactMap { probe in
            (probe as? any PairedProbe)?.findings(of: first, second)
        }
    }

    private static func changes(_ found: PairedFindings) -> [Change] {
        found.changes.compactMap { change in
            found.first.first { $0.metric == change.metric.id }.map { Change(change, like: $0) }
        }
    }

    /// Of one pair what neither rows nor turns tell.
    private static func others(
        _ before: [Measurement], _ after: [Measurement], except known: Set<MetricID>
    ) -> [Change] {
        var later: [MeasurementKey: Measurement] = [:]
        for measurement in after.reversed() { later[.init(measurement)] = measurement }
        var seen: Set<MeasurementKey> = []
        return before.compactMap { first in
            guard !known.contains(first.metric), seen.insert(.init(first)).inserted,
                let second = later[.init(first)], let old = first.value, let new = second.value,
                let metric = MetricRegistry.definition(first.metric),
                // What the remedy does not touch is no price.
                old != new
            else { return nil }
            return countedMetrics.contains(first.metric)
                ? Change(counting: first, second, of: metric)
                : Change(bounding: first, second, of: metric)
        }
    }
}

/// What is measured, and of which part of the rows.
struct MeasurementKey: Hashable {
    var metric: MetricID
    var group: String?

    init(_ measurement: Measurement) {
        metric = measurement.metric
        group = measurement.group
    }
}

/// Ids of metrics that are counted, so that a difference is exact.
let countedMetrics = Set(
    allProbes.map(\.description).filter(\.isCounted).flatMap(\.metrics).map(\.id))

extension Change {
    /// Of what was measured by turns.
    fileprivate init(_ change: MetricChange, like example: Measurement) {
        let metric = change.metric
        let judgement = Judgement(change.difference, direction: metric.direction)
        let estimate = change.difference.estimate
        var difference = example
        difference.metric = metric.id.difference
        difference.value = estimate.value
        difference.interval = .init(estimate)
        difference.note = [judgement.text(within: metric.differenceBounds), estimate.note]
            .compactMap { $0 }.joined(separator: "; ")
        self.init(
            metric: metric.id, drawback: metric.drawback, verdict: judgement.verdict,
            difference: difference)
    }
}
