import CPURuntime
import Foundation
import GraphIR
import Kernels
import TensorCore
import Testing

/// How far the kernels' elementary functions are from the truth, and what they make of numbers that
/// are not finite.
@Suite struct KernelAccuracyTests {
    /// `function` of each number, by the runtime.
    private func compute(_ function: Op.Unary, _ numbers: [Float]) throws -> [Float] {
        var b = GraphBuilder()
        b.output("y", b.unary(function, b.input("x", [.rows])))
        return Experiment(
            graph: try b.build(), rows: numbers.count,
            given: ["x": Tensor([numbers.count], numbers.map(Double.init))], outputs: ["y"]
        ).runtimeValues()[0].values.map { Float($0) }
    }

    /// The range in which a function is tried; the largest error in units of the last place; and the
    /// absolute error that is allowed anyway, where a result is a small difference of large numbers.
    private func claim(_ function: Op.Unary) -> (
        range: ClosedRange<Float>, ulps: Double, floor: Double
    ) {
        switch function {
        case .identity, .negate, .square, .abs, .sign, .relu, .step: (-1e6...1e6, 0.5, 0)
        case .sqrt: (0...1e6, 0.5, 0)
        case .reciprocal: (1e-6...1e6, 0.5, 0)
        case .exp: (-87.3...88.7, 2, 0)
        case .log: (1e-38...1e38, 2, 0)
        case .gelu: (-12...12, 4, 1e-6)
        case .silu: (-80...80, 4, 0)
        case .tanh: (-12...12, 6, 0)
        case .sigmoid: (-80...80, 4, 0)
        case .softplus: (-80...80, 4, 0)
        case .erf: (-6...6, 6, 0)
        case .sin, .cos: (-1000...1000, 2, 1e-7)
        }
    }

    /// Numbers spread evenly over a range, and others spread over the magnitudes in it.
    private func sweep(_ range: ClosedRange<Float>) -> [Float] {
        let steps = 20_000
        let even = (0...steps).map { step in
            range.lowerBound + (range.upperBound - range.lowerBound) * (Float(step) / Float(steps))
        }
        let magnitudes = (0...steps).map { Float(exp2(-120 + 247 * Double($0) / Double(steps))) }
        return (even + magnitudes + magnitudes.map { -$0 }).filter { range.contains($0) }
    }

    @Test(arguments: Op.Unary.allCases) func errorsInUnitsOfTheLastPlace(_ function: Op.Unary)
        throws
    {
        let (range, ulps, floor) = claim(function)
        let numbers = sweep(range)
        var worst = (error: 0.0, x: Float(0))
        for (x, y) in zip(numbers, try compute(function, numbers)) {
            let exact = ReferenceInterpreter.unary(function, Double(x))
            let unit = max(Double(Float(exact).ulp), Double(Float.leastNormalMagnitude.ulp))
            let error = max(abs(Double(y) - exact) - floor, 0) / unit
            if !(error <= worst.error) { worst = (error, x) }
        }
        #expect(worst.error <= ulps, "\(function) of \(worst.x) is off by \(worst.error) ulp")
    }

    /// Bounded functions keep their bounds, where rounding could step over them.
    @Test func bounds() throws {
        let numbers = sweep(-20...20)
        #expect(try compute(.erf, numbers).allSatisfy { abs($0) <= 1 })
        #expect(try compute(.tanh, numbers).allSatisfy { abs($0) <= 1 })
        #expect(try compute(.sigmoid, numbers).allSatisfy { (0...1).contains($0) })
        #expect(try compute(.sin, numbers).allSatisfy { abs($0) <= 1 })
        #expect(try compute(.cos, numbers).allSatisfy { abs($0) <= 1 })
        #expect(try compute(.softplus, numbers).allSatisfy { $0 >= 0 })
    }

    @Test(arguments: Op.Unary.allCases) func numbersThatAreNotFinite(_ function: Op.Unary) throws {
        let numbers: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, -1, 1e30, -1e30]
        for (x, y) in zip(numbers, try compute(function, numbers)) {
            let exact = Float(ReferenceInterpreter.unary(function, Double(x)))
            // The sine of a number as large as 10³⁰ is not promised.
            if [.sin, .cos].contains(function), abs(x) > 1e4, x.isFinite { continue }
            #expect(
                exact.isNaN ? y.isNaN : abs(y - exact) <= 4e-7 * abs(exact) || y == exact,
                "\(function) of \(x) is \(y), should be \(exact)")
        }
    }

    @Test(arguments: Op.Binary.allCases) func pairsThatAreNotFinite(_ function: Op.Binary) throws {
        let numbers: [Double] = [.nan, .infinity, -.infinity, 0, -1, 2]
        var b = GraphBuilder()
        b.output("y", b.binary(function, b.input("x", [.rows, 1]), b.input("z", [6])))
        let values = Experiment(
            graph: try b.build(), rows: 6,
            given: ["x": Tensor([6, 1], numbers), "z": Tensor([6], numbers)], outputs: ["y"]
        ).runtimeValues()[0]
        for i in 0..<6 {
            for j in 0..<6 {
                let exact = ReferenceInterpreter.binary(function, numbers[i], numbers[j])
                let y = values[[i, j]]
                #expect(
                    exact.isNaN ? y.isNaN : y == exact,
                    "\(function) of \(numbers[i]), \(numbers[j])")
            }
        }
    }

    /// A number that is not one does not vanish: not in a ReLU behind a product, not in a reduction,
    /// not in a softmax. Training relies on it to notice that it has diverged.
    @Test func notANumberIsNotSwallowed() throws {
        for width in [1, 16, 33] {
            var b = GraphBuilder()
            let x = b.input("x", [.rows, 8])
            let w = b.parameter(
                "w", [8, .fixed(width)], role: .weight, initializer: .constant(0))
            let shift = b.parameter("b", [.fixed(width)], role: .bias, initializer: .constant(0))
            let y = b.unary(.relu, b.add(b.matmul(x, w), shift))
            b.output("relu", y)
            b.output("max", b.apply(.reduce(.max, axes: [1]), [y]))
            b.output("columns", b.apply(.reduce(.max, axes: [0]), [y]))
            b.output("sum", b.sum(y, axes: [0]))
            b.output("softmax", b.apply(.softmax, [y]))
            b.output("logSoftmax", b.apply(.logSoftmax, [y]))
            let graph = try b.build()
            var given = graph.sampleValues(rows: 5)
            given["x"]?[[2, 3]] = .nan
            let values = Experiment(
                graph: graph, rows: 5, given: given, outputs: graph.outputs.keys.sorted()
            ).runtimeValues()
            for (name, value) in zip(graph.outputs.keys.sorted(), values) {
                #expect(value.values.contains { $0.isNaN }, "\(name), width \(width)")
                guard value.shape[0] == 5 else { continue }
                for row in [0, 1, 3, 4] {
                    let own = (0..<value.shape[1]).map { value[[row, $0]] }
                    #expect(!own.contains { $0.isNaN }, "\(name): row \(row) has another's NaN")
                }
                #expect((0..<value.shape[1]).allSatisfy { value[[2, $0]].isNaN }, "\(name)")
            }
        }
    }

    /// The node that is named first when numbers stop being finite is the one that made them so.
    @Test func theFirstNodeThatIsNotFinite() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 4])
        let fine = b.unary(.tanh, b.sum(x, axes: [1]))
        let bad = b.scoped("here") { $0.apply(.softmax, [$0.scale(fine, by: .infinity)]) }
        b.output("y", b.sum(bad, axes: [0]))
        let graph = try b.build()
        let experiment = Experiment(
            graph: graph, rows: 3, given: graph.sampleValues(rows: 3), outputs: ["y"])
        let (plan, layout, _) = experiment.plan()
        let executor = Executor(plan)
        experiment.fill(executor)
        let node = executor.firstNonFiniteNode(
            steps: plan.steps.indices, parameters: experiment.parameters(layout),
            results: Buffer(count: 0), random: experiment.random)
        #expect(node?.label == "here" && node?.op == .binary(.multiply))
    }

    /// Softmax of large and of far apart numbers.
    @Test func softmaxOfExtremes() throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 3])
        b.output("softmax", b.apply(.softmax, [x]))
        b.output("logSoftmax", b.apply(.logSoftmax, [x]))
        let graph = try b.build()
        let rows: [[Double]] = [
            [1e30, 1e30, 1e30], [-1e30, 0, 0], [1000, 0, -1000], [88, 89, 90], [0, 0, 0],
        ]
        Experiment(
            graph: graph, rows: 5, given: ["x": Tensor([5, 3], rows.flatMap(\.self))],
            outputs: ["logSoftmax", "softmax"]
        ).expectAgreement()
    }

    /// The mask's numbers are `CounterRandom`'s; about `rate` of them are zero, the mean is one.
    @Test(arguments: [Float(0.1), 0.5, 0.9]) func masksHaveTheirRate(rate: Float) throws {
        var b = GraphBuilder()
        b.output("y", b.dropoutMask([.rows, 100], rate: rate))
        let rows = 2000
        let mask = Experiment(graph: try b.build(), rows: rows, given: [:], outputs: ["y"])
            .runtimeValues()[0]
        let zeros = Double(mask.values.count { $0 == 0 }) / Double(rows * 100)
        let deviation = (Double(rate * (1 - rate)) / Double(rows * 100)).squareRoot()
        #expect(abs(zeros - Double(rate)) < 4 * deviation)
        #expect(Set(mask.values).count == 2)
    }

    /// Sums over the cells of many images do not round more with every image; 300 columns are more
    /// than are summed at a time.
    @Test(arguments: [3, 300]) func longSums(columns: Int) throws {
        var b = GraphBuilder()
        let x = b.input("x", [.rows, .fixed(columns)])
        b.output("mean", b.mean(x, axes: [0]))
        let graph = try b.build()
        let rows = 300_000 / columns * 3
        let random = CounterRandom(seed: 6, name: "long sums")
        let given = Tensor(
            [rows, columns],
            (0..<rows * columns).map { Double(Float(1 + random.uniform(index: UInt64($0)))) })
        let computed = Experiment(
            graph: graph, rows: rows, given: ["x": given], outputs: ["mean"]
        ).runtimeValues()[0]
        for column in 0..<columns {
            let exact = (0..<rows).reduce(0) { $0 + given[[$1, column]] } / Double(rows)
            #expect(abs(computed.values[column] - exact) < 2e-6 * exact)
        }
    }
}
