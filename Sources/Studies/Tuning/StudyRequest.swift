import Cost
package import Runs
package import Tuning

/// What a study was asked for; kept in its folder, and the same for all who work at it.
package struct StudyRequest: Codable, Sendable, Hashable {
    /// All options of the trainings, without a budget and a place.
    package var configuration: TrainConfiguration
    /// SHA-256 of the data, and of the test file where there is one.
    package var hashes: [String] = []
    /// As it was written; `nil` for the mean loss.
    package var objective: String?
    package var requirements: [String] = []
    /// The bound of each requirement, in its metric's unit.
    package var bounds: [String: Double] = [:]
    /// Their metrics, as trials name them.
    package var required: [String] = []
    /// What is chosen by, as trials name it, and whether more of it is better.
    package var chosenBy = ""
    package var higherIsBetter = false
    package var space: SearchSpace
    /// What the recipe settles for settings of the space, on this data.
    package var standard = SearchPoint.standard
    /// What is tried first; `nil` of studies of versions that had none.
    package var start: StudyStart? = StudyStart()
    /// Whether points are tried in parts before they are trained whole.
    package var triesParts = true
    /// Points that are trained again under other seeds; 0 for none.
    package var repeated = 0
    /// Which rows are held back, as `PreparedData.heldBackSHA256` says it.
    package var heldBackSHA256: String?
    /// Of the whole command; `nil` where trials are counted.
    package var budgetSeconds: Double?
    /// What writing a run was expected to take when the study was begun: an estimate, until one was written.
    package var expectedWritingSeconds = 0.0
    /// Trials of rungs after which the search ends; `nil` for no limit.
    package var limit: Int?
    /// Whether what is best in part is trained whole at the end.
    package var hasLast = true
    package var version = vouchVersion

    package var seed: UInt64 { configuration.learning.seed }

    /// - Parameters:
    ///   - configuration: With the command's budget, which is the study's.
    ///   - space: A YAML file of what is searched; `nil` for what is shipped.
    /// - Throws: where a study cannot be of it.
    package init(
        _ configuration: TrainConfiguration, space file: String? = nil, limit: Int? = nil
    ) throws {
        self.configuration = configuration
        self.configuration.learning.budget = nil
        self.configuration.evidence.probeSeconds = 0
        space = try .searched(file, for: configuration)
        let terms = try StudyTerms(budget: configuration.learning.budget, limit: limit)
        (budgetSeconds, self.limit) = (terms.budgetSeconds, terms.limit)
        guard configuration.carry.run == nil else {
            throw VouchError(
                setting: """
                    \(named: Settings.from) does not go with a study, whose trainings begin with random weights; \
                    leave it out
                    """)
        }
        guard configuration.evidence.crossValidation == nil else {
            throw VouchError(
                setting: "\(named: Settings.crossValidation) does not go with a study; ask for it of its run")
        }
        guard configuration.unlabelled == nil else {
            throw VouchError(
                setting: """
                    \(named: "unlabelled") does not go with a study: whether such rows help is tried by further trainings of \
                    each run, which trials do not make, so that a trial would not be the run of its settings. Search \
                    without it, then give the settings that are found and \(named: "unlabelled") to vouch train
                    """)
        }
        guard
            configuration.evidence.probeSeconds == 0
                || !Settings.probeBudget.isAsked(in: configuration)
        else {
            throw VouchError(
                setting: """
                    \(named: Settings.probeBudget) does not go with a study, which trains nothing for probes; ask for it of \
                    the run that vouch train makes of the settings that are found
                    """)
        }
    }
}
