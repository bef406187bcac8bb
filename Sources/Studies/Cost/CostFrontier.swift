import Cost
import Documents
package import Evidence
import Fairness
import Models
import Prediction
package import Reporting
package import Runs
import Tables

/// What `vouch cost frontier` is asked for.
package struct FrontierRequest: Sendable {
    /// What others said of the run's test rows, by name.
    package var peers: [Peer] = []
    /// Which columns of their files are predictions; `nil` without peers.
    package var predicted: AuditedColumns?
    /// As a share of the run's model's loss; `nil` for the run's own.
    package var margin: Double?
    /// Kinds of model to train, as `--model` calls them; all where empty.
    package var kinds: [String] = []
    package var threads: Int?
    /// The command line, for the report.
    package var arguments: [String] = []

    package init() {}

    package struct Peer: Sendable, Hashable {
        package var name: String
        package var file: String

        /// `lightgbm=predictions.csv`
        ///
        /// - Throws: where it names no file.
        package init(_ text: String) throws(VouchError) {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw VouchError(
                    "--peer is \"\(text)\"; write a name and a file of predictions, such as "
                        + "lightgbm=predictions.csv")
            }
            (name, file) = (parts[0], parts[1])
        }
    }
}

/// Measures a finished run beside all other kinds of model, without a budget, and beside what others said of its test rows;
/// as `measureOnDemand`.
package func measureFrontier(
    _ request: FrontierRequest, run: String, onEvent: @escaping (RunEvent) -> Void = { _ in },
    onProbes: (@Sendable (ProbeProgress) -> Void)? = nil
) throws -> RunReport {
    if let margin = request.margin {
        var asked = try FinishedRun.configuration(of: run)
        asked.evidence.margin = margin
        try Settings.margin.check(asked)
    }
    for kind in request.kinds where TrainConfiguration.ModelKind(rawValue: kind) == nil {
        let known = TrainConfiguration.ModelKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw VouchError("--kind is \"\(kind)\"; there is \(known)")
    }
    let names = request.peers.map(\.name)
    if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
        throw VouchError("--peer names \"\(twice)\" twice; give each its own name")
    }
    let peers = try request.peers.map { try peer($0, request, run: run) }
    return try measure(
        [
            cheaperModel(
                peers: peers, margin: request.margin,
                kinds: request.kinds.isEmpty ? nil : Set(request.kinds))
        ], run: run, threads: request.threads, arguments: request.arguments, onEvent: onEvent,
        onProbes: onProbes)
}

/// Reads a peer's file as `vouch audit` does, with the run's target.
private func peer(
    _ peer: FrontierRequest.Peer, _ request: FrontierRequest, run: String
) throws -> PeerModel {
    let target = try ModelBundle(run: run).target
    guard let predicted = request.predicted else {
        throw VouchError(
            target.task == .regression
                ? "--peer needs --prediction, the column of predicted numbers in its file"
                : "--peer needs --score, the column of probabilities in its file")
    }
    guard predicted.isOfNumbers == (target.task == .regression) else {
        throw VouchError(
            target.task == .regression
                ? "the run predicts numbers: give --prediction in place of --score"
                : "the run predicts classes: give --score in place of --prediction")
    }
    var audited = AuditConfiguration(file: peer.file, predicted: predicted)
    audited.target = target.column
    if target.task == .binary { audited.positive = target.classes.last }
    audited.threads = request.threads
    let rows = try labelledPredictions(audited, CSVReader.bytes(path: peer.file))
    try HeldOutRows.noteLook(atFile: peer.file, rows: rows.rows, for: "vouch cost frontier")
    return PeerModel(name: peer.name, file: peer.file, rows: rows)
}
