package import Evidence

/// What labels are planned for.
package enum LabelGoal: Sendable, Hashable {
    /// The metric is to have a value.
    case value(Double)
    /// The error is to be half of today's.
    case half

    /// The error that it asks for; `nil` of half of an error that is not known.
    func error(_ metric: CurveMetric, today: Forecast?) -> Double? {
        switch self {
        case .value(let value): metric.error(ofValue: value)
        case .half: today.map { $0.error / 2 }
        }
    }
}

/// A plan for a goal, in the metric's own values.
package struct GoalPlan: Sendable {
    package let plan: LabelPlan
    package let metric: CurveMetric
    package let goal: LabelGoal
    package let answer: LabelAnswer
    /// What is to be reached, as the metric's value; `nil` where today's is not known.
    package let wanted: Double?

    package init(_ plan: LabelPlan, metric: CurveMetric, goal: LabelGoal) {
        self.plan = plan
        self.metric = metric
        self.goal = goal
        let error = goal.error(metric, today: plan.today)
        wanted = error.map(metric.value)
        answer =
            error.map(plan.answer)
            ?? .cannotTell(reason: plan.obstacle ?? "there is no curve", least: nil)
    }

    /// The answer in the words of a verdict.
    package var verdict: String {
        switch answer {
        case .needed: "labels needed"
        case .reached: "reached already"
        case .unreachable: "unreachable with this model"
        case .cannotTell: "cannot tell"
        }
    }

    /// The values of an error's forecast, the lower end first.
    package func values(_ forecast: Forecast) -> (value: Double, lower: Double, upper: Double) {
        let ends = [metric.value(ofError: forecast.lower), metric.value(ofError: forecast.upper)]
            .sorted()
        return (metric.value(ofError: forecast.error), ends[0], ends[1])
    }

    /// A sentence that says why, or what else one has to know.
    package var reason: String {
        let times = Int(LabelPlan.horizon)
        switch answer {
        case .needed(_, _, let most):
            return most == nil
                ? "the interval is open: its upper end does not reach the goal within \(times) times the rows"
                : "where the middle and the ends of the fan come down to the goal"
        case .reached: return "the whole interval of today's value is at the goal or beyond"
        case .unreachable:
            return "not even the lower end of the fan comes down to the goal within \(times) times "
                + "the rows"
        case .cannotTell(let reason, let least):
            return reason + (least.map { "; not before \($0) rows" } ?? "")
        }
    }
}

/// Metrics of plans: the definitions.
package enum LabelMetrics {
    private static let source =
        "learning curves of the LCDB's forms, averaged: Mohr et al. 2022, arXiv:2201.12150"

    package static let needed = MetricDefinition(
        id: .labelsNeeded, name: "Labelled rows that a goal takes",
        formula:
            "rows in all at which the middle of the learning curve's fan comes down to the goal",
        unit: "rows", direction: -1, drawback: .dataHunger, source: source)
    package static let foretold = MetricDefinition(
        id: .foretoldValue, name: "Foretold value with more rows",
        formula: "the median of what one training on so many rows comes to",
        direction: 0, drawback: .dataHunger, source: source)
}

// Their ids.
extension MetricID {
    package static let labelsNeeded = MetricID("labelsNeeded")
    package static let foretoldValue = MetricID("foretoldValue")
}
