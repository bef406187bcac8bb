import TensorCore

/// Draws in order from one seed: a case is a pure function of its number.
package struct Draws {
    private let random: CounterRandom
    private var index: UInt64 = 0

    package init(seed: UInt64, name: String = "fuzzed table") { random = CounterRandom(seed: seed, name: name) }

    private mutating func next() -> UInt64 {
        defer { index += 1 }
        return index
    }

    /// From 0 to `bound` − 1.
    package mutating func below(_ bound: Int) -> Int { random.integer(below: bound, index: next()) }

    package mutating func chance(_ probability: Double) -> Bool {
        random.uniform(index: next()) < probability
    }

    /// Uniform on [0, 1).
    package mutating func uniform() -> Double { random.uniform(index: next()) }

    package mutating func one<Element>(of choices: [Element]) -> Element { choices[below(choices.count)] }

    package mutating func maybe<Value>(_ probability: Double, _ value: (inout Draws) -> Value) -> Value? {
        chance(probability) ? value(&self) : nil
    }
}
