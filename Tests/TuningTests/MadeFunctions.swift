import RealModule
import Statistics
import TensorCore
import Tuning

/// A function with a known least value, on which searches are compared.
struct MadeFunction: Sendable {
    var name: String
    var space: SearchSpace
    var least: Double
    /// Standard deviation of what is added to each value that is seen.
    var noise = 0.0
    var value: @Sendable (_ number: (String) -> Double, _ word: (String) -> String) -> Double

    /// What is taken of what a point does not name: three tenths up each range, nowhere near the least value.
    var standard: SearchPoint {
        SearchPoint(
            Dictionary(
                uniqueKeysWithValues: space.parameters.map { ($0.id, $0.domain.text(at: 0.3)) }))
    }

    func value(at point: SearchPoint) -> Double {
        let values = standard.values.merging(point.values) { $1 }
        return value({ Double(values[$0] ?? "") ?? .nan }, { values[$0] ?? "" })
    }

    func seen(at point: SearchPoint, seed: UInt64, trial: Int) -> Double {
        let random = CounterRandom(seed: seed, name: "made-noise")
        let draw = max(random.uniform(index: UInt64(trial)), 1e-12)
        return value(at: point) + noise * SpecialFunctions.normalQuantile(draw)
    }

    static let all = [branin, hartmann, rosenbrock, words, training, noisyHartmann]

    private static func space(_ parameters: [SearchParameter]) -> SearchSpace {
        SearchSpace(dated: "2026-11-30", source: "made", parameters: parameters)
    }

    private static func reals(_ count: Int, _ lower: Double, _ upper: Double) -> [SearchParameter] {
        (0..<count).map {
            SearchParameter("x\($0)", .real(lower: lower, upper: upper, isLogarithmic: false))
        }
    }

    /// Dixon & Szegö 1978: two dimensions, three minima.
    static let branin = MadeFunction(
        name: "branin",
        space: space([
            SearchParameter("x0", .real(lower: -5, upper: 10, isLogarithmic: false)),
            SearchParameter("x1", .real(lower: 0, upper: 15, isLogarithmic: false)),
        ]), least: 0.397887
    ) { number, _ in
        let (x, y) = (number("x0"), number("x1"))
        let pi = Double.pi
        let bend = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6
        return bend * bend + 10 * (1 - 1 / (8 * pi)) * Double.cos(x) + 10
    }

    private static func hartmann(_ x: [Double]) -> Double {
        let a: [[Double]] = [
            [10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8],
            [17, 8, 0.05, 10, 0.1, 14],
        ]
        let p: [[Double]] = [
            [1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991],
            [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381],
        ]
        let alpha = [1.0, 1.2, 3.0, 3.2]
        return (0..<4).reduce(0.0) { sum, i in
            let exponent = (0..<6).reduce(0.0) {
                let difference = x[$1] - p[i][$1] * 1e-4
                return $0 + a[i][$1] * difference * difference
            }
            return sum - alpha[i] * Double.exp(-exponent)
        }
    }

    /// Dixon & Szegö 1978: six dimensions, six minima.
    static let hartmann = MadeFunction(
        name: "hartmann6", space: space(reals(6, 0, 1)), least: -3.32237
    ) { number, _ in hartmann((0..<6).map { number("x\($0)") }) }

    static let noisyHartmann: MadeFunction = {
        var noisy = hartmann
        noisy.name = "hartmann6 with noise"
        noisy.noise = 0.2
        return noisy
    }()

    /// A bent valley in four dimensions.
    static let rosenbrock = MadeFunction(
        name: "rosenbrock4", space: space(reals(4, -2, 2)), least: 0
    ) { number, _ in
        let x = (0..<4).map { number("x\($0)") }
        return (0..<3).reduce(0.0) {
            let (rise, run) = (x[$1 + 1] - x[$1] * x[$1], 1 - x[$1])
            return $0 + 100 * rise * rise + run * run
        }
    }

    /// Words decide where the numbers' least place is; two settings say nothing.
    static let words = MadeFunction(
        name: "words",
        space: space(
            [
                SearchParameter("form", .choice(["p", "q", "r", "s"])),
                SearchParameter("is", .choice(["true", "false"])),
                SearchParameter("idle", .choice(["a", "b", "c"])),
            ] + reals(4, 0, 1)), least: 0, noise: 0
    ) { number, word in
        let form = ["p", "q", "r", "s"].firstIndex(of: word("form")) ?? 0
        let center = [0.2, 0.7, 0.4, 0.9][form]
        let base = [0.3, 0, 0.15, 0.4][form]
        let wide = word("is") == "true" ? 1.0 : 2.0
        return (0..<3).reduce(base + 0.1 * (wide - 1)) {
            let difference = number("x\($1)") - center
            return $0 + wide * difference * difference
        }
    }

    /// Like the loss of a training: a rate that goes with the width, an ever smaller gain of size, a cliff, noise of seeds.
    static let training = MadeFunction(
        name: "training with noise",
        space: space([
            SearchParameter("rate", .real(lower: 1e-4, upper: 0.1, isLogarithmic: true)),
            SearchParameter("width", .integer(lower: 16, upper: 512, isLogarithmic: true)),
            SearchParameter("depth", .integer(lower: 1, upper: 5, isLogarithmic: false)),
            SearchParameter("dropout", .real(lower: 0, upper: 0.5, isLogarithmic: false)),
            SearchParameter("decay", .real(lower: 1e-6, upper: 0.1, isLogarithmic: true)),
            SearchParameter("numbers", .choice(["plain", "piecewise", "periodic"])),
        ]), least: 0.3, noise: 0.01
    ) { number, word in
        let size = Double.log(number("width") / 128) / Double.log(2)
        let rate = Double.log10(number("rate")) + 2.5 + 0.15 * size
        let depth = number("depth") - 2
        let drop = number("dropout") - 0.1 - 0.05 * max(size, 0)
        let forms: [String: Double] = ["plain": 0.05, "piecewise": 0, "periodic": 0.01]
        let form = forms[word("numbers")] ?? 0
        let cliff = rate > 1 ? 1.0 : 0
        let learned: Double = 0.06 * rate * rate + 0.3 * drop * drop
        let sized: Double = 0.004 * size * size + 0.01 * depth * depth
        return 0.3 + learned + sized + form + cliff
    }
}
