import Documents
import Evidence
import Prediction
import Runs
import Tables

/// Test rows whose labels are trusted.
enum TrustedRows {
    static let all = "all"
    /// With fewer no interval says anything.
    private static let fewest = 10

    /// Their places among the test rows.
    ///
    /// - Parameter text: `all`, or a rule over the columns of the test rows: `checked = yes`.
    /// - Throws: where nothing is said, a column is missing, or there are too few.
    static func places(_ text: String?, of table: Table, for remedy: String) throws -> [Int] {
        guard let text else {
            throw VouchError(
                "\(remedy) cannot be proved on test rows whose labels may be wrong as those of the training rows "
                    + "are: they speak for the model that learned the same errors. Say which are trusted: --trusted "
                    + "'checked = yes', a condition on columns of the test rows, or --trusted all where a file "
                    + "of checked rows was given with --test")
        }
        guard text != all else { return Array(0..<table.rowCount) }
        let isTrusted = try RowRule(text, for: table).members(of: table)
        let places = isTrusted.indices.filter { isTrusted[$0] }
        guard places.count >= fewest else {
            throw VouchError(
                "--trusted is \"\(text)\", which \(places.count) of \(table.rowCount) test rows meet; a proof needs "
                    + "\(fewest) or more")
        }
        return places
    }
}

extension Subject {
    /// The model on some of its test rows, with nothing of rows that it learned from.
    fileprivate func trusting(_ places: [Int]) -> Subject {
        var model = model
        if let table = model?.table { model?.table = table.selecting(rows: places) }
        return Subject(
            test: test.selecting(places), model: model, cost: cost, shapes: shapes, seed: seed)
    }
}

extension RetrainedProof {
    /// What came of a remedy against wrong labels, on trusted test rows.
    ///
    /// - Parameters:
    ///   - seeds: Of paired trainings, five or more.
    ///   - door: That of the run: validation rows are among those that are suspected, test rows are opened.
    func proof(
        of remedy: LabelRemedy, trusted text: String?, seeds: Int, _ door: inout HeldOutRows
    ) throws -> Proof {
        guard !isRegression || !remedy.isOfClassesOnly else {
            throw VouchError(
                "\(remedy.description.id) is of classes, and this run predicts a number")
        }
        let table = try trials.testTable()
        let places = try TrustedRows.places(text, of: table, for: remedy.description.id)
        let (change, means) = try remedy.applied(to: configuration) {
            let request = LabelRequest(run: run)
            let passes = try LabelPasses(
                run: run, trials, folds: request.folds, repeats: request.repeats, &door,
                onEvent: onEvent)
            return (try SuspectedLabels(passes, shareRight: request.shareRight), passes)
        }
        var before: [Subject] = []
        var after: [Subject] = []
        for seed in 0..<seeds {
            onEvent(.stage("Training without and with it: seed \(seed + 1) of \(seeds)"))
            let untreated = try trained(configuration, seed: UInt64(seed))
            let treated = try trained(configuration, seed: UInt64(seed), changing: change)
            before.append(try door.open(untreated.subject).trusting(places))
            after.append(try door.open(treated.subject).trusting(places))
        }
        return try Proof(
            remedy.judged(isRegression: isRegression), means: means + "; trained anew",
            over: "\(seeds) paired seeds and \(places.count) test rows whose labels are trusted"
                + (text == TrustedRows.all ? ", all of them as was said" : ", by \(text ?? "")"),
            before: before, after: after)
    }
}
