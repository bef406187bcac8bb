import Evidence
import Explanation
import Tables
import TensorCore
import Testing

/// Functions of an additive model, made unique and read.
struct AdditiveTests {
    private static let random = CounterRandom(seed: 5, name: "additive tests")

    private static func uniform(_ stream: Int, _ row: Int) -> Double {
        random.uniform(step: UInt32(stream), index: UInt64(row))
    }

    /// Columns `a` of numbers and `b` of three categories that go with `a`.
    private static func table(_ rows: Int) -> (table: Table, a: [Double], b: [Int]) {
        let a = (0..<rows).map { (uniform(0, $0) * 20).rounded(.down) }
        let b = (0..<rows).map { row in
            min(2, Int(a[row] / 10 + 2 * uniform(1, row)))
        }
        return (
            Table(
                name: "t", rowCount: rows,
                columns: [
                    Column(name: "a", cells: .numbers(a)),
                    Column(
                        name: "b",
                        cells: .categories(
                            codes: b.map(Int32.init), values: ["low", "middle", "high"])),
                ]), a, b
        )
    }

    private static func read(
        _ rows: Int, models: Int = 1, _ own: (Int, Double, Int) -> (Double, Double, Double)
    ) -> (terms: AdditiveTerms, shapes: ShapeFunctions, raw: [Float], table: Table, b: [Int]) {
        let (table, a, b) = table(rows)
        let values = (0..<models).map { model in
            (0..<rows).flatMap { row in
                let found = own(model, a[row], b[row])
                return [Float(found.0), Float(found.1), Float(found.2)]
            }
        }
        let result = AdditiveTerms.read(
            .init(values: values, intercepts: Array(repeating: 0.5, count: models)), of: table,
            columns: ["a", "b"], pairs: [(0, 1)], quantity: "y")
        return (result.terms, result.shapes, values[0], table, b)
    }

    @Test func purifyingChangesNoSum() {
        let found = Self.read(400) { _, a, b in
            (a / 10, Double(b), a * Double(b) / 7)
        }
        let values = found.terms.values(found.raw, of: found.table)
        for row in 0..<400 {
            let before = 0.5 + (0..<3).reduce(0) { $0 + Double(found.raw[row * 3 + $1]) }
            let after = found.terms.intercept + (0..<3).reduce(0) { $0 + values[row * 3 + $1] }
            #expect(abs(before - after) < 1e-5)
        }
    }

    @Test func aPairHoldsOnlyWhatItsColumnsDoNotTell() {
        // All of it stands in the pair, of which the columns could tell the first two parts.
        let found = Self.read(4000) { _, a, b in
            (0, 0, a / 10 + 2 * Double(b) + (Int(a) % 2 == 0 && b == 1 ? 1 : 0))
        }
        let values = found.terms.values(found.raw, of: found.table)
        for term in 0..<2 {
            let mean = (0..<4000).reduce(0) { $0 + values[$1 * 3 + term] } / 4000
            #expect(abs(mean) < 1e-6, "a column's function is centered")
        }
        for category in 0..<3 {
            let rows = (0..<4000).filter { found.b[$0] == category }
            let mean = rows.reduce(0) { $0 + values[$1 * 3 + 2] } / Double(rows.count)
            #expect(abs(mean) < 1e-6, "a pair has nothing left for one of its columns")
        }
        let size = { (term: Int) in
            (0..<4000).reduce(0) { $0 + abs(values[$1 * 3 + term]) } / 4000
        }
        #expect(size(1) > 1 && size(2) < 0.3)
    }

    @Test func shapesAreTheFunctions() throws {
        let found = Self.read(2000, models: 3) { model, a, b in
            (a * a / 100 + 0.01 * Double(model), b == 2 ? 1 : 0, 0)
        }
        let a = try #require(found.shapes.terms.first { $0.name == "a" })
        #expect(a.points.count == 20)
        let (low, high) = (a.points[0], a.points[19])
        #expect(abs(high.value.value - low.value.value - 3.61) < 1e-5)
        let b = try #require(found.shapes.terms.first { $0.name == "b" })
        #expect(Set(b.points.compactMap(\.text)) == ["low", "middle", "high"])
        #expect(b.points.reduce(0) { $0 + $1.rows } == 2000)
        // What differs by a constant between models differs in no function.
        #expect(abs((low.value.upper ?? 1) - (low.value.lower ?? 0)) < 1e-5)
    }

    /// Means that each leave out another fifth of a sample: the interval covers the mean as often as it says.
    @Test func intervalsOfFoldsCover() {
        var covered = 0
        let repetitions = 2000
        for repetition in 0..<repetitions {
            let random = CounterRandom(seed: UInt64(repetition), name: "folds")
            let parts = (0..<5).map { part in
                (0..<20).reduce(0) { $0 + random.uniform(step: UInt32(part), index: UInt64($1)) }
            }
            let all = parts.reduce(0, +)
            let value = ShapeFunctions.Value(leavingOut: parts.map { (all - $0) / 80 })
            if let lower = value.lower, let upper = value.upper, lower <= 0.5, 0.5 <= upper {
                covered += 1
            }
        }
        // 0.95 ± 3 standard errors.
        #expect(abs(Double(covered) / Double(repetitions) - 0.95) < 0.015)
    }

    // MARK: - Pairs

    private static func search(
        rows: Int, columns: Int, seed: UInt64, planted: Double
    ) -> PairSearch {
        let random = CounterRandom(seed: seed, name: "pair search test")
        let codes = (0..<columns).map { column in
            (0..<rows).map { Int(random.uniform(step: UInt32(column), index: UInt64($0)) * 5) }
        }
        let chance = (0..<rows).map { row in
            0.3 + (codes[0][row] % 2 == codes[1][row] % 2 ? planted : -planted)
        }
        let answers = (0..<rows).map { row in
            random.uniform(step: UInt32(columns), index: UInt64(row)) < chance[row] ? 1.0 : 0
        }
        let share = answers.reduce(0, +) / Double(rows)
        return PairSearch(
            codes.map { .init($0, count: 7) },
            rests: [
                .init(
                    gradients: answers.map { $0 - share },
                    curvatures: Array(repeating: share * (1 - share), count: rows))
            ])
    }

    /// Three classes that no column tells of, each against the others.
    private static func searchOfClasses(rows: Int, columns: Int, seed: UInt64) -> PairSearch {
        let random = CounterRandom(seed: seed, name: "pair search of classes")
        let codes = (0..<columns).map { column in
            (0..<rows).map { Int(random.uniform(step: UInt32(column), index: UInt64($0)) * 5) }
        }
        let classes = (0..<rows).map {
            Int(random.uniform(step: UInt32(columns), index: UInt64($0)) * 3)
        }
        return PairSearch(
            codes.map { .init($0, count: 5) },
            rests: (0..<3).map { place in
                let answers = classes.map { $0 == place ? 1.0 : 0 }
                let share = answers.reduce(0, +) / Double(rows)
                return .init(
                    gradients: answers.map { $0 - share },
                    curvatures: Array(repeating: share * (1 - share), count: rows))
            })
    }

    @Test func searchesOfClassesFindNothingInNothing() {
        let alarms = (0..<400).count {
            !Self.searchOfClasses(rows: 600, columns: 6, seed: UInt64($0)).strongest(9).isEmpty
        }
        // 1 % + 3 standard errors.
        #expect(alarms <= 10, "\(alarms) of 400")
    }

    @Test func aPlantedPairIsFoundFirst() {
        let found = Self.search(rows: 3000, columns: 6, seed: 1, planted: 0.08).strongest(5)
        #expect(found.first?.first == 0 && found.first?.second == 1)
    }

    @Test func searchesOfNothingFindNothing() {
        let alarms = (0..<400).count {
            !Self.search(rows: 600, columns: 6, seed: UInt64($0), planted: 0).strongest(9).isEmpty
        }
        // 1 % + 3 standard errors.
        #expect(alarms <= 10, "\(alarms) of 400")
    }
}
