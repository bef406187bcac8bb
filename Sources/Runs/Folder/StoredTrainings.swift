package import Models
import RunStore
import Training

extension FinishedRun {
    /// The trainings that the run's folder tells of, with the parameters of a model that was made of its model.
    ///
    /// How each ended is in the run's report alone; here each ends after its last step.
    package func storedTrainings(of changed: ModelBundle) throws -> [TrainedFold] {
        let histories = try JSON.decode(
            [[EpochRecord]].self, from: RunFolder.open(path).read("history.json"),
            file: path + "/history.json")
        return zip(histories, changed.parameters.sets).map { history, weights in
            let steps = history.last?.step ?? 0
            return TrainedFold(
                history: history, stop: .maximumSteps(steps), steps: steps, weights: weights)
        }
    }
}
