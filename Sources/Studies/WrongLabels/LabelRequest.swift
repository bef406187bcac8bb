import DataEfficiency
package import Reporting
package import Runs

/// What `vouch data labels` is asked for.
package struct LabelRequest: Sendable {
    package var run: String
    /// Where the listed rows are written; `nil` to write none.
    package var output: String?
    /// Where every row is written, with what was said of it; `nil` to write none.
    package var scores: String?
    /// Of the listed rows, so many are expected to be wrong.
    package var shareRight = 0.5
    package var folds = 5
    /// Folds that are drawn anew, in each of both passes.
    package var repeats = 1
    /// Of the rows, labels that are planted in a copy to check the list; 0 for no check.
    package var planted = 0.05
    /// Columns of the run's data, each with the labels of one annotator.
    package var annotators: [String] = []
    package var threads: Int?

    package init(run: String) { self.run = run }

    /// Trainings that the usual two passes take.
    static var trainings: Int {
        let usual = LabelRequest(run: "")
        return 2 * usual.folds * usual.repeats
    }

    func check() throws(VouchError) {
        guard shareRight > 0, shareRight <= 1 else {
            throw VouchError(
                "--share-right is \(shareRight); it must be above 0 and at most 1, such as 0.5")
        }
        guard (2...20).contains(folds) else {
            throw VouchError("--folds is \(folds); it must be from 2 to 20")
        }
        guard (1...20).contains(repeats) else {
            throw VouchError("--repeats is \(repeats); it must be from 1 to 20")
        }
        guard planted >= 0, planted <= 0.2 else {
            throw VouchError(
                "--planted is \(planted); it must be from 0, for no check, to 0.2 of the rows")
        }
        guard annotators.count != 1 else {
            throw VouchError(
                "--annotator names one column, \(annotators[0]); agreement needs two or more. Name each")
        }
        if let twice = annotators.first(where: { name in annotators.count { $0 == name } > 1 }) {
            throw VouchError("--annotator names \"\(twice)\" twice; name each column once")
        }
    }
}

/// Which labels of a run's training and validation rows are probably wrong, by models that did not learn from
/// them.
///
/// That validation rows are among them is recorded in the run's ledger. Where it is interrupted after the
/// first pass, that is what is told.
///
/// - Throws: an error that names the option, or says why the run cannot be asked.
package func wrongLabels(
    _ request: LabelRequest, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> TableDocument {
    try request.check()
    try OutputFiles(ofRun: request.run)
        .check(["--out": request.output, "--scores": request.scores])
    var door = HeldOutRows(of: request.run, for: "vouch data labels")
    let passes = try LabelPasses(
        run: request.run, folds: request.folds, repeats: request.repeats,
        threads: checkedThreads(request.threads), &door, onEvent: onEvent)
    let annotations = try Annotations(request.annotators, of: passes)
    let found = try SuspectedLabels(passes, shareRight: request.shareRight)
    let planted =
        request.planted > 0 && found.interrupted == nil && !found.listed.isEmpty
        ? try PlantedCheck(request.planted, of: found, passes) : nil
    let reasons = NearestTrusted(found, passes)
    let files = SuspectFiles(
        found: found, passes: passes, reasons: reasons, annotations: annotations)
    if let output = request.output { try files.write(found.listed, to: output) }
    if let scores = request.scores { try files.write(found.suspicion.share.order, to: scores) }
    return LabelTables(
        request: request, passes: passes, found: found, planted: planted, reasons: reasons,
        annotations: annotations
    ).document
}
