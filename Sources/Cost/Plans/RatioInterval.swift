/// Where nine of ten real times lie, as a multiple of the planned one.
///
/// Split conformal prediction with the quotient as the score: of n earlier quotients r₍₁₎ ≤ … ≤ r₍ₙ₎ the bounds are
/// r₍ₖ₎ and r₍ₙ₊₁₋ₖ₎ with k = ⌊(n + 1) · 0.05⌋. If the next one is exchangeable with them, it lies between with a
/// probability of at least 1 − 2k/(n + 1) ≥ 0.9.
///
/// - Source: Lei et al. 2018, DOI 10.1080/01621459.2017.1307116; Vovk, Gammerman & Shafer 2005, section 2.
package struct RatioInterval: Codable, Sendable, Hashable {
    package var bounds: RatioBounds
    /// Earlier plans that it rests on; 0 where it is the shipped one.
    package var plans: Int

    package static let level = 0.9
    /// Fewer say nothing of one in twenty on either side.
    package static let fewest = 20
    /// Older ones are of another program and of another use of the machine.
    package static let most = 200

    /// - Parameters:
    ///   - ratios: Real over planned of earlier plans that knew as much, the latest first.
    ///   - shipped: What holds where they are fewer than `fewest`.
    package init(_ ratios: [Double], shipped: RatioBounds) {
        let sorted = ratios.filter { $0.isFinite && $0 > 0 }.prefix(Self.most).sorted()
        guard sorted.count >= Self.fewest else {
            bounds = shipped
            plans = 0
            return
        }
        let place = Int(Double(sorted.count + 1) * (1 - Self.level) / 2 + 1e-9)
        bounds = RatioBounds(lower: sorted[place - 1], upper: sorted[sorted.count - place])
        plans = sorted.count
    }

    /// Where it comes from, in a sentence.
    package func origin(_ prior: PlanPrior = .shipped) -> String {
        plans == 0
            ? "shipped, of \(prior.dated): fewer than \(Self.fewest) such plans were made on this machine"
            : "from \(plans) such plans on this machine"
    }
}
