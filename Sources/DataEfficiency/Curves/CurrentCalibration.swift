extension CurveCalibration {
    /// Of trainings of other learners than ours, until `Benchmarks/data/plans --calibrate` has run over those of the default model.
    package static let current = CurveCalibration(
        date: "2026-11-29",
        source: "error rates of forests and boosted trees of the LCDB, arXiv:2201.12150",
        rows: [
            Row(doublings: 1, inflation: 1.3, coverage: nil, forecasts: 162),
            Row(doublings: 2, inflation: 1.1, coverage: nil, forecasts: 151),
            Row(doublings: 3, inflation: 1, coverage: nil, forecasts: 119),
        ])
}
