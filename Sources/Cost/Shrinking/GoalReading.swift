import Models
package import Statistics

/// A number with the ends of its interval; of what is counted they are the number itself.
package struct IntervalNumber: Sendable, Hashable {
    package var value: Double
    /// `nil` where no interval is known.
    package var lower: Double?
    package var upper: Double?

    package init(counted value: Double) { (self.value, lower, upper) = (value, value, value) }

    /// - Returns: `nil` of an estimate without a value.
    package init?(_ estimate: Estimate) {
        guard let value = estimate.value else { return nil }
        (self.value, lower, upper) = (value, estimate.lower, estimate.upper)
    }

    package func scaled(by factor: Double) -> IntervalNumber {
        var result = self
        result.value *= factor
        result.lower = lower.map { $0 * factor }
        result.upper = upper.map { $0 * factor }
        return result
    }
}

/// What a smaller model has of what a goal asks for, and whether the goal is reached.
///
/// It is where the whole interval of 95 % lies beyond the bound, and where the same can be said of being better than the
/// model before at all: two that are equally fast are claimed to differ so in 2.5 % of measurements.
package struct GoalReading: Sendable, Hashable {
    package let goal: ShrinkGoal
    /// Of the smaller model; `nil` where only the ratio is measured.
    package let level: IntervalNumber?
    /// After ÷ before.
    package let ratio: IntervalNumber

    package init(_ goal: ShrinkGoal, level: IntervalNumber?, ratio: IntervalNumber) {
        self.goal = goal
        self.level = level
        self.ratio = ratio
    }

    /// Bytes of the stored weights, which are counted.
    package init(_ goal: ShrinkGoal, bytesBefore: Int, bytesAfter: Int) {
        self.init(
            goal, level: IntervalNumber(counted: Double(bytesAfter)),
            ratio: IntervalNumber(counted: Double(bytesAfter) / Double(max(bytesBefore, 1))))
    }

    /// Of a latency or a rate.
    ///
    /// - Returns: `nil` of another goal.
    package init?(_ goal: ShrinkGoal, _ times: PairedTimes) {
        let found: (level: Estimate, ratio: Estimate)
        switch goal.quantity {
        case .latency: found = (times.latency, times.latencyRatio)
        case .rate: found = (times.rate, times.rateRatio)
        case .size, .energy: return nil
        }
        guard let ratio = IntervalNumber(found.ratio) else { return nil }
        self.init(goal, level: IntervalNumber(found.level), ratio: ratio)
    }

    /// Whether it is smaller or faster than the model before, whatever was asked for.
    package var isBetter: Bool { isBeyond(1, ratio) }

    package var isReached: Bool {
        guard let asked = goal.isRelative ? ratio : level else { return false }
        return isBetter && isBeyond(goal.bound, asked)
    }

    private func isBeyond(_ bound: Double, _ figure: IntervalNumber) -> Bool {
        goal.quantity.growsBetter
            ? figure.lower.map { $0 > bound } ?? false : figure.upper.map { $0 < bound } ?? false
    }

    /// How far the number itself is from the bound, by which models that reach nothing are ordered: 1 at the bound, more
    /// beyond it.
    package var nearness: Double {
        guard let asked = goal.isRelative ? ratio : level, asked.value > 0 else { return 0 }
        return goal.quantity.growsBetter ? asked.value / goal.bound : goal.bound / asked.value
    }
}

/// Of several goals: all are to be reached.
extension [GoalReading] {
    package var areReached: Bool { allSatisfy(\.isReached) }
    /// That of the goal that is farthest from its bound.
    package var nearness: Double { map(\.nearness).min() ?? 0 }
}
