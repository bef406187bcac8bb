import Statistics
import TensorCore
import Testing

struct LinearProgramTests {
    /// Dantzig's textbook case: `max 3x + 5y`, `x ≤ 4`, `2y ≤ 12`, `3x + 2y ≤ 18` is 36 at (2, 6).
    @Test func aTextbookCase() throws {
        let program = LinearProgram(
            objective: [3, 5], rows: [[1, 0], [0, 2], [3, 2]], bounds: [4, 12, 18])
        let found = try #require(program.solution())
        #expect(abs(found[0] - 2) < 1e-12 && abs(found[1] - 6) < 1e-12)
        #expect(LinearProgram(objective: [1], rows: [[-1]], bounds: [1]).solution() == nil)
    }

    /// Beale's case, in which the steepest column alone runs in circles: 1/20 at (1/25, 0, 1, 0).
    @Test func circlesEnd() throws {
        let program = LinearProgram(
            objective: [0.75, -150, 0.02, -6],
            rows: [[0.25, -60, -0.04, 9], [0.5, -90, -0.02, 3], [0, 0, 1, 0]], bounds: [0, 0, 1])
        let found = try #require(program.solution())
        #expect(abs(zip(program.objective, found).reduce(0) { $0 + $1.0 * $1.1 } - 0.05) < 1e-12)
    }

    /// Of two variables every corner can be looked at.
    @Test func randomProgramsAgainstAllCorners() throws {
        for seed in 0..<200 as Range<UInt64> {
            let random = CounterRandom(seed: seed, name: "programs")
            var index: UInt64 = 0
            func draw() -> Double {
                index += 1
                return random.uniform(index: index)
            }
            let objective = [draw() - 0.3, draw() - 0.3]
            var rows = (0..<5).map { _ in [draw() - 0.2, draw() - 0.2] } + [[1, 1]]
            var bounds = (0..<5).map { _ in draw() < 0.3 ? 0 : draw() } + [1]
            let found = try #require(
                LinearProgram(objective: objective, rows: rows, bounds: bounds).solution())
            rows += [[-1, 0], [0, -1]]
            bounds += [0, 0]
            func isAllowed(_ x: Double, _ y: Double) -> Bool {
                zip(rows, bounds).allSatisfy { $0[0] * x + $0[1] * y <= $1 + 1e-9 }
            }
            var best = -Double.infinity
            for a in rows.indices {
                for b in rows.indices where b > a {
                    let determinant = rows[a][0] * rows[b][1] - rows[a][1] * rows[b][0]
                    guard abs(determinant) > 1e-12 else { continue }
                    let x = (bounds[a] * rows[b][1] - rows[a][1] * bounds[b]) / determinant
                    let y = (rows[a][0] * bounds[b] - bounds[a] * rows[b][0]) / determinant
                    if isAllowed(x, y) { best = max(best, objective[0] * x + objective[1] * y) }
                }
            }
            #expect(isAllowed(found[0], found[1]))
            #expect(abs(objective[0] * found[0] + objective[1] * found[1] - best) < 1e-7)
        }
    }
}
