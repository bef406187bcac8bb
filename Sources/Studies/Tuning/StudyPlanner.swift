import Runs
import Tables
import Tuning

/// What plans a study's rungs: the one place where it is chosen.
///
/// A part of a training has fewer rows where there is one split, else fewer epochs: where each row validates in its turn, all
/// rows stay (`StudyTraining.plan`).
func studyPlanner(_ request: StudyRequest, _ learner: Learner) -> any TrialPlanner {
    let folds = learner.prepared.folds
    let configuration = request.configuration
    let rows = folds.count == 1 ? folds[0].train.count : 0
    return RepeatingPlanner(
        HalvingPlanner(
            request.space, seed: request.seed, standard: request.standard,
            portfolio: request.start?.points ?? [],
            levels: request.triesParts ? Fidelity.levels(trainingRows: rows) : [.whole],
            fitted: { configuration.fitted($0) }),
        seed: request.seed,
        plan: request.repeated > 0 ? ReplicatePlan(points: request.repeated) : nil,
        after: EffectImportance.leastPoints(axes: request.space.parameters.count))
}

extension SearchSpace {
    /// What a study searches: a file's space, else what is shipped, less what was asked for, which stays as it is.
    ///
    /// - Parameter file: A YAML file; `nil` for what is shipped.
    /// - Throws: where the file is no space, has what was asked for, or nothing is left.
    static func searched(
        _ file: String?, for configuration: TrainConfiguration
    ) throws -> SearchSpace {
        let named = try file.map { try SpaceFile.read($0, for: configuration) }
        let space = (named ?? .shipped).open(in: configuration)
        if let file, let named {
            let asked = named.parameters.map(\.id).filter { id in
                !space.parameters.contains { $0.id == id }
            }
            guard asked.isEmpty else {
                throw VouchError(
                    "--space \(file) has \(asked.joined(separator: ", ")), which is asked for as an option too, or does not "
                        + "go with what is; leave it out of one of them")
            }
        }
        guard !space.parameters.isEmpty else {
            throw VouchError(
                "nothing is left to search: all settings of the search space are asked for. Leave some of these options out")
        }
        return space
    }
}
