package import Prediction
import RunStore

/// What `vouch adopt` was asked to do; written to the run folder as it was, as `configuration.json`.
///
/// It is no `TrainConfiguration`: nothing in it says how such a model is trained.
package struct AdoptConfiguration: Codable, Sendable, Hashable {
    /// Tells it from a training's.
    package private(set) var kind = "adopted"
    /// The model's file.
    package var model: String
    /// Rows with answers that it is measured on.
    package var data: String
    /// Rows that it was trained on; `nil` where they are not at hand.
    package var training: String?
    /// Rows with answers that thresholds and remedies are fitted on; `nil` for none.
    package var validation: String?
    /// A file that says what rows the model takes; guessed where `nil`.
    package var rows: String?
    package var columns = TrainConfiguration.ColumnRoles()
    package var reading = TrainConfiguration.ReadingOptions()
    package var costs: LabelledPredictions.Costs?
    /// For all probes together, in seconds.
    package var probeSeconds = 20.0
    package var seed: UInt64 = 0
    package var output: String

    package init(model: String, data: String, output: String) {
        self.model = model
        self.data = data
        self.output = output
    }
}

/// What a run folder says was asked for, by whomever its model was made; the one place that reads it.
package enum RunConfiguration: Sendable {
    case trained(TrainConfiguration)
    case adopted(AdoptConfiguration)

    package init(run: String) throws {
        let folder = try RunFolder.open(run)
        let bytes = try folder.read("configuration.json")
        let file = run + "/configuration.json"
        self =
            ImportedFiles.are(in: folder)
            ? .adopted(try JSON.decode(AdoptConfiguration.self, from: bytes, file: file))
            : .trained(try JSON.decode(TrainConfiguration.self, from: bytes, file: file))
    }

    /// Of every random choice.
    package var seed: UInt64 {
        switch self {
        case .trained(let configuration): configuration.learning.seed
        case .adopted(let configuration): configuration.seed
        }
    }
}
