extension CurveCalibration {
    /// Written by `Benchmarks/data/plans --calibrate` from `Benchmarks/data/curves.csv`: trainings of the default model.
    package static let current = CurveCalibration(
        date: "2026-11-30", source: "the default model on 19 tables",
        rows: [
            Row(
                doublings: 1, inflation: 1.543,
                coverage: 0.882, forecasts: 47),
            Row(
                doublings: 2, inflation: 1.701,
                coverage: 0.898, forecasts: 41),
            Row(
                doublings: 4.1, inflation: 1.243,
                coverage: 0.893, forecasts: 24),
        ])
}
