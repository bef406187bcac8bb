/// The minimum of a smooth convex function by the limited-memory method of Broyden, Fletcher, Goldfarb
/// and Shanno, with steps halved until they descend.
///
/// - Parameters:
///   - start: Where to begin.
///   - evaluate: The value and the gradient at a point.
/// - Returns: The point where no part of the gradient exceeds 1e-8, or that of the last step.
/// - Source: Nocedal & Wright 2006, ISBN 978-0-387-30303-1, algorithm 7.5.
package func minimized(
    from start: [Double], steps: Int = 500,
    _ evaluate: ([Double]) -> (value: Double, gradient: [Double])
) -> [Double] {
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    var point = start
    var (value, gradient) = evaluate(point)
    var moves: [(step: [Double], change: [Double], scale: Double)] = []
    for _ in 0..<steps {
        guard gradient.contains(where: { abs($0) > 1e-8 }) else { break }
        // Two loops over the last moves give the direction.
        var direction = gradient.map { -$0 }
        var shares: [Double] = []
        for move in moves.reversed() {
            let share = dot(move.step, direction) / move.scale
            shares.append(share)
            for part in direction.indices { direction[part] -= share * move.change[part] }
        }
        if let last = moves.last {
            let scale = last.scale / dot(last.change, last.change)
            for part in direction.indices { direction[part] *= scale }
        }
        for (move, share) in zip(moves, shares.reversed()) {
            let back = dot(move.change, direction) / move.scale
            for part in direction.indices { direction[part] += (share - back) * move.step[part] }
        }
        let slope = dot(gradient, direction)
        guard slope < 0 else { break }
        var length = 1.0
        var next = point
        var found = (value: value, gradient: gradient)
        repeat {
            next = zip(point, direction).map { $0 + length * $1 }
            found = evaluate(next)
            length /= 2
        } while found.value > value + 2e-4 * length * slope && length > 1e-12
        let step = zip(next, point).map { $0 - $1 }
        let change = zip(found.gradient, gradient).map { $0 - $1 }
        let scale = dot(step, change)
        guard found.value <= value else { break }
        if scale > 0 { moves.append((step, change, scale)) }
        if moves.count > 10 { moves.removeFirst() }
        (point, value, gradient) = (next, found.value, found.gradient)
    }
    return point
}
