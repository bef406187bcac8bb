import CPURuntime
import GraphIR
import Kernels
import NN
import Prediction
import TensorCore

extension RunPredictor: RandomizablePredictor {
    func randomized(_ part: RandomizedPart, seed: UInt64) -> any Prediction.Predictor {
        RunPredictor(model: model.randomized(part, seed: seed), pool: pool)
    }
}

extension StoredModel {
    /// With the numbers of each learned tensor in another order and with random signs, so that their sizes stay.
    ///
    /// Not moved are tensors that are not learned. Of an ensemble's members the signs of the inputs count as a layer.
    func randomized(_ part: RandomizedPart, seed: UInt64) -> StoredModel {
        let chosen = layout.entries.filter { entry in
            entry.spec.role != .state && (part == .allLayers || isLast(entry.spec.name))
        }
        let changed = weights.enumerated().map { number, own in
            let buffer = Buffer(count: layout.count)
            buffer.copy(from: own, at: 0, to: 0, count: layout.count)
            for entry in chosen {
                let random = CounterRandom(
                    seed: seed, name: "randomised/\(number)/" + entry.spec.name)
                let values = own.floats(entry.range)
                let order = random.permutation(of: values.count, step: 0)
                buffer.withMutableFloats(entry.range) { words in
                    for place in values.indices {
                        let sign: Float =
                            random.uniform(step: 1, index: UInt64(place)) < 0.5 ? -1 : 1
                        words[place] = sign * values[order[place]]
                    }
                }
            }
            return buffer
        }
        return StoredModel(
            description: description, encoder: encoder, schema: schema, weights: changed)
    }

    /// Whether a parameter is of the layer that makes the output.
    private func isLast(_ name: String) -> Bool {
        description.network.additive == nil
            ? name.hasPrefix("head/")
            : ["columns/weight", "pairs/shares", "intercept"].contains(name)
    }
}
