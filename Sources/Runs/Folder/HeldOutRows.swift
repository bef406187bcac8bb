package import Evidence
package import Models
import Platform
package import Prediction
import RunStore
package import Tables

/// The one door to labelled rows of a stored run that nobody may learn from: its validation and
/// test rows, and rows of a file that its model is asked about.
///
/// A line is added to the run's ledger before rows are handed out; where the ledger refuses, nobody
/// sees them. A door is of one run and one purpose, and writes one line for each split of the run,
/// however often that is opened.
///
/// What lies behind it in memory is `Sealed`; what lies there as a file is read in this file alone.
/// A training has no ledger yet: `LedgerEntries` lists its looks, and they are in the run's folder
/// when that appears.
package struct HeldOutRows {
    private let run: String
    private let purpose: String
    private let kinds: InputKinds
    private var opened: Set<RowSplit> = []
    /// Those that were read from the run's files.
    private var found: [RowSplit: LabelledPredictions] = [:]

    /// - Parameters:
    ///   - run: A run folder.
    ///   - purpose: What the ledger says the rows were opened for.
    ///   - kinds: Those of the run's columns among them.
    package init(of run: String, for purpose: String, kinds: InputKinds = .shipped) {
        self.kinds = kinds
        self.run = run
        self.purpose = purpose
    }

    /// What the run's model said of its validation or test rows, verified against the manifest.
    ///
    /// - Returns: Maybe no rows, of a run without validation rows; then there is no look, and no
    ///   line.
    /// - Throws: `RunStoreError` where the run does not hold these rows or its ledger is damaged;
    ///   `PlatformError` where the system refuses the line.
    package mutating func open(_ split: RowSplit) throws -> LabelledPredictions {
        if let known = found[split] { return known }
        let name = PredictionFile.name(split)
        let folder = try RunFolder.open(run)
        let model = try RunModel(reading: folder, kinds: kinds)
        guard split != .validation || model.network != nil || folder.contains(name) else {
            // Of an imported model nobody need have given any.
            return LabelledPredictions(none: split, of: model)
        }
        let rows = try PredictionFile.decode(
            folder.read(name), name: run + "/" + name, split: split, model: model)
        try record(split, rows: rows.rows)
        found[split] = rows
        return rows
    }

    /// Rows of the run that are in memory already.
    ///
    /// - Throws: where the ledger refuses the line.
    package mutating func open<Value>(_ sealed: Sealed<Value>) throws -> Value {
        try record(sealed.split, rows: sealed.rows)
        return sealed.value
    }

    /// Rows of a file with answers, and what the run's model says of them.
    ///
    /// - Parameters:
    ///   - bytes: The file's, whose hash is in the line.
    ///   - predictions: Of every row of the table that was read from them.
    ///   - split: What the line calls the rows; the file's name if `nil`.
    /// - Throws: where no row has an answer, or the ledger refuses the line.
    package func open(
        file path: String, _ bytes: [UInt8], _ table: Table, _ predictions: Predictions,
        model: some DescribedModel, as split: RowSplit? = nil
    ) throws -> LabelledPredictions {
        let name = RowSplit.named(Files.name(of: path))
        let found = try LabelledPredictions(
            table, rows: nil, model: model, predictions: predictions, split: name)
        try Look(
            split: split ?? name, rows: found.rows, purpose: purpose,
            dataSHA256: ContentHash.sha256(bytes)
        ).record(in: run)
        return found
    }

    /// Before a file is read as anybody's predictions: a look where it is one that a run keeps of
    /// its own rows.
    ///
    /// - Throws: where that run's ledger refuses the line.
    package static func noteLook(atFile path: String, rows: Int, for purpose: String) throws {
        let folder = Files.folder(of: path)
        guard
            let split = [RowSplit.validation, .test].first(where: {
                PredictionFile.name($0) == Files.name(of: path)
            }), (try? RunFolder.checkPlace(folder)) != nil
        else { return }
        var door = HeldOutRows(of: folder, for: purpose)
        try door.record(split, rows: rows)
    }

    /// A finished run with what its probes say that they look at: a line for each split of each.
    ///
    /// - Throws: where the run's ledger refuses a line.
    package static func open(
        _ sealed: Sealed<Subject>, of run: String, for probes: [ProbeDescription]
    ) throws -> Subject {
        for probe in probes {
            var door = HeldOutRows(of: run, for: probe.name)
            for look in sealed.value.looks(of: probe) {
                try door.record(look.split, rows: look.rows)
            }
        }
        return sealed.value
    }

    private mutating func record(_ split: RowSplit, rows: Int) throws {
        guard rows > 0, !opened.contains(split) else { return }
        try Look(split: split, rows: rows, purpose: purpose, dataSHA256: nil).record(in: run)
        opened.insert(split)
    }
}

/// Held-out rows in memory, or what was made of them, that only `HeldOutRows` hands out.
package struct Sealed<Value> {
    let split: RowSplit
    package let rows: Int
    fileprivate let value: Value

    /// - Parameter rows: How many of the split are among it; with none, opening it is no look.
    package init(_ value: Value, split: RowSplit, rows: Int) {
        self.value = value
        self.split = split
        self.rows = rows
    }
}

extension Sealed where Value == LabelledPredictions {
    package init(_ predictions: LabelledPredictions) {
        self.init(predictions, split: predictions.split, rows: predictions.rows)
    }
}

extension Sealed where Value == Subject {
    package init(_ subject: Subject) {
        self.init(subject, split: subject.test.split, rows: subject.test.rows)
    }

    /// What probes would cost, which is known without a look.
    package func prices(of probes: [any Probe], absences: [Need: String] = [:]) -> [ProbePrice] {
        probes.map { ProbePrice($0, value, absences: absences) }
    }
}

/// A look at rows that must not be learnt from, after the run was written.
private struct Look {
    var split: RowSplit
    var rows: Int
    var purpose: String
    /// Of a file of its own; `nil` for rows of the files that the run was made from.
    var dataSHA256: String?

    /// Adds the look to the run's ledger, and to the index where that knows the run.
    ///
    /// - Throws: where the ledger refuses; then nobody should be told what was seen.
    func record(in run: String) throws {
        let made = try Ledger.read(run).lastRun?.details ?? [:]
        var details: [String: String] = [:]
        details[Ledger.DetailKey.weightsSHA256] = made[Ledger.DetailKey.weightsSHA256]
        let data = made[Ledger.DetailKey.dataSHA256]
        details[Ledger.DetailKey.dataSHA256] =
            dataSHA256 ?? (split == .test ? made[Ledger.DetailKey.testSHA256] ?? data : data)
        try Ledger.append(
            [
                .init(
                    time: Clock.text(unixSeconds: Clock.unixSeconds()), kind: .look,
                    split: split.rawValue, rows: rows, purpose: purpose, details: details)
            ], in: run)
        // The index can be made anew from the folders, so that its troubles are no reason to fail.
        if let index = try? RunIndex.openExisting(), (try? index.run(at: run)) != nil {
            _ = try? index.record(runAt: run)
        }
    }
}
