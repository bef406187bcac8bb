import DataEfficiency
import Evidence
import Figures
import Platform
import Runs

/// A plan of labels, for people and for programs.
package struct LabelPlanReport: Encodable, Sendable {
    let of: String
    let metric: String
    let unit: String
    /// That are learned from now.
    let rows: Int
    let points: [Point]
    /// Each form's weight.
    let forms: [String: Double]
    let today: Foretold?
    let goal: Double?
    let verdict: String
    let reason: String
    let needed: Needed?
    let foretold: [Foretold]
    let costs: Costs?
    let calibration: String
    let notes: [String]
    /// What a whole curve says of each form's shapes (`CurveFit.shapeShares`); where it was asked for.
    package var shapes: [String: [Double]]?

    struct Point: Encodable, Sendable {
        var rows: Int
        /// One a training.
        var values: [Double]
    }

    /// In all, and beyond those that there are; the upper end is `nil` where the interval is open.
    struct Needed: Encodable, Sendable {
        var rows: Int
        var lower: Int
        var upper: Int?
        var labels: Int
        var labelsLower: Int
        var labelsUpper: Int?
        let level = 0.9

        init(rows: Int, least: Int, most: Int?, beyond now: Int) {
            (self.rows, lower, upper) = (rows, least, most)
            labels = max(0, rows - now)
            labelsLower = max(0, least - now)
            labelsUpper = most.map { max(0, $0 - now) }
        }
    }

    struct Foretold: Encodable, Sendable {
        var rows: Int
        var value: Double
        var lower: Double
        var upper: Double
        /// Before the fan was widened.
        var narrowLower: Double
        var narrowUpper: Double
        /// What the best curve of each form says alone.
        var ofForms: [String: Double]
    }

    struct Costs: Encodable, Sendable {
        var currency: String?
        /// Of the labels that are needed, with the interval's ends.
        var money: [Double?]?
        var hours: [Double?]?
        /// By the middle of the fan.
        var gainOfHundred: Double?
        /// From so many rows on another label costs more than it is worth; by the middle of the fan.
        var lastPayingRows: Int?
        /// Whether a label still pays where the curve ends; `nil` where its worth was not said.
        var paysToTheEnd: Bool?
    }

    init(of name: String, _ plan: GoalPlan, rows asked: [Int], price: LabelPrice, notes: [String]) {
        of = name
        let definition = plan.metric.definition
        metric = definition.id.rawValue
        unit = definition.unit
        rows = plan.plan.rows
        points = plan.plan.points.sizes.map { size in
            Point(rows: size.rows, values: size.errors.map(plan.metric.value))
        }
        forms = Dictionary(
            uniqueKeysWithValues: (plan.plan.fit?.weights ?? [:]).map {
                ($0.key.rawValue, $0.value)
            })
        func foretold(_ rows: Int) -> Foretold? {
            guard let wide = plan.plan.forecast(atRows: rows),
                let narrow = plan.plan.rawForecast(atRows: rows)
            else { return nil }
            let (value, lower, upper) = plan.values(wide)
            let narrowEnds = plan.values(narrow)
            var ofForms: [String: Double] = [:]
            for form in CurveForm.allCases {
                ofForms[form.rawValue] = plan.plan.fit?.error(ofForm: form, atRows: rows)
                    .map(plan.metric.value)
            }
            return Foretold(
                rows: rows, value: value, lower: lower, upper: upper,
                narrowLower: narrowEnds.lower, narrowUpper: narrowEnds.upper, ofForms: ofForms)
        }
        today = foretold(plan.plan.rows)
        self.foretold = asked.compactMap(foretold)
        goal = plan.wanted
        verdict = plan.verdict
        reason = plan.reason
        var needed: Needed?
        if case .needed(let rows, let least, let most) = plan.answer {
            needed = Needed(rows: rows, least: least, most: most, beyond: plan.plan.rows)
        }
        self.needed = needed
        costs = Self.costs(plan.plan, needed, price)
        calibration = plan.plan.calibrationText
        self.notes = notes
    }

    private static func costs(
        _ plan: LabelPlan, _ needed: Needed?, _ price: LabelPrice
    ) -> Costs? {
        guard price.cost != nil || price.minutes != nil, plan.fit != nil else { return nil }
        var costs = Costs(currency: price.currency)
        let labels: [Int?]? = needed.map { [$0.labels, $0.labelsLower, $0.labelsUpper] }
        if let cost = price.cost {
            costs.money = labels?.map { $0.map { Double($0) * cost } }
        }
        if let minutes = price.minutes {
            costs.hours = labels?.map { $0.map { Double($0) * minutes / 60 } }
        }
        if let cost = price.cost, let worth = price.worth {
            costs.lastPayingRows = plan.lastPayingRows(cost: cost, worth: worth)
            costs.paysToTheEnd = costs.lastPayingRows == nil
        } else {
            costs.gainOfHundred = plan.gainOfHundred(atRows: plan.rows)
        }
        return costs
    }

    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }
}
