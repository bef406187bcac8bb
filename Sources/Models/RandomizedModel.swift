import Kernels
import NN
import TensorCore

extension ModelBundle {
    /// With the numbers of each learned tensor in another order and with random signs, so that their sizes stay.
    ///
    /// Not moved are tensors that are not learned. Of an ensemble's members the signs of the inputs count as a layer.
    package func randomized(_ part: RandomizedPart, seed: UInt64) -> ModelBundle {
        let chosen = parameters.tensors.filter { tensor in
            tensor.isLearned && (part == .allLayers || isLast(tensor.name))
        }
        let changed = parameters.sets.enumerated().map { number, own in
            let buffer = Buffer(count: own.count)
            buffer.copy(from: own, at: 0, to: 0, count: own.count)
            for tensor in chosen {
                let random = CounterRandom(seed: seed, name: "randomised/\(number)/" + tensor.name)
                let values = tensor.values(in: own)
                let order = random.permutation(of: values.count, step: 0)
                let moved = values.indices.map { place in
                    let sign: Float = random.uniform(step: 1, index: UInt64(place)) < 0.5 ? -1 : 1
                    return sign * values[order[place]]
                }
                tensor.write(moved, to: buffer)
            }
            return buffer
        }
        return with(sets: changed)
    }

    /// Whether a parameter is of the layer that makes the output.
    private func isLast(_ name: String) -> Bool {
        network.additive == nil
            ? name.hasPrefix("head/")
            : ["columns/weight", "pairs/shares", "intercept"].contains(name)
    }
}
