package import Models
import NN
import RunStore
package import Tables
import TensorCore

/// Another run's model, from which a training takes the encoders and weights of shared columns.
package struct CarriedModel: Sendable {
    /// The other run's folder.
    package let run: String
    package let model: ModelBundle
    /// What is kept of it with the run; its columns are known once a table was matched.
    package private(set) var source: TrainConfiguration.CarriedSource
    /// How columns were matched; `nil` where a run says it that was matched before.
    package private(set) var matching: ColumnMatching?

    /// - Throws: an error that says what to do where there is no such run, or its weights cannot be taken.
    package init(run: String, kinds: InputKinds) throws {
        self.run = run
        let folder = try RunFolder.open(run)
        model = try ModelBundle(reading: folder, kinds: kinds)
        try Self.check(model, of: run)
        let recipe = try JSON.decode(
            Recipe.self, from: folder.read("recipe.json"), file: run + "/recipe.json")
        let network = model.network
        let embedding = network.input.embedding
        let numbers: TrainConfiguration.NumberForm =
            embedding.map { $0.frequencies > 0 ? .periodic : .piecewise } ?? .plain
        source = TrainConfiguration.CarriedSource(
            weightsSHA256: ContentHash.sha256(model.encodedWeights()),
            shape: TrainConfiguration.CarriedShape(
                kind: recipe.kind, members: network.members,
                width: network.hidden.first ?? recipe.width,
                depth: network.hidden.count, activation: network.activation, numbers: numbers,
                numberWidth: embedding?.width ?? 0))
    }

    private static func check(_ model: ModelBundle, of run: String) throws(VouchError) {
        func refusal(_ why: String, _ advice: String) -> VouchError {
            VouchError(setting: "\(named: Settings.from) is \"\(run)\", \(why). \(advice)")
        }
        if case .imported(let source, _, _) = model.provenance.origin {
            throw refusal(
                "a model imported from \(source)", "Name a run that vouch trained")
        }
        if model.network.additive != nil {
            throw refusal(
                "an additive model, whose functions are learned anew",
                "Name a run of another kind, such as one of the standard kind")
        }
        if model.parameters.tensors.contains(where: { $0.dtype != .float32 }) {
            throw refusal(
                "a model of whole numbers, which cannot learn on",
                "Name the run that it was made of")
        }
    }

    /// With the columns that a table shares with the other run's; those of a run that was matched before stay.
    ///
    /// - Parameters:
    ///   - encoder: Fitted on the rows.
    ///   - rows: The training rows; only they decide.
    /// - Throws: where no column is shared.
    func matched(_ encoder: Encoder, in table: Table, rows: [Int]) throws -> CarriedModel {
        guard source.columns == nil else { return self }
        let matching = try ColumnMatching(
            encoder, of: model.encoder, in: table, rows: rows,
            oneHotLimit: TabularNetwork.oneHotLimit)
        guard !matching.matches.isEmpty else {
            let reasons = matching.refusals.prefix(5).map { "\"\($0.column)\" \($0.reason)" }
            throw VouchError(
                setting: """
                    \(named: Settings.from) is "\(run)", with whose table \(table.name) shares no column\
                    \(reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; ")). Name columns as they are \
                    named there, or train without
                    """)
        }
        var result = self
        result.source.columns = matching.matches
        result.matching = matching
        return result
    }

    /// An encoder with the shared columns as the other run's encodes them.
    func carried(_ encoder: Encoder) -> Encoder {
        encoder.carrying(source.columns ?? [], of: model.encoder)
    }

    fileprivate func with(columns: [ColumnMatch]?) -> CarriedModel {
        var result = self
        result.source.columns = columns
        return result
    }
}

extension TrainConfiguration {
    /// With what the run to carry over is, and its model; `nil` where nothing is carried over.
    ///
    /// - Throws: where it is no longer the run that this configuration was trained with.
    package func openingCarry(
        _ kinds: InputKinds
    ) throws -> (configuration: TrainConfiguration, model: CarriedModel?) {
        guard let run = carry.run, !carry.isDeclined else { return (self, nil) }
        let opened: CarriedModel
        do {
            opened = try CarriedModel(run: run, kinds: kinds)
        } catch  where carry.source != nil {
            throw VouchError(
                "this run began with weights of \(run), which cannot be opened: \(error). Put that run "
                    + "back where it stood to train as this run did, or train anew")
        }
        guard let known = carry.source else {
            var result = self
            result.carry.source = opened.source
            return (result, opened)
        }
        guard known.weightsSHA256 == opened.source.weightsSHA256 else {
            throw VouchError(
                "this run began with weights of \(run) with the SHA-256 "
                    + "\(known.weightsSHA256.prefix(12))…, and those that stand there now have "
                    + "\(opened.source.weightsSHA256.prefix(12))…. Put that run back as it was, or train anew"
            )
        }
        return (self, opened.with(columns: known.columns))
    }
}
