package import Adoption
package import Kernels
package import Models
package import Prediction
package import RunStore
package import Tables

/// The model of a run folder, whoever trained it; the one place that reads it.
///
/// Who needs only predictions takes this. Who needs the network asks for it, and of a model that another program
/// trained is told that it is not there.
package struct RunModel: Sendable {
    package enum Kind: Sendable {
        /// Trained here, or made of such a one.
        case network(ModelBundle)
        case imported(ImportedModel)
    }

    package let kind: Kind
    private let run: String

    /// - Parameter kinds: Those of its columns among them.
    /// - Throws: an error naming the file that is damaged or of another version.
    package init(run path: String, kinds: InputKinds = .shipped) throws {
        try self.init(reading: RunFolder.open(path), kinds: kinds)
    }

    /// Of a run folder whose files were checked already.
    package init(reading folder: RunFolder, kinds: InputKinds = .shipped) throws {
        run = folder.path
        kind =
            ImportedFiles.are(in: folder)
            ? .imported(try ImportedModel(reading: folder))
            : .network(try ModelBundle(reading: folder, kinds: kinds))
    }

    /// The network with all that is in it; `nil` of an imported model.
    package var network: ModelBundle? {
        if case .network(let bundle) = kind { bundle } else { nil }
    }

    /// - Throws: where the model was imported.
    package func requireNetwork() throws(VouchError) -> ModelBundle {
        guard let network else { throw VouchError.imported(run, lacks: .network) }
        return network
    }

    /// What predicts raw rows; one call at a time.
    package func predictor(pool: WorkerPool) -> any Predictor {
        switch kind {
        case .network(let bundle): ModelPredictor(model: bundle, pool: pool)
        case .imported(let model): model
        }
    }

    package func predict(_ table: Table, pool: WorkerPool) throws -> Predictions {
        try predictor(pool: pool).predictions(for: table)
    }

    package var provenance: Provenance {
        switch kind {
        case .network(let bundle): bundle.provenance
        case .imported(let model): model.provenance
        }
    }

    private var described: any DescribedModel {
        switch kind {
        case .network(let bundle): bundle
        case .imported(let model): model
        }
    }
}

extension RunModel: DescribedModel {
    package var target: TargetEncoder { described.target }
    package var schema: Schema { described.schema }
    package var costs: LabelledPredictions.Costs? { described.costs }
    package var groups: GroupNaming { described.groups }
    package var requiredColumns: [String] { described.requiredColumns }
    package func unseenCells(in table: Table?) -> UnseenCells? { described.unseenCells(in: table) }
}

/// What a model that another program trained does not bring along.
package enum ImportedLack: Sendable {
    case network, training

    fileprivate var text: String {
        switch self {
        case .network: "the network that a training of ours leaves, with its encoder, layers and weights"
        case .training: "a training of ours that can be repeated: its rows, settings and steps"
        }
    }
}

extension VouchError {
    /// What every command says that needs more of a run than the predictions of an imported model.
    package static func imported(_ run: String, lacks lack: ImportedLack) -> VouchError {
        VouchError(
            "\(run) holds a model that was not trained here but imported (vouch adopt). This needs \(lack.text). Ask "
                + "the run what its predictions tell: vouch report, predict, evaluate, explain rows, explain global, "
                + "explain counterfactuals, explain reasons, drift, compare, fairness mitigate, check")
    }
}
