extension ClassificationSample {
    /// What deciding by a threshold is worth to somebody who would act from that probability on, two
    /// classes: `TP/n − FP/n · t/(1 − t)`, in true positives a row.
    ///
    /// - Source: Vickers & Elkin 2006, DOI 10.1177/0272989X06295361.
    package func netBenefit(threshold: Double) -> Estimate {
        benefit(threshold) { scores[$0] >= threshold }
    }

    /// The same where every row is decided positive.
    package func netBenefitOfAll(threshold: Double) -> Estimate { benefit(threshold) { _ in true } }

    private func benefit(_ threshold: Double, _ isPositive: (Int) -> Bool) -> Estimate {
        precondition(threshold > 0 && threshold < 1, "a probability")
        let price = threshold / (1 - threshold)
        return design.mean(
            (0..<rows).map { isPositive($0) ? (labels[$0] == 1 ? 1 : -price) : 0 }, scale: .plain)
    }
}
