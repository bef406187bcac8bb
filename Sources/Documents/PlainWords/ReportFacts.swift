package import Evidence
import Figures
import Generalization
package import Reporting
import Tuning

/// What a report measured, as sentences look it up: nothing here computes a metric.
package struct ReportFacts {
    package let about: RunReport.About
    /// Of all rows, of groups and of gaps.
    package let measurements: [Measurement]
    package let groupTables: [GroupTable]
    package let proofs: [Proof]

    package init(
        about: RunReport.About, measurements: [Measurement], groupTables: [GroupTable] = [],
        proofs: [Proof] = []
    ) {
        self.about = about
        self.groupTables = groupTables
        self.proofs = proofs
        self.measurements =
            measurements + groupTables.flatMap { $0.gaps + $0.rows.flatMap(\.measurements) }
    }

    /// Those of a metric that have a value, in the report's order.
    package func all(_ metric: MetricID) -> [Measurement] {
        measurements.filter { $0.metric == metric && $0.value != nil }
    }

    /// Of all rows.
    package func first(_ metric: MetricID) -> Measurement? {
        measurements.first { $0.metric == metric && $0.value != nil && $0.group == nil }
    }

    /// Of all rows, with a value or with the reason why there is none.
    package func told(_ metric: MetricID) -> Measurement? {
        first(metric) ?? measurements.first { $0.metric == metric && $0.group == nil }
    }

    /// The first of the metrics that was measured over all rows.
    package func first(of metrics: [MetricID]) -> Measurement? {
        metrics.lazy.compactMap { first($0) }.first
    }

    var positive: String { about.classes.last ?? "" }
    var negative: String { about.classes.first ?? "" }
    var testRows: Int {
        first(of: [.accuracy, .meanAbsoluteError])?.sample.rows ?? 0
    }
    var isBinary: Bool { about.task == .binary }

    /// Of two classes: whether one answer is given to everybody, and which.
    var onlyAnswer: String? {
        guard isBinary, let rate = first(.selectionRate)?.value else { return nil }
        return rate == 0 ? negative : rate == 1 ? positive : nil
    }

    /// Classes of several that no row was decided for although rows are of them.
    var neverDecided: [String] {
        if isBinary {
            guard let only = onlyAnswer else { return [] }
            return about.classes.filter { $0 != only }
        }
        let found = all(.classRecall).compactMap(\.group)
        return all(.classDecided).filter { $0.value == 0 }.compactMap(\.group)
            .filter(found.contains).map { String($0.dropFirst("class = ".count)) }
    }

    /// How the model compares with an answer that looks at nothing, in its favour where positive.
    struct AgainstTrivial {
        var metric: MetricID
        var lower: Double?
        var upper: Double?
        var isBetter: Bool { (lower ?? 0) > 0 }
        var isWorse: Bool { (upper ?? 0) < 0 }
    }

    var againstTrivial: AgainstTrivial? {
        let usual = "against the training rows' average"
        func change(_ own: MetricID, _ older: MetricID, _ sign: Double) -> AgainstTrivial? {
            guard
                let found = first(own)
                    ?? measurements.first(where: {
                        $0.metric == older && $0.group == usual && $0.value != nil
                    })
            else { return nil }
            let ends = [found.interval?.lower, found.interval?.upper].compactMap { $0 }
                .map { sign * $0 }.sorted()
            return AgainstTrivial(metric: found.metric, lower: ends.first, upper: ends.last)
        }
        return about.task == .regression
            ? change(.absoluteErrorGain, .errorAgainstBaseline, -1)
            : change(.accuracyGain, .accuracyAgainstBaseline, 1)
    }
}

extension ReportFacts {
    /// The figures that tell most of a drawback, by id, the best first; it stands beside the numbers.
    fileprivate func telling(_ drawback: Drawback) -> [String] {
        switch drawback {
        case .computeCost: ["cheaper-models"]
        case .dataHunger: ["learning-curve"]
        case .opacity: ["importance", "terms"]
        case .overfitting: ["reliability", "confusion", "weak-segments"]
        case .hyperParameters: [WorthFigures.differencesID, WorthFigures.courseID, "settings"]
        case .bias:
            gapWords.filter { $0.verdict == .gap }
                .sorted { abs($0.told?.value ?? 0) > abs($1.told?.value ?? 0) }
                .map { "groups-\($0.column)" }
        }
    }
}

extension RunReport {
    /// Its facts, for sentences; `nil` where it is of no single model.
    var plainFacts: ReportFacts? {
        about.map {
            ReportFacts(
                about: $0, measurements: measurements, groupTables: groupTables,
                proofs: drawbacks.flatMap(\.proofs))
        }
    }

    /// With the first screen and the worries that follow from what it holds now.
    package func inPlainWords() -> RunReport {
        guard let facts = plainFacts else { return self }
        var result = self
        result.brief = Brief(facts, rows: drawbacks)
        let concerns = Worries(facts).concerns
        result.concerns = concerns
        result.worries = concerns.map(\.whole)
        for index in result.sections.indices {
            guard let drawback = result.sections[index].drawback else { continue }
            let telling = facts.telling(drawback)
            let figures = result.sections[index].figures
            guard let lead = telling.lazy.compactMap({ id in figures.first { $0.id == id } }).first
            else { continue }
            result.sections[index].figures = [lead] + figures.filter { $0.id != lead.id }
        }
        return result
    }
}

/// Numbers as a reader meets them on the first screen.
enum PlainNumber {
    /// `87 of 100`, never rounded to all or none.
    static func ofHundred(_ share: Double) -> String { "\(hundredths(share)) of 100" }

    /// `87`; `more than 99` where rounding would say all.
    static func hundredths(_ share: Double, decimals: Int = 0) -> String {
        let percent = share * 100
        let text = NumberText.fixed(percent, decimals: decimals)
        let step = decimals == 0 ? 1 : 1 / Double((1...decimals).reduce(1) { power, _ in 10 * power })
        if percent > 0, text == NumberText.fixed(0, decimals: decimals) {
            return "fewer than \(NumberText.fixed(step, decimals: decimals))"
        }
        if percent < 100, text == NumberText.fixed(100, decimals: decimals) {
            return "more than \(NumberText.fixed(100 - step, decimals: decimals))"
        }
        return text
    }

    /// Two shares with as many decimals as it takes to tell them apart, at most three.
    static func pair(_ a: Double, _ b: Double) -> (String, String) {
        var texts = (hundredths(a), hundredths(b))
        for decimals in 1...3 where texts.0 == texts.1 && a != b {
            texts = (hundredths(a, decimals: decimals), hundredths(b, decimals: decimals))
        }
        return texts
    }

    /// A size without sign, with the digits that its interval allows.
    static func size(_ measurement: Measurement) -> String {
        let value = abs(measurement.value ?? .nan)
        guard let interval = measurement.interval else { return NumberText.plain(value) }
        return NumberText.withInterval(
            value, lower: value, upper: value + abs(interval.upper - interval.lower)
        ).value
    }

    static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<1: "less than 1 s"
        case ..<100: "\(NumberText.fixed(seconds, decimals: 0)) s"
        case ..<5400: "\(NumberText.fixed(seconds / 60, decimals: 0)) min"
        default: "\(NumberText.fixed(seconds / 3600, decimals: 1)) h"
        }
    }

    static func energy(kilojoules: Double) -> String {
        let wattHours = kilojoules / 3.6
        return wattHours < 1000
            ? "\(twoDigits(wattHours)) Wh" : "\(twoDigits(wattHours / 1000)) kWh"
    }

    /// `31,000`, `0.15`: a size that is known roughly, in two digits.
    static func twoDigits(_ value: Double) -> String {
        let size = abs(value)
        guard size > 0, size.isFinite else { return NumberText.plain(value) }
        let decimals = 1 - Int(NumberText.log10(size).rounded(.down))
        return NumberText.fixed(value, decimals: min(decimals, 9))
    }
}

/// `a, b and c`.
package func listedInWords(_ texts: [String]) -> String {
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: ", ") + " and " + last
}
