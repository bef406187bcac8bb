#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif
package import Evidence
import Platform
package import RunStore

/// What work on a run took, as a line of its ledger: no look, and no part of their counts.
package struct RunCharge: Sendable, Hashable {
    /// For what a run's model is charged.
    package enum Work: String, Codable, Sendable, Hashable, CaseIterable {
        case training, probes, proof, comparison, search, mitigation, explanation, evaluation
        case prediction
    }

    /// On which machine.
    package struct Place: Codable, Sendable, Hashable {
        package var processor: String
        /// That the process might use.
        package var cores: Int
        package var memoryBytes: Int
        /// Such as `Linux x86_64`.
        package var system: String

        package static let here = Place(
            processor: Machine.processorName(), cores: Machine.cores,
            memoryBytes: Machine.memoryBytes(), system: Machine.systemName())
    }

    package var work: Work
    package var purpose: String
    package var usage: Usage
    /// Of a prediction: how many rows.
    package var rows: Int?
    package var place: Place
    /// When it ended, as a record says it.
    package var time: String

    package init(
        _ work: Work, _ purpose: String, _ usage: Usage, rows: Int? = nil, place: Place = .here,
        time: String = Clock.text(unixSeconds: Clock.unixSeconds())
    ) {
        self.work = work
        self.purpose = purpose
        self.usage = usage
        self.rows = rows
        self.place = place
        self.time = time
    }

    private static let workKey = "work"
    private static let usageKey = "usage"
    private static let placeKey = "machine"

    /// What the ledger is told.
    package var entry: Ledger.Entry {
        get throws {
            .init(
                time: time, kind: .cost, rows: rows, purpose: purpose,
                details: [
                    Self.workKey: work.rawValue, Self.usageKey: try Self.text(usage),
                    Self.placeKey: try Self.text(place),
                ])
        }
    }

    /// - Returns: `nil` of a record of something else.
    /// - Throws: `VouchError` where a cost's record says no cost.
    package init?(_ record: Ledger.Record, of run: String) throws {
        let entry = record.entry
        guard entry.kind == .cost else { return nil }
        guard let work = entry.details[Self.workKey].flatMap(Work.init(rawValue:)),
            let usage = Self.value(Usage.self, entry.details[Self.usageKey]),
            let place = Self.value(Place.self, entry.details[Self.placeKey])
        else {
            throw VouchError(
                "\(Ledger.path(in: run)): record \(record.sequence) is of a cost, but not as this "
                    + "version writes it; ask the version of vouch that wrote it")
        }
        self.init(
            work, entry.purpose, usage, rows: entry.rows, place: place, time: entry.time)
    }

    /// Everything that a run was charged for, in order.
    ///
    /// - Throws: where its ledger is damaged.
    package static func all(of run: String) throws -> [RunCharge] {
        try Ledger.read(run).records.compactMap { try RunCharge($0, of: run) }
    }

    /// Adds to the ledger of a finished run, whatever other processes add meanwhile. A run of a version
    /// that kept no ledger gets none.
    ///
    /// - Returns: Why it could not be added, such as a folder that cannot be written; that is no reason for the work to
    ///   fail.
    package func add(to run: String) -> String? {
        guard Files.exists(Ledger.path(in: run)) else { return nil }
        do {
            try Ledger.append([entry], in: run)
            return nil
        } catch {
            return "what this took was not added to the run's ledger: \(error)"
        }
    }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private static func value<Value: Decodable>(_ type: Value.Type, _ text: String?) -> Value? {
        text.flatMap { try? JSONDecoder().decode(type, from: Data($0.utf8)) }
    }
}
