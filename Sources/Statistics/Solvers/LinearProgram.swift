/// `max c·x` where `A x ≤ b` and `x ≥ 0`, for `b ≥ 0`, by the simplex method on a dense tableau.
///
/// Begins at x = 0. The column of the steepest gain enters; after steps that gained nothing the first column
/// that gains does (Bland), so that it never runs in circles.
///
/// - Source: Dantzig 1963, ISBN 978-0-691-05913-6; Bland 1977, DOI 10.1287/moor.2.2.103.
package struct LinearProgram: Sendable {
    /// `[variables]`.
    package var objective: [Double]
    /// `[constraints][variables]`.
    package var rows: [[Double]]
    /// `[constraints]`, ≥ 0.
    package var bounds: [Double]

    package init(objective: [Double], rows: [[Double]], bounds: [Double]) {
        precondition(rows.count == bounds.count, "a bound a constraint")
        precondition(rows.allSatisfy { $0.count == objective.count }, "a number a variable")
        precondition(bounds.allSatisfy { $0 >= 0 }, "x = 0 must be allowed")
        self.objective = objective
        self.rows = rows
        self.bounds = bounds
    }

    private static let tiny = 1e-11

    /// - Returns: the best x, at a corner; `nil` where x may grow without end.
    package func solution() -> [Double]? {
        let (variables, constraints) = (objective.count, rows.count)
        let width = variables + constraints
        // Each row: variables, slacks, bound; last the objective, negated.
        var tableau = rows.enumerated().map { place, row in
            var line = row + [Double](repeating: 0, count: constraints + 1)
            line[variables + place] = 1
            line[width] = bounds[place]
            return line
        }
        tableau.append(objective.map { -$0 } + [Double](repeating: 0, count: constraints + 1))
        var basis = Array(variables..<width)
        var idle = 0
        while true {
            let gains = tableau[constraints]
            let candidates = (0..<width).filter { gains[$0] < -Self.tiny }
            let steepest = idle > 20 ? candidates.first : candidates.min { gains[$0] < gains[$1] }
            guard let enters = steepest else { break }
            var leaves: Int?
            var shortest = Double.infinity
            for row in 0..<constraints where tableau[row][enters] > Self.tiny {
                let length = tableau[row][width] / tableau[row][enters]
                let isTie = abs(length - shortest) <= 1e-14
                if length < shortest - 1e-14
                    || (isTie && leaves.map { basis[row] < basis[$0] } ?? true)
                {
                    shortest = min(shortest, length)
                    leaves = row
                }
            }
            guard let leaves else { return nil }
            idle = shortest > 1e-14 ? 0 : idle + 1
            Self.pivot(&tableau, leaves, enters)
            basis[leaves] = enters
        }
        var found = [Double](repeating: 0, count: variables)
        for (row, variable) in basis.enumerated() where variable < variables {
            found[variable] = max(0, tableau[row][width])
        }
        return found
    }

    private static func pivot(_ tableau: inout [[Double]], _ row: Int, _ column: Int) {
        let scale = 1 / tableau[row][column]
        let line = tableau[row].map { $0 * scale }
        tableau[row] = line
        for other in tableau.indices where other != row {
            let factor = tableau[other][column]
            guard factor != 0 else { continue }
            for place in line.indices { tableau[other][place] -= factor * line[place] }
            tableau[other][column] = 0
        }
    }
}
