extension ClassificationSample {
    /// What deciding by a threshold is worth to somebody who would act from that probability on, two
    /// classes: `TP/n − FP/n · t/(1 − t)`, in true positives a row.
    ///
    /// - Source: Vickers & Elkin 2006, DOI 10.1177/0272989X06295361.
    package func netBenefit(threshold: Double) -> Estimate {
        let price = Self.price(threshold)
        return design.mean(
            (0..<rows).map { scores[$0] >= threshold ? (labels[$0] == 1 ? 1 : -price) : 0 },
            scale: .plain)
    }

    /// The same where every row is decided positive.
    package func netBenefitOfAll(threshold: Double) -> Double {
        let share = design.share(labels.map { $0 == 1 }).value ?? .nan
        return share - (1 - share) * Self.price(threshold)
    }

    /// What a false positive costs, in true positives.
    private static func price(_ threshold: Double) -> Double {
        precondition(threshold > 0 && threshold < 1, "a probability")
        return threshold / (1 - threshold)
    }
}
