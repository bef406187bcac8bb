import TensorCore

/// Draws in order from one seed: a case is a pure function of its number.
struct Draws {
    private let random: CounterRandom
    private var index: UInt64 = 0

    init(seed: UInt64) { random = CounterRandom(seed: seed, name: "fuzzed table") }

    private mutating func next() -> UInt64 {
        defer { index += 1 }
        return index
    }

    /// From 0 to `bound` − 1.
    mutating func below(_ bound: Int) -> Int { random.integer(below: bound, index: next()) }

    mutating func chance(_ probability: Double) -> Bool {
        random.uniform(index: next()) < probability
    }

    /// Uniform on [0, 1).
    mutating func uniform() -> Double { random.uniform(index: next()) }

    mutating func one<Element>(of choices: [Element]) -> Element { choices[below(choices.count)] }

    mutating func maybe<Value>(_ probability: Double, _ value: (inout Draws) -> Value) -> Value? {
        chance(probability) ? value(&self) : nil
    }
}
