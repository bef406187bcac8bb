extension CurveCalibration {
    /// Written by `Benchmarks/data/plans --calibrate` from `Benchmarks/data/curves.csv`: trainings of the default model.
    package static let current = CurveCalibration(
        date: "2026-11-30", source: "the default model on 19 tables",
        rows: [
            Row(
                doublings: 1, inflation: 1.778,
                coverage: 0.934, forecasts: 47),
            Row(
                doublings: 2, inflation: 6.321,
                coverage: 0.944, forecasts: 41),
            Row(
                doublings: 4.1, inflation: 4.126,
                coverage: 0.929, forecasts: 24),
        ])
}
