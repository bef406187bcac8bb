package import Evidence

/// What a plan comes to in energy, money and greenhouse gases: an estimate of an estimate.
package struct PlannedBill: Codable, Sendable, Hashable {
    /// On the clock, with the plan's 90 % interval.
    package var seconds: Amount
    /// In joules: seconds · busy cores · watts of one. Its range is that of the seconds, widened by what is not known of the
    /// watts.
    package var energy: Amount
    /// `nil` where no price is given.
    package var money: Amount?
    package var currency: String?
    /// Of CO2 equivalents.
    package var grams: Amount

    /// - Parameter wattsPerCore: Of a core that computes.
    package init(_ plan: RunPlan, wattsPerCore: Amount, tariff: Tariff) {
        seconds = .estimate(
            plan.seconds, in: plan.lower...plan.upper, unknowns: [plan.knowledge.sentence])
        energy = seconds * plan.busyCores * wattsPerCore
        let kilowattHours = energy * (1 / Bill.joulesPerKilowattHour)
        grams = kilowattHours * tariff.carbonIntensity
        currency = tariff.currency
        let parts = [
            tariff.pricePerKilowattHour.map { kilowattHours * $0 },
            tariff.pricePerHour.map { seconds * ($0 / 3600) },
        ].compactMap(\.self)
        money = parts.first.map { parts.dropFirst().reduce($0, +) }
    }
}
