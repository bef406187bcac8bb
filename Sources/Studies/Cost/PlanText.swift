package import Cost
import Evidence
import Figures

/// A plan in words.
package enum PlanText {
    /// What `vouch train` says before it trains.
    package static func line(_ plan: RunPlan, _ bill: PlannedBill) -> String {
        "Plan: about \(duration(plan.seconds)) (\(between(plan)) in nine of ten), of which training "
            + "about \(duration(plan.trainingSeconds)) and probes about \(duration(plan.probeSeconds)); "
            + costs(bill).map { "\($0.text) (\($0.range))" }.joined(separator: ", ")
            + ". An estimate: \(plan.knowledge.sentence)"
    }

    /// The ends of a plan's interval.
    package static func between(_ plan: RunPlan) -> String {
        "\(duration(plan.lower)) to \(duration(plan.upper))"
    }

    /// With as many digits as an estimate deserves.
    package static func duration(_ seconds: Double) -> String {
        switch seconds {
        case ..<10: "\(NumberText.fixed(max(0, seconds), decimals: 1)) s"
        case ..<120: "\(Int(seconds.rounded())) s"
        case ..<7200: "\(Int((seconds / 60).rounded())) min"
        default: "\(NumberText.fixed(seconds / 3600, decimals: 1)) h"
        }
    }

    /// Energy, greenhouse gases, and money where there is a price.
    static func costs(_ bill: PlannedBill) -> [(name: String, text: String, range: String)] {
        let energyUnit = bill.energy.value < 1000 ? ("J", 1.0) : ("kJ", 1000)
        let (joules, grams) = (amount(bill.energy, per: energyUnit.1), amount(bill.grams))
        var costs = [
            ("its energy", "\(joules.value) \(energyUnit.0)", joules.range),
            ("its CO2e", "\(grams.value) g CO2e", grams.range),
        ]
        if let money = bill.money, let currency = bill.currency {
            let told = amount(money)
            costs.append(("its price", "\(told.value) \(currency)", told.range))
        }
        return costs
    }

    private static func amount(
        _ amount: Amount, per unit: Double = 1
    ) -> (value: String, range: String) {
        let range = amount.range
        return (
            twoDigits(amount.value / unit),
            "\(twoDigits(range.lowerBound / unit)) to \(twoDigits(range.upperBound / unit))"
        )
    }

    private static func twoDigits(_ value: Double) -> String {
        var scale = 1.0
        while value > 0, value * scale < 10, scale < 1e12 { scale *= 10 }
        while value * scale >= 100 { scale /= 10 }
        let rounded = (value * scale).rounded() / scale
        var decimals = 0
        while scale > 1 {
            decimals += 1
            scale /= 10
        }
        return NumberText.fixed(rounded, decimals: decimals)
    }
}
