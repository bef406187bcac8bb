import RealModule
import Tables
import TensorCore
import Testing

/// Which values get a code of their own, by simulation.
@Suite struct ValueAtomsTests {
    static func normal(_ random: CounterRandom, _ index: Int) -> Double {
        let radius = (-2 * Double.log(1 - random.uniform(index: UInt64(2 * index)))).squareRoot()
        return radius * Double.cos(2 * .pi * random.uniform(index: UInt64(2 * index + 1)))
    }

    /// A column of 200 values whose mean target is a smooth curve, plus noise; some values may
    /// differ from the curve.
    static func column(
        seed: UInt64, rows: Int = 4000, different: [Int: Double] = [:], classes: Bool = false
    ) -> (values: [Double], outcome: [Float]) {
        let random = CounterRandom(seed: seed, name: "atoms")
        var values: [Double] = []
        var outcome: [Float] = []
        for row in 0..<rows {
            let value = Int(random.integer(below: 200, step: 1, index: UInt64(row)))
            var mean = Double.sin(Double(value) / 40) + (different[value] ?? 0)
            if classes {
                mean = 1 / (1 + Double.exp(-mean))
                outcome.append(random.uniform(step: 2, index: UInt64(row)) < mean ? 1 : 0)
            } else {
                outcome.append(Float(mean + normal(random, row)))
            }
            values.append(Double(value))
        }
        return (values, outcome)
    }

    /// Three standard errors would be one false alarm in 700 were the estimate normal; its sum of
    /// squares is skewed, so one in 50 is allowed.
    @Test(arguments: [false, true]) func smoothColumnsHaveNone(classes: Bool) {
        var alarms = 0
        for seed in 0..<200 {
            let (values, outcome) = Self.column(seed: UInt64(seed), classes: classes)
            if !ValueAtoms(values: values, outcomes: [outcome]).values.isEmpty { alarms += 1 }
        }
        // 2 % and two Monte-Carlo standard errors of 200 trials.
        #expect(alarms <= 8, "\(alarms) of 200")
    }

    @Test func valuesThatDifferAreFoundAndTrustedByTheirRows() {
        let different = Dictionary(
            uniqueKeysWithValues: (0..<40).map { ($0 * 5, $0 % 2 == 0 ? 2.0 : -2.0) })
        var found = 0
        for seed in 0..<20 {
            let (values, outcome) = Self.column(seed: UInt64(seed), different: different)
            let atoms = ValueAtoms(values: values, outcomes: [outcome])
            guard !atoms.values.isEmpty else { continue }
            found += 1
            #expect(atoms.values == atoms.values.sorted())
            // A fifth of the values differs by 2, so that τ² is about 0.8 beside σ² = 1; neighbours
            // that differ too add to it. The 20 rows of a value earn n/(n + σ²/τ²).
            let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
            for (value, trust) in zip(atoms.values, atoms.trusts) {
                let rows = Double(counts[value] ?? 0)
                let expected = rows / (rows + 1 / 0.8)
                #expect(abs(Double(trust) - expected) < 0.05)
            }
        }
        #expect(found == 20)
    }

    @Test func otherRulesAskNoTarget() {
        let numbers: [Int] = (0..<50).map { $0 < 30 ? $0 / 5 : $0 }
        let values = numbers.map(Double.init) + [Double.nan]
        let outcome = [Float](repeating: 0, count: 51)
        let all = ValueAtoms(values: values, outcomes: [outcome], rule: .all)
        #expect(all.values == [0, 1, 2, 3, 4, 5] && all.trusts.allSatisfy { $0 == 1 })
        #expect(ValueAtoms(values: values, outcomes: [outcome], rule: .none).values.isEmpty)
    }

    @Test func severalClassesAreAddedUp() {
        let (values, outcome) = Self.column(seed: 1, different: [10: 3, 50: 3, 90: -3, 130: 3])
        let one = ValueAtoms(values: values, outcomes: [outcome])
        let twice = ValueAtoms(values: values, outcomes: [outcome, outcome])
        #expect(!one.values.isEmpty && one.values == twice.values)
        #expect(zip(one.trusts, twice.trusts).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func littleDataHasNone() {
        #expect(ValueAtoms(values: [], outcomes: [[]]).values.isEmpty)
        #expect(ValueAtoms(values: [1, 1, 2], outcomes: [[0, 1, 0]]).values.isEmpty)
        let missing = [Double](repeating: .nan, count: 50)
        let outcome = [Float](repeating: 1, count: 50)
        #expect(ValueAtoms(values: missing, outcomes: [outcome]).values.isEmpty)
        let constant = ValueAtoms(values: (0..<50).map { Double($0 % 5) }, outcomes: [outcome])
        #expect(constant.values.isEmpty)
    }
}
