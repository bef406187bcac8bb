/// Limits that a run must keep, as a team writes them down: one rule a metric.
package struct Policy: Sendable, Hashable {
    package var rules: [Rule]

    package init(rules: [Rule]) { self.rules = rules }

    /// `quantity` of a metric is at least `minimum` and at most `maximum`.
    package struct Rule: Sendable, Hashable {
        package var metric: MetricID
        package var quantity: Quantity
        package var minimum: Double?
        package var maximum: Double?
        /// That the limits are in, where the measurement's may be another: a currency's code.
        package var unit: String?
        /// Of which group, such as `sex = Female`; `nil` for all rows; `*` for each group.
        package var group: String?
        /// The line of the file on which the rule begins.
        package var line: Int

        package init(
            metric: MetricID, quantity: Quantity, minimum: Double?, maximum: Double?,
            unit: String? = nil, group: String?, line: Int
        ) {
            self.metric = metric
            self.quantity = quantity
            self.minimum = minimum
            self.maximum = maximum
            self.unit = unit
            self.group = group
            self.line = line
        }

        package var text: String {
            let what =
                (quantity == .value ? metric.rawValue : "\(quantity.rawValue) of \(metric)")
                + (group.map { ", \($0)" } ?? "")
            let unit = unit.map { " " + $0 } ?? ""
            let limits = [
                minimum.map { "at least \($0)\(unit)" }, maximum.map { "at most \($0)\(unit)" },
            ]
            return what + " " + limits.compactMap { $0 }.joined(separator: " and ")
        }
    }

    /// What of a measurement is limited: a bound of its interval leaves no doubt.
    package enum Quantity: String, Sendable, Hashable, CaseIterable {
        case value, lower, upper
    }

    /// One rule on one measurement.
    package struct Verdict: Sendable, Hashable {
        package var rule: Rule
        package var group: String?
        package var found: Double?
        package var passed: Bool
        /// Why it failed.
        package var reason: String?
    }

    /// Every rule on every measurement that it speaks of; evidence that is missing fails.
    package func judge(_ measurements: [Measurement]) -> [Verdict] {
        rules.flatMap { rule -> [Verdict] in
            let found = measurements.filter { measurement in
                guard measurement.metric == rule.metric else { return false }
                switch rule.group {
                case nil: return measurement.group == nil
                case "*": return measurement.group != nil
                case let group: return measurement.group == group
                }
            }
            guard !found.isEmpty else {
                return [
                    Verdict(
                        rule: rule, group: rule.group, passed: false,
                        reason: "the run holds no such measurement")
                ]
            }
            return found.map { judge($0, rule) }
        }
    }

    private func judge(_ measurement: Measurement, _ rule: Rule) -> Verdict {
        let number =
            switch rule.quantity {
            case .value: measurement.value
            case .lower: measurement.interval?.lower
            case .upper: measurement.interval?.upper
            }
        guard let number else {
            let what = rule.quantity == .value ? "value" : "interval"
            return Verdict(
                rule: rule, group: measurement.group, passed: false,
                reason: "it has no \(what): \(measurement.note ?? "not measured")")
        }
        if let unit = rule.unit, measurement.unit != unit {
            return Verdict(
                rule: rule, group: measurement.group, found: number, passed: false,
                reason: "it is in \(measurement.unit), and the limit in \(unit)")
        }
        var reason: String?
        // Written so that NaN fails.
        if let minimum = rule.minimum, !(number >= minimum) { reason = "below \(minimum)" }
        if let maximum = rule.maximum, !(number <= maximum) { reason = "above \(maximum)" }
        return Verdict(
            rule: rule, group: measurement.group, found: number, passed: reason == nil,
            reason: reason)
    }
}
