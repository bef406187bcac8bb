package import NN
package import Tables

extension TrainConfiguration {
    /// What is carried over from another run; nothing unless asked for.
    package struct CarryOptions: Codable, Sendable, Hashable {
        /// The folder of the other run; `nil` for none.
        package var run: String?
        /// At which share of the learning rate carried layers learn on; 0 leaves them as they are.
        package var rate: Float = 0.3
        /// What the other run's model was when it was opened; `nil` before.
        package var source: CarriedSource?
        /// Whether its weights were tried and brought nothing, so that the run is one without them.
        package var isDeclined = false

        package init() {}
    }

    /// The model that weights come from, so that a later training can tell whether it is still the same.
    package struct CarriedSource: Codable, Sendable, Hashable {
        /// Of its `weights.safetensors`.
        package var weightsSHA256: String
        package var shape: CarriedShape
        /// Which columns are the same; `nil` before the table was read.
        package var columns: [ColumnMatch]?

        package init(weightsSHA256: String, shape: CarriedShape, columns: [ColumnMatch]? = nil) {
            self.weightsSHA256 = weightsSHA256
            self.shape = shape
            self.columns = columns
        }
    }

    /// What a network must have in common with another for weights to be carried over: what the recipe takes where
    /// nothing else is asked for.
    package struct CarriedShape: Codable, Sendable, Hashable {
        package var kind: ModelKind
        package var members: Int
        package var width: Int
        package var depth: Int
        package var activation: Activation
        package var numbers: NumberForm
        /// The width of a number's vector; 0 without.
        package var numberWidth: Int
    }

    /// The model that this training begins with; `nil` where it begins with random weights.
    package var carriedSource: CarriedSource? { carry.isDeclined ? nil : carry.source }

    /// As where nothing was to be carried over, but for the note that it was tried.
    package var decliningCarry: TrainConfiguration {
        var result = self
        result.carry.isDeclined = true
        return result
    }
}
