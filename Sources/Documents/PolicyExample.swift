import Evidence
import Fairness
import Figures
import Generalization
import Platform
import Reporting

/// A policy to begin with: at most a dozen rules that matter, each with its reason, whose limits a
/// retraining on other seeds keeps and a worse model does not.
///
/// A limit is the bound of the run's interval that leaves no doubt, less a room for retraining: three
/// times the spread over seeds, where the run measured it. The spread is that of the mean loss; of another
/// metric it is taken to be the same share of the interval's half-width. Where seeds were not measured the
/// room is the half-width. Limits are rounded away from the run, to one digit of the room.
package func policyExample(run: String) throws -> String {
    PolicyExample(try storedReport(run: run)).text
}

struct PolicyExample {
    private let report: RunReport
    /// The spread over seeds as a share of the half-width of the loss's interval; `nil` where it was not
    /// measured.
    private let seedShare: Double?

    static let mostRules = 12
    private static let shareWithoutSeeds = 1.0
    private static let timesSeeds = 3.0

    init(_ report: RunReport) {
        self.report = report
        let spread = report.measurements.first { $0.metric == .seedSpread && $0.group == nil }
        let losses: [MetricID] = [.logLoss, .rootMeanSquaredError]
        let loss = losses.lazy.compactMap { id in
            report.measurements.first { $0.metric == id && $0.group == nil }
        }.first
        if let spread = spread?.value, let half = loss?.halfWidth, loss?.metric == .logLoss,
            half > 0
        {
            seedShare = spread / half
        } else {
            seedShare = nil
        }
    }

    /// What is asked of a run, and why, in the order of harm.
    private static let asked: [(metrics: [MetricID], reason: String)] = [
        ([.expectedCost], "what its decisions cost, by the costs that were given"),
        ([.rocAUC, .macroAUC, .rSquared], "whether it tells cases apart at all"),
        ([.logLoss, .rootMeanSquaredError], "how far its answers are off"),
        (
            [.logLossAgainstBaseline, .errorAgainstBaseline],
            "it must be better than the same answer for everybody"
        ),
        ([.balancedAccuracy, .meanAbsoluteError], "every class counts alike, the rare one too"),
        ([.sensitivity], "how many of the positive rows it finds"),
        ([.expectedCalibrationError], "whether its probabilities can be taken at their word"),
        ([.trainTestGap], "how much of what it knows it learned by heart"),
        ([.membershipAUC], "whether it tells who was among its training rows; 0.5 is chance"),
        ([.suspectedLeaks], "nothing may tell the answer before it is known"),
    ]

    /// Of each protected column, the first two that these rows can bound.
    private static let gaps: [(metric: MetricID, reason: String)] = [
        (.truePositiveRateGap, "whom it fails to find"),
        (.selectionRateGap, "who gets the decision"),
        (.falsePositiveRateGap, "whom it decides for in error"),
        (.meanErrorGap, "whose number it puts too high or too low"),
        (.accuracyGap, "for whom it is right"),
    ]

    var text: String {
        var rules = Self.asked.compactMap { asked -> String? in
            asked.metrics.lazy.compactMap { id in
                report.measurements.first { $0.metric == id && $0.group == nil }
            }.first.flatMap { rule($0, asked.reason) }
        }
        var open: [String] = []
        let tables = report.groupTables
        // The bias rules come last, so room is kept for them.
        let most = max(2, (Self.mostRules - rules.count) / max(tables.count, 1))
        for table in tables {
            let known = Self.gaps.compactMap { id, reason in
                table.gaps.first { $0.metric == id }.map { ($0, reason) }
            }
            // A gap in rates of 1 or more is no limit; one in the target's unit has no such end.
            let bounded = known.filter { gap, _ in
                guard let upper = gap.interval?.upper else { return false }
                return gap.metric == .meanErrorGap || upper + room(gap) < 0.95
            }
            rules += bounded.prefix(min(2, most)).compactMap { rule($0.0, $0.1) }
            if bounded.isEmpty, !known.isEmpty {
                open.append(
                    "  # No rule for groups of \(visible(table.column)): these rows do not bound any gap. "
                        + "More rows of its small groups would.\n")
            }
        }
        return header + rules.prefix(Self.mostRules).joined() + open.joined()
    }

    private var header: String {
        let room =
            seedShare.map { share in
                "three times the spread over seeds, which is "
                    + "\(NumberText.plain(100 * share)) % of the half-width of the loss's interval."
            }
            ?? "the half-width of its interval, as the spread over seeds was not measured\n"
            + "# (train with a larger --probe-budget measures it)."
        return """
            # What a run must keep, for `vouch check RUN --policy FILE`.
            # Each rule names a metric and limits: `value`, or a bound of its 95 % interval, `lower` or
            # `upper`, which leaves no doubt. `group` is that of the report, or "*" for every group.
            # A measurement or a bound that is missing fails.
            # Limits are what this run keeps, with room for a retraining, rounded. The room:
            # \(room)
            rules:

            """
    }

    /// A rule with its reason; `nil` of what has no number or no direction.
    private func rule(_ measured: Measurement, _ reason: String) -> String? {
        guard let metric = MetricRegistry.definition(measured.metric), metric.direction != 0,
            let value = measured.value, value.isFinite
        else { return nil }
        let isMore = metric.direction > 0
        var text = "  # \(metric.name): \(reason). Measured \(NumberText.plain(value))"
        if let interval = measured.interval {
            text += " [\(NumberText.plain(interval.lower)), \(NumberText.plain(interval.upper))]"
        }
        let bound = isMore ? measured.interval?.lower : measured.interval?.upper
        let limit: String
        if let bound, bound.isFinite {
            let room = room(measured)
            text += "; room \(NumberText.plain(room)).\n"
            limit = Self.rounded(isMore ? bound - room : bound + room, room: room, down: isMore)
        } else {
            text += "; counted, or without an interval.\n"
            limit = Self.rounded(value, room: abs(value) / 100, down: isMore)
        }
        text += "  - metric: \(metric.id)\n"
        if let group = measured.group { text += "    group: \"\(yamlEscaped(group))\"\n" }
        let quantity: Policy.Quantity = bound == nil ? .value : isMore ? .lower : .upper
        text += "    \(quantity.rawValue): {\(isMore ? "min" : "max"): \(limit)}\n"
        return text
    }

    private func room(_ measured: Measurement) -> Double {
        guard let half = measured.halfWidth else { return 0 }
        return half * (seedShare.map { Self.timesSeeds * $0 } ?? Self.shareWithoutSeeds)
    }

    /// A number as YAML reads it, rounded to one digit of the room, never towards the run.
    static func rounded(_ number: Double, room: Double, down: Bool) -> String {
        guard room > 0 else {
            return number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
        }
        var step = 1.0
        var decimals = 0
        while step > room, decimals < 12 {
            decimals += 1
            step /= 10
        }
        while step * 10 <= room { step *= 10 }
        let scaled = number / step
        guard abs(scaled) < 0x1p52 else { return "\(number)" }
        // A number that stands on a step stays there, whatever binary fractions say.
        let nearest = scaled.rounded()
        let whole =
            abs(scaled - nearest) < 1e-9
            ? nearest : scaled.rounded(down ? .down : .up)
        guard decimals > 0 else { return "\(Int(whole * step))" }
        let magnitude = Int(abs(whole))
        var digits = "\(magnitude)"
        while digits.count <= decimals { digits = "0" + digits }
        return (whole < 0 ? "-" : "") + digits.dropLast(decimals) + "." + digits.suffix(decimals)
    }

    private func yamlEscaped(_ text: String) -> String {
        visible(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
}

extension Measurement {
    /// Half of the interval's width; `nil` without one.
    fileprivate var halfWidth: Double? {
        interval.flatMap { interval in
            let half = (interval.upper - interval.lower) / 2
            return half.isFinite && half > 0 ? half : nil
        }
    }
}
