extension CurveCalibration {
    /// Of other learners than ours; `Benchmarks/data/plans --calibrate` writes this file from trainings of the default model.
    package static let current = CurveCalibration(
        date: "2026-11-29",
        source: "error rates of forests and boosted trees of the LCDB, arXiv:2201.12150",
        rows: [
            Row(doublings: 1, inflation: 1.3, coverage: nil, forecasts: 302),
            Row(doublings: 2, inflation: 1.1, coverage: nil, forecasts: 284),
            Row(doublings: 3, inflation: 1, coverage: nil, forecasts: 395),
        ])
}
