extension CurveCalibration {
    /// Written by `Benchmarks/data/plans --calibrate` from `Benchmarks/data/curves.csv`: trainings of the default model.
    package static let current = CurveCalibration(
        date: "2026-11-30", source: "the default model on 19 tables",
        rows: [
            Row(
                doublings: 1, inflation: 1.641,
                coverage: 0.882, forecasts: 47),
            Row(
                doublings: 2, inflation: 1.847,
                coverage: 0.880, forecasts: 41),
            Row(
                doublings: 4.1, inflation: 1.214,
                coverage: 0.893, forecasts: 24),
        ])
}
