import RealModule

/// Families of functions that learning curves are drawn by.
///
/// Each is `f(s) = f(n) · g(s/n)` with `g(1) = 1`, where n is the number of all rows. The asymptote's share of `f(n)` is κ.
///
/// | form | g(x) |
/// |---|---|
/// | constant | 1 |
/// | pow2 | x⁻ᵇ |
/// | pow3 | κ + (1 − κ)·x⁻ᵇ |
/// | exp3 | κ + (1 − κ)·exp(−b·(x − 1)) |
/// | logPower | (1 + uᵇ) / (1 + (u·x)ᵇ) |
///
/// - Source: Mohr, Viering, Loog & van Rijn 2022, arXiv:2201.12150 (LCDB), whose pow2, pow3, exp3 and logpower3 they are, up to the
///   choice of parameters.
package enum CurveForm: String, Sendable, Hashable, CaseIterable, Codable {
    case constant, pow2, pow3, exp3, logPower

    /// What it weighs before any point is seen. Those of asymptotes weigh most, as most curves bend; other weights that were
    /// tried on curves of the LCDB were no better.
    var priorWeight: Double {
        switch self {
        case .constant: 0.05
        case .pow2: 0.2
        case .pow3: 0.5
        case .exp3: 0.05
        case .logPower: 0.2
        }
    }
}

/// One function of a form, up to its height.
struct CurveShape: Sendable, Hashable {
    var form: CurveForm
    /// b; of logPower also u in `place`.
    var rate = 0.0
    var place = 1.0
    /// κ, in [0, 1).
    var asymptote = 0.0
    /// Of its prior weight, the logarithm.
    var logPrior = 0.0

    /// `log g(ratio)`
    func logShape(_ ratio: Double) -> Double {
        switch form {
        case .constant: 0
        case .pow2: -rate * Double.log(ratio)
        case .pow3:
            Double.log(asymptote + (1 - asymptote) * Double.pow(ratio, -rate))
        case .exp3:
            Double.log(asymptote + (1 - asymptote) * Double.exp(-rate * (ratio - 1)))
        case .logPower:
            Double.log(
                (1 + Double.pow(place, rate)) / (1 + Double.pow(place * ratio, rate)))
        }
    }

    /// Those that are weighed: grids of each form's parameters, whose weights add up to the form's.
    ///
    /// The rates' priors are log-normal, about 0.25 without and 0.5 with an asymptote; κ is uniform on its grid.
    static let all: [CurveShape] = CurveForm.allCases.flatMap { form in
        var shapes = grid(of: form)
        let total = Double.log(shapes.reduce(0) { $0 + Double.exp($1.logPrior) })
        for place in shapes.indices {
            shapes[place].logPrior += Double.log(form.priorWeight) - total
        }
        return shapes
    }

    private static let asymptotes = [
        0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.96,
    ]

    private static func grid(of form: CurveForm) -> [CurveShape] {
        switch form {
        case .constant: [CurveShape(form: form)]
        case .pow2:
            geometric(0.03, 2.5, 60).map {
                CurveShape(form: form, rate: $0, logPrior: logNormal($0, 0.25, 0.8))
            }
        case .pow3:
            geometric(0.03, 2.5, 36).flatMap { rate in
                asymptotes.map {
                    CurveShape(
                        form: form, rate: rate, asymptote: $0,
                        logPrior: logNormal(rate, 0.5, 0.6))
                }
            }
        case .exp3:
            geometric(0.2, 6, 10).flatMap { rate in
                asymptotes.map { CurveShape(form: form, rate: rate, asymptote: $0) }
            }
        case .logPower:
            geometric(0.1, 3, 10).flatMap { rate in
                geometric(1.0 / 16, 16, 9).map {
                    CurveShape(
                        form: form, rate: rate, place: $0,
                        logPrior: logNormal(rate, 0.25, 0.8))
                }
            }
        }
    }

    private static func logNormal(_ x: Double, _ median: Double, _ spread: Double) -> Double {
        let z = Double.log(x / median) / spread
        return -z * z / 2
    }

    private static func geometric(_ first: Double, _ last: Double, _ count: Int) -> [Double] {
        (0..<count).map {
            first * Double.pow(last / first, Double($0) / Double(count - 1))
        }
    }
}
