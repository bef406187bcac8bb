import RealModule

/// What a curve says of a goal.
package enum LabelAnswer: Sendable, Hashable {
    /// So many rows in all, and the interval's ends; `most` is `nil` where the interval is open.
    case needed(rows: Int, least: Int, most: Int?)
    /// The whole interval of today's error is at the goal or beyond.
    case reached
    /// Not even the lower end of the fan comes down to the goal, however far it is followed.
    case unreachable
    /// - Parameter least: Rows before which the goal is not expected; `nil` where nothing is known.
    case cannotTell(reason: String, least: Int?)
}

/// How many labelled rows a goal takes, and what more rows would give: from trainings at several sizes.
package struct LabelPlan: Sendable {
    package let points: CurvePoints
    package let behaviour: CurveBehaviour
    /// `nil` where no curve can be fitted.
    package let fit: CurveFit?
    /// Ascending, from all rows to the horizon; empty without a curve.
    package let fan: [Forecast]
    private let calibration: CurveCalibration

    /// Times the rows there are: how far a curve is followed. Of more the back-test says nothing.
    package static let horizon = 32.0
    private static let stepsADoubling = 4.0

    /// - Parameters:
    ///   - prior: What shapes of curves weigh before the points.
    ///   - calibration: By which the fan is widened.
    package init(
        _ points: CurvePoints, prior: CurvePrior = .current,
        calibration: CurveCalibration = .current
    ) {
        self.calibration = calibration
        self.points = points
        guard points.shortage == nil else {
            behaviour = .falls
            fit = nil
            fan = []
            return
        }
        let found = CurveBehaviour.of(points)
        behaviour = found.behaviour
        if case .rises = found.behaviour {
            fit = nil
            fan = []
            return
        }
        let fit = CurveFit(found.points, prior: prior)
        self.fit = fit
        let last = Int(Self.stepsADoubling * Double.log2(Self.horizon))
        fan = (0...last).map { step in
            let ratio = Double.exp2(Double(step) / Self.stepsADoubling)
            return fit.forecast(
                atRows: Int((Double(points.rows) * ratio).rounded()),
                inflation: calibration.inflation(ratio: ratio))
        }
    }

    package var rows: Int { points.rows }

    /// Why there is no curve; `nil` where there is one.
    package var obstacle: String? {
        if let shortage = points.shortage { return shortage }
        guard case .rises(let from, let to) = behaviour else { return nil }
        return "the error rises from \(from) to \(to) rows beyond noise, which no form does"
    }

    /// The error of one training on so many rows with its 90 % interval; `nil` without a curve.
    package func forecast(atRows rows: Int) -> Forecast? {
        let ratio = Double(rows) / Double(self.rows)
        return fit?.forecast(atRows: rows, inflation: calibration.inflation(ratio: ratio))
    }

    /// How far the intervals held where that was tried.
    package var calibrationText: String { calibration.text }

    /// The same before it was widened.
    package func rawForecast(atRows rows: Int) -> Forecast? { fit?.forecast(atRows: rows) }

    /// Today's, as all points together say it.
    package var today: Forecast? { fan.first }

    /// How many rows bring the error down to a goal.
    ///
    /// The interval's ends are where the ends of the fan come down to it.
    package func answer(goal: Double) -> LabelAnswer {
        guard let today else {
            return .cannotTell(reason: obstacle ?? "there is no curve", least: nil)
        }
        if today.upper <= goal { return .reached }
        guard let least = Self.reached(goal, by: \.lower, fan) else { return .unreachable }
        guard let middle = Self.reached(goal, by: \.error, fan) else {
            return .cannotTell(
                reason: "the middle of the fan does not reach it within \(Int(Self.horizon)) times "
                    + "the rows, and its lower end does", least: least)
        }
        return .needed(
            rows: middle, least: least, most: Self.reached(goal, by: \.upper, fan))
    }

    /// The rows at which an end of the fan first comes down to an error; between two places by the logarithms' line.
    private static func reached(
        _ goal: Double, by end: KeyPath<Forecast, Double>, _ fan: [Forecast]
    ) -> Int? {
        guard let next = fan.firstIndex(where: { $0[keyPath: end] <= goal }) else { return nil }
        guard next > 0 else { return fan[0].rows }
        let (before, after) = (fan[next - 1], fan[next])
        let (high, low) = (before[keyPath: end], after[keyPath: end])
        let share = high > low && goal > 0 ? Double.log(high / goal) / Double.log(high / low) : 1
        let span = Double(after.rows) / Double(before.rows)
        return Int((Double(before.rows) * Double.pow(span, min(1, max(0, share)))).rounded(.up))
    }

    /// By how much another hundred labels lower the error, by the middle of the fan.
    package func gainOfHundred(atRows rows: Int) -> Double? {
        guard let fit else { return nil }
        return fit.forecast(atRows: rows).error - fit.forecast(atRows: rows + 100).error
    }

    /// The rows from which on another label costs more than its improvement is worth, by the middle of the fan.
    ///
    /// - Parameters:
    ///   - cost: Of a label.
    ///   - worth: Of an error lower by 0.01.
    /// - Returns: `nil` without a curve, and where it still pays at the horizon.
    package func lastPayingRows(cost: Double, worth: Double) -> Int? {
        for (before, after) in zip(fan, fan.dropFirst()) where after.rows > before.rows {
            let gain = (before.error - after.error) / Double(after.rows - before.rows)
            if gain / 0.01 * worth < cost { return before.rows }
        }
        return nil
    }
}
