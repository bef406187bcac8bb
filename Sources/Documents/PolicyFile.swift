import Cost
package import Evidence
import Figures
import Platform
import Reporting
import Runs
import Yams

/// A policy as YAML:
///
///     rules:
///       - metric: rocAUC
///         lower: {min: 0.9}
///       - metric: truePositiveRateGap
///         group: sex
///         value: {max: 0.1}
///       - metric: totalEnergy
///         value: {max: 5kJ}
///
/// What a run cost may be limited by a number in the metric's unit, or as a budget is written.
enum PolicyFile {
    /// - Throws: naming the line and the key that is wrong.
    static func read(_ path: String) throws -> Policy {
        guard let mapping = try composeYAML(path)?.mapping else {
            throw VouchError("\(path): write `rules:` and a list of rules below it")
        }
        for (key, _) in mapping where key.string != "rules" {
            throw VouchError(
                "\(key.place(in: path)): there is no key \"\(key.string ?? "")\"; write rules")
        }
        guard let rules = mapping["rules"]?.sequence, !rules.isEmpty else {
            throw VouchError("\(path): `rules:` must hold a list of one rule or more")
        }
        return Policy(rules: try rules.map { try rule($0, path) })
    }

    private static func rule(_ node: Node, _ path: String) throws(VouchError) -> Policy.Rule {
        guard let fields = node.mapping else {
            throw VouchError("\(node.place(in: path)): a rule is `metric: …` and its limits")
        }
        var rule = Policy.Rule(
            metric: MetricID(""), quantity: .value, minimum: nil, maximum: nil, group: nil,
            line: node.mark?.line ?? 0)
        var limited: (node: Node, quantity: String)?
        for (key, value) in fields {
            let name = key.string ?? ""
            switch name {
            case "metric":
                rule.metric = MetricID(value.string ?? "")
                guard MetricRegistry.definition(rule.metric) != nil else {
                    throw VouchError(
                        "\(value.place(in: path)), key \"metric\": there is no metric "
                            + "\"\(rule.metric)\". `vouch policy metrics` lists them")
                }
            case "group": rule.group = value.string
            case "value", "lower", "upper":
                guard let quantity = Policy.Quantity(rawValue: name) else { continue }
                rule.quantity = quantity
                limited = (value, name)
            default:
                throw VouchError(
                    "\(key.place(in: path)): a rule has no key \"\(name)\"; write metric, group, and one "
                        + "of value, lower, upper")
            }
        }
        if let limited {
            try read(limited.node, limited.quantity, of: path, into: &rule)
        }
        guard !rule.metric.rawValue.isEmpty, rule.minimum != nil || rule.maximum != nil else {
            throw VouchError(
                "\(node.place(in: path)): a rule names a metric and a limit, such as "
                    + "`lower: {min: 0.9}`")
        }
        return rule
    }

    /// Reads the limits of a rule whose metric is known.
    private static func read(
        _ node: Node, _ quantity: String, of path: String, into rule: inout Policy.Rule
    ) throws(VouchError) {
        guard let fields = node.mapping else {
            throw VouchError(
                "\(node.place(in: path)), key \"\(quantity)\": write {min: …}, {max: …} or both")
        }
        for (key, value) in fields {
            let place = "\(value.place(in: path)), key \"\(key.string ?? "")\": "
            let limit =
                if let number = value.float {
                    (number: number, unit: rule.unit)
                } else {
                    try amount(value.string ?? "", of: rule.metric, place)
                }
            if let unit = rule.unit, limit.unit != unit {
                throw VouchError("\(place)write both limits in \(unit)")
            }
            rule.unit = limit.unit
            switch key.string {
            case "min": rule.minimum = limit.number
            case "max": rule.maximum = limit.number
            default:
                throw VouchError(
                    "\(key.place(in: path)): there is no limit \"\(key.string ?? "")\"; write min or max"
                )
            }
        }
    }

    /// A limit written as a budget is, in the unit of the metric.
    ///
    /// - Returns: With the currency of money, which a run's prices may not be in.
    private static func amount(
        _ text: String, of metric: MetricID, _ place: String
    ) throws(VouchError) -> (number: Double, unit: String?) {
        guard let budget = try? Budget(text: text) else {
            throw VouchError(
                "\(place)\"\(text)\" is not a number; of what a run cost it may also be an amount with its "
                    + "unit, such as 60s, 5kJ, 0.02EUR or 1gCO2e")
        }
        let unit = MetricRegistry.definition(metric)?.unit ?? ""
        switch (budget.measure, unit) {
        case (.time, "s"): return (budget.amount, nil)
        case (.energy, "kJ"): return (budget.amount / 1000, nil)
        case (.carbon, "g"): return (budget.amount, nil)
        case (.money(let currency), _) where metric == .trainingMoney || metric == .totalMoney:
            return (budget.amount, currency)
        default:
            throw VouchError(
                "\(place)\"\(text)\" is \(budget.subject), and \(metric) is "
                    + (unit.isEmpty ? "not" : "in \(unit)"))
        }
    }
}

/// A run judged by a policy.
package struct PolicyCheck: Sendable {
    package let verdicts: [Policy.Verdict]
    package var passed: Bool { verdicts.allSatisfy(\.passed) }

    /// A line a verdict, for people.
    package var text: String {
        let lines = verdicts.map { verdict in
            (verdict.passed ? "pass  " : "FAIL  ") + visible(line(verdict))
        }
        let failed = verdicts.count { !$0.passed }
        return lines.joined(separator: "\n")
            + "\n\(verdicts.count - failed) passed, \(failed) failed\n"
    }

    private func line(_ verdict: Policy.Verdict) -> String {
        var text = verdict.rule.text
        if verdict.rule.group == "*", let group = verdict.group { text += " (\(group))" }
        if let found = verdict.found { text += ": \(NumberText.plain(found))" }
        if let reason = verdict.reason { text += ", \(reason)" }
        return text
    }

    package func json() throws -> [UInt8] {
        struct Row: Encodable {
            var rule: String
            var metric: MetricID
            var group: String?
            var found: Double?
            var passed: Bool
            var reason: String?
        }
        return try JSON.encode(
            verdicts.map {
                Row(
                    rule: $0.rule.text, metric: $0.rule.metric, group: $0.group, found: $0.found,
                    passed: $0.passed, reason: $0.reason)
            })
    }

    /// As JUnit's XML, which CI systems show.
    package var junit: String {
        let failed = verdicts.count { !$0.passed }
        let cases = verdicts.map { verdict -> String in
            let name = escaped(line(verdict))
            let metric = escaped(verdict.rule.metric.rawValue)
            let open = "  <testcase classname=\"\(metric)\" name=\"\(name)\""
            guard !verdict.passed else { return open + "/>\n" }
            return open
                + ">\n    <failure message=\"\(escaped(verdict.reason ?? ""))\"/>\n  </testcase>\n"
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + "<testsuite name=\"vouch\" tests=\"\(verdicts.count)\" failures=\"\(failed)\">\n"
            + cases.joined() + "</testsuite>\n"
    }

    private func escaped(_ text: String) -> String { xmlEscaped(visible(text)) }
}

/// Judges a run, or a report's JSON, by a policy file.
package func checkRun(_ run: String, policy path: String) throws -> PolicyCheck {
    let policy = try PolicyFile.read(path)
    let report =
        Files.isFolder(run) ? try storedReport(run: run) : try RunReport(json: Files.read(run))
    return PolicyCheck(verdicts: policy.judge(report.everyMeasurement))
}

/// Every metric that a policy may name, as a table.
package func policyMetrics() -> String {
    alignedTable(
        [["metric", "better", "unit", "name"]]
            + MetricRegistry.all.map {
                [
                    $0.id.rawValue,
                    $0.direction > 0 ? "larger" : $0.direction < 0 ? "smaller" : "neither",
                    $0.unit, $0.name,
                ]
            }, rightAligned: [])
}

extension RunReport {
    /// Those over all rows, of groups, and the gaps between groups.
    var everyMeasurement: [Measurement] {
        measurements + groupTables.flatMap { $0.gaps + $0.rows.flatMap(\.measurements) }
    }
}
