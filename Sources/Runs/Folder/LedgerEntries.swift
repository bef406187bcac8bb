package import Evidence
import Platform
import Prediction
package import Reporting
package import RunStore
import Tables

/// What a finished training puts into its run's ledger: the run itself, every look at rows that
/// it did not learn from, and what it took.
package struct LedgerEntries {
    private var entries: [Ledger.Entry] = []
    private let earlier: [Ledger.Record]
    private let weightsSHA256: String
    /// Of the data, and of the file of test rows where there is one.
    private let hashes: [String]
    private let time = Clock.text(unixSeconds: Clock.unixSeconds())

    /// - Parameters:
    ///   - earlier: Records of the run that is replaced, which stay.
    ///   - outcomes: Of probes, which say what each looked at.
    ///   - subject: What they measured.
    ///   - charges: What the command took.
    package init(
        _ configuration: TrainConfiguration, _ prepared: PreparedData,
        after earlier: [Ledger.Record],
        trainings: [TrainedFold], outcomes: [ProbeSchedule.Outcome], proofs: [Proof],
        subject: Subject, charges: [RunCharge],
        weightsSHA256: String
    ) throws {
        self.earlier = earlier
        self.weightsSHA256 = weightsSHA256
        hashes = prepared.hashes
        var details = [
            Ledger.DetailKey.dataSHA256: hashes[0],
            Ledger.DetailKey.configurationSHA256: ContentHash.sha256(
                try JSON.encode(configuration)),
            Ledger.DetailKey.weightsSHA256: weightsSHA256,
        ]
        if hashes.count > 1 { details[Ledger.DetailKey.testSHA256] = hashes[1] }
        details[Ledger.DetailKey.answersSHA256] = prepared.answersSHA256
        if let pool = prepared.pool { details[Ledger.DetailKey.unlabelledSHA256] = pool.sha256 }
        entries.append(
            .init(
                time: time, kind: .run, rows: prepared.split.train.count,
                purpose: "training", details: details))
        for (training, split) in zip(trainings, prepared.folds) {
            look(
                .validation, rows: split.validation.count,
                "early stopping, \(training.history.count) epochs")
        }
        if prepared.pool?.facts.comparison != nil, prepared.folds.count == 1 {
            look(
                .validation, rows: prepared.folds[0].validation.count,
                "whether rows without labels are learned from")
        }
        for outcome in outcomes where outcome.findings != nil {
            for seen in subject.looks(of: outcome.probe) {
                look(seen.split, rows: seen.rows, outcome.probe.name)
            }
        }
        for proof in proofs {
            let purpose = "proof of \(proof.name)"
            look(
                .validation, rows: prepared.folds.reduce(0) { $0 + $1.validation.count }, purpose)
            look(.test, rows: subject.test.rows, purpose)
        }
        for charge in charges { entries.append(try charge.entry) }
    }

    /// What an adoption puts there: the model, every look of its probes and proofs, and what it took.
    ///
    /// - Parameters:
    ///   - rows: Its tables, the hashes of their files among them.
    ///   - earlier: Records of the run that is replaced, which stay.
    package init(
        adopting configuration: AdoptConfiguration, _ rows: AdoptedRows,
        after earlier: [Ledger.Record], outcomes: [ProbeSchedule.Outcome], proofs: [Proof],
        subject: Subject, charge: RunCharge, sha256: String
    ) throws {
        self.earlier = earlier
        weightsSHA256 = sha256
        hashes = rows.hashes
        var details = [
            Ledger.DetailKey.dataSHA256: hashes[0],
            Ledger.DetailKey.configurationSHA256: ContentHash.sha256(
                try JSON.encode(configuration)),
            Ledger.DetailKey.weightsSHA256: sha256,
        ]
        if hashes.count > 1 { details[Ledger.DetailKey.testSHA256] = hashes[1] }
        entries.append(
            .init(
                time: time, kind: .run, rows: rows.training?.rowCount,
                purpose: "adoption of \(Files.name(of: configuration.model))", details: details))
        for outcome in outcomes where outcome.findings != nil {
            for seen in subject.looks(of: outcome.probe) {
                look(seen.split, rows: seen.rows, outcome.probe.name)
            }
        }
        for proof in proofs {
            let purpose = "proof of \(proof.name)"
            look(.validation, rows: subject.calibration?.rows ?? 0, purpose)
            look(.test, rows: subject.test.rows, purpose)
        }
        entries.append(try charge.entry)
    }

    private mutating func look(_ split: RowSplit, rows: Int, _ purpose: String) {
        entries.append(
            .init(
                time: time, kind: .look, split: split.rawValue, rows: rows, purpose: purpose,
                details: [
                    Ledger.DetailKey.dataSHA256: split == .test
                        ? hashes[hashes.count - 1] : hashes[0],
                    Ledger.DetailKey.weightsSHA256: weightsSHA256,
                ]))
    }

    /// The ledger that the run will have.
    package var records: [Ledger.Record] {
        earlier + Ledger.records(of: entries, after: earlier.last)
    }

    /// For the report: the head, the looks by split, and the models that were measured on its rows.
    package func summary(models: Int) -> RunReport.LedgerSummary {
        let records = records
        var looks: [RunReport.LedgerSummary.Looks] = []
        for entry in records.map(\.entry) where entry.kind == .look {
            let split = entry.split ?? ""
            if let known = looks.firstIndex(where: { $0.split == split }) {
                looks[known].count += 1
                looks[known].purposes += "; " + entry.purpose
            } else {
                looks.append(.init(split: split, count: 1, purposes: entry.purpose))
            }
        }
        return .init(head: records.last?.hash ?? Ledger.origin, looks: looks, models: models)
    }
}
