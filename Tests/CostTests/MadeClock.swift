import Models
import Prediction
import RealModule
import Synchronization
import Tables
import TensorCore

/// A clock that goes on by what calls say that they take, at a pace that wanders, drifts and stalls.
final class MadeClock: Sendable {
    private struct State {
        var seconds = 0.0
        var wander = 0.0
        var calls: UInt64 = 0
    }

    private let state = Mutex(State())
    private let random: CounterRandom
    let correlation: Double
    /// The pace's rise a second.
    let drift: Double
    /// Of calls, so many stall for four milliseconds.
    let stalls: Double

    init(seed: UInt64, correlation: Double = 0, drift: Double = 0, stalls: Double = 0) {
        random = CounterRandom(seed: seed, name: "clock")
        self.correlation = correlation
        self.drift = drift
        self.stalls = stalls
    }

    var now: Double { state.withLock { $0.seconds } }

    func pass(_ seconds: Double) {
        state.withLock { state in
            let index = 3 * state.calls
            state.calls += 1
            let normal =
                (-2 * Double.log(1 - random.uniform(index: index))).squareRoot()
                * Double.cos(2 * .pi * random.uniform(index: index + 1))
            state.wander =
                correlation * state.wander
                + (1 - correlation * correlation).squareRoot() * 0.05 * normal
            let pace = 1 + state.wander + drift * state.seconds
            let stall = random.uniform(index: index + 2) < stalls ? 0.004 : 0
            state.seconds += seconds * pace + stall
        }
    }
}

/// Takes so long a call and so long a row, by a made clock.
struct SlowModel: Predictor {
    let clock: MadeClock
    var call: Double
    var row: Double

    var features: [String] { ["x"] }

    func predictions(for table: Table) throws -> Predictions {
        clock.pass(call + row * Double(table.rowCount))
        return Predictions(
            rows: table.rowCount, classes: [], values: [Double](repeating: 0, count: table.rowCount))
    }
}
