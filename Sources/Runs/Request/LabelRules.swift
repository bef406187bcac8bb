import Platform

/// Rules that label rows without an answer, as they were written; a run keeps them, whatever becomes of their file.
package struct LabelRules: Codable, Sendable, Hashable {
    /// What errors call the file.
    package var file: String
    /// What it says, as YAML.
    package var text: String

    package init(file: String, text: String) {
        self.file = file
        self.text = text
    }

    /// - Throws: where the file cannot be read.
    package init(file: String) throws {
        self.init(file: file, text: String(decoding: try Files.read(file), as: UTF8.self))
    }

    /// What the run folder's copy is called.
    package static let fileName = "rules.yaml"
}

extension LabelRules {
    /// - Throws: where something is asked for that needs an answer of every row, or counts rows by it.
    func check(_ configuration: TrainConfiguration) throws(VouchError) {
        let model = configuration.model
        let others: [(isAsked: Bool, setting: any DeclaredSetting)] = [
            (model.balancesClasses, Settings.balancesClasses),
            (model.reweighsGroups ?? false, Settings.reweighsGroups),
            (model.fairPenalty != nil, Settings.fairPenalty),
            (configuration.regularising.mixup > 0, Settings.mixup),
        ]
        for other in others where other.isAsked {
            throw VouchError(
                setting: """
                    \(named: other.setting) does not go with \(named: "rules"), whose rows have probabilities in place of an answer; \
                    leave one of them out
                    """)
        }
    }
}
