package import CPURuntime
import GraphIR
package import Kernels
import RealModule
import TensorCore

/// The parameters before the first step: a pure function of the seed and of each parameter's name.
package func initialParameters(_ layout: ParameterLayout, seed: UInt64) -> Buffer {
    let buffer = Buffer(count: layout.count)
    for entry in layout.entries {
        let random = CounterRandom(seed: seed, name: "initial/" + entry.spec.name)
        buffer.withMutableFloats(entry.range) { words in
            for index in 0..<entry.count {
                let u = random.uniform(index: UInt64(index))
                switch entry.spec.initializer {
                case .constant(let number): words[index] = number
                case .uniform(let bound): words[index] = bound * Float(2 * u - 1)
                case .normal(let deviation):
                    // Box–Muller; 1 − u is never 0.
                    let v = random.uniform(step: 1, index: UInt64(index))
                    let radius = (-2 * Double.log(1 - u)).squareRoot()
                    words[index] = deviation * Float(radius * Double.cos(2 * .pi * v))
                case .values(let numbers): words[index] = numbers[index]
                case .randomSign: words[index] = u < 0.5 ? -1 : 1
                }
            }
        }
    }
    return buffer
}
