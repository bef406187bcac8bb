import Models
import Prediction
import RealModule
import Synchronization
import Tables
import TensorCore

/// How much slower than usual a model is for where it lies in memory; drawn anew for each copy.
final class MadePlaces: Sendable {
    private let random: CounterRandom
    private let next = Mutex(UInt64(0))
    let spread: Double

    init(seed: UInt64, spread: Double) {
        random = CounterRandom(seed: seed, name: "places")
        self.spread = spread
    }

    func factor() -> Double {
        let index = next.withLock { next in
            defer { next += 1 }
            return next
        }
        return 1 + spread * (2 * random.uniform(index: index) - 1)
    }
}

/// A clock that goes on by what calls say that they take, at a pace that wanders, drifts and stalls.
final class MadeClock: Sendable {
    private struct State {
        var seconds = 0.0
        var wander = 0.0
        var calls: UInt64 = 0
        var caller: UInt64?
    }

    private let state = Mutex(State())
    private let callers = Mutex(UInt64(0))
    private let random: CounterRandom
    let correlation: Double
    /// The pace's rise a second.
    let drift: Double
    /// Of calls, so many stall for four milliseconds.
    let stalls: Double
    /// Seconds that the first call takes longer, as it makes what both models keep.
    let first: Double
    /// Share by which a call is slower that follows another model's.
    let cold: Double

    init(
        seed: UInt64, correlation: Double = 0, drift: Double = 0, stalls: Double = 0,
        first: Double = 0, cold: Double = 0
    ) {
        random = CounterRandom(seed: seed, name: "clock")
        self.correlation = correlation
        self.drift = drift
        self.stalls = stalls
        self.first = first
        self.cold = cold
    }

    var now: Double { state.withLock { $0.seconds } }

    /// A new model's number.
    func caller() -> UInt64 {
        callers.withLock { callers in
            defer { callers += 1 }
            return callers
        }
    }

    func pass(_ seconds: Double, by caller: UInt64) {
        state.withLock { state in
            var seconds = seconds
            if state.calls == 0 { seconds += first }
            if state.caller != caller { seconds *= 1 + cold }
            state.caller = caller
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

/// Takes so long a call and so long a row, by a made clock, and more or less of it by where it lies.
struct SlowModel: Predictor {
    let clock: MadeClock
    var call: Double
    var row: Double
    var places: MadePlaces?
    private let factor: Double
    private let number: UInt64

    init(clock: MadeClock, call: Double, row: Double, places: MadePlaces? = nil) {
        self.clock = clock
        self.call = call
        self.row = row
        self.places = places
        factor = places?.factor() ?? 1
        number = clock.caller()
    }

    var features: [String] { ["x"] }

    func copied() -> any Predictor {
        SlowModel(clock: clock, call: call, row: row, places: places)
    }

    func predictions(for table: Table) throws -> Predictions {
        clock.pass(factor * (call + row * Double(table.rowCount)), by: number)
        return Predictions(
            rows: table.rowCount, classes: [], values: [Double](repeating: 0, count: table.rowCount))
    }
}
