import Evidence
import Explanation
import Models
package import Runs
import Tables

/// What `vouch explain concepts` is asked for.
package struct ConceptRequest: Sendable, Hashable {
    /// Each `NAME: CONDITION`.
    package var conditions: [String]
    /// Each `NAME=FILE.csv`.
    package var examples: [String]
    /// Of the files.
    package var reading: TrainConfiguration.ReadingOptions
    /// From 1; all if empty.
    package var layers: [Int]
    package var label: String?
    package var randomConcepts: Int
    package var seed: UInt64

    package init(
        conditions: [String], examples: [String] = [],
        reading: TrainConfiguration.ReadingOptions = .init(), layers: [Int] = [],
        label: String? = nil, randomConcepts: Int = 1000, seed: UInt64 = 0
    ) {
        self.conditions = conditions
        self.examples = examples
        self.reading = reading
        self.layers = layers
        self.label = label
        self.randomConcepts = randomConcepts
        self.seed = seed
    }

    /// The probe that answers it on a run.
    ///
    /// - Throws: an error that names the option, or the file with what it lacks.
    func probe(run: String, threads: Int?) throws -> any Probe {
        let explained = try ExplainedModel(run: run, label: label, threads: threads)
        let model = try explained.model.requireNetwork()
        var concepts = try conditions.map { text in
            let (name, condition) = try Self.parts(
                text, at: ":", option: "--concept",
                form: "\"NAME: CONDITION\", such as \"young: age < 25\"")
            return Concept(name: name, examples: .condition(condition))
        }
        for text in examples {
            let (name, path) = try Self.parts(
                text, at: "=", option: "--examples", form: "NAME=FILE.csv")
            let rows = try explained.rows(of: path, reading, chosen: [])
            // Lacking columns are named here, before anything is measured.
            _ = try model.encoder.encode(
                rows.selecting(rows: Array(0..<min(1, rows.rowCount))))
            concepts.append(Concept(name: name, examples: .rows(rows)))
        }
        guard !concepts.isEmpty else {
            throw VouchError(
                "no concept was given. Say one with --concept \"NAME: CONDITION\" or --examples NAME=FILE.csv"
            )
        }
        var seen: Set<String> = []
        for concept in concepts where !seen.insert(concept.name).inserted {
            throw VouchError("two concepts are called \"\(concept.name)\"; give each its own name")
        }
        guard (100...1_000_000).contains(randomConcepts) else {
            throw VouchError("--random is \(randomConcepts); it must be from 100 to 1,000,000")
        }
        return ConceptVectors(
            concepts,
            of: model.encoded(
                explaining: explained.place, threads: explained.threads), quantity: explained.quantity, layers: layers,
            draws: randomConcepts, seed: seed)
    }

    private static func parts(
        _ text: String, at separator: Character, option: String, form: String
    ) throws(VouchError) -> (String, String) {
        let parts = text.split(separator: separator, maxSplits: 1).map { String(trimmed($0)) }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
            throw VouchError("\(option) is \"\(text)\"; write \(form)")
        }
        return (parts[0], parts[1])
    }
}
