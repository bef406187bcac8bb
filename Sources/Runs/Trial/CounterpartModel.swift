import Evidence
import Prediction
import Tables

/// The other kind of model that a form names, at its standard settings, on the rows that the run's model learned from: an
/// ensemble for a run of an additive model, an additive model for any other.
struct CounterpartModel: ComparedModel {
    let trials: Trials
    /// The run's test rows.
    let test: LabelledPredictions
    /// What the run's own training counts for.
    let trainingSeconds: Double

    private var other: FormCounterpart { trials.run.prepared.recipe.kind.form.counterpart }

    var expectedSeconds: Double {
        other.seconds(
            beside: trainingSeconds,
            isOfClasses: trials.run.prepared.target.task == .multiclass)
    }

    /// `nil` of a run that a clock ended, which says nothing of what a training takes.
    init?(_ trials: Trials, test: LabelledPredictions, trainingSeconds: Double) {
        guard !trials.settings.isBounded else { return nil }
        self.trials = trials
        self.test = test
        self.trainingSeconds = trainingSeconds
    }

    private var plan: TrialPlan {
        let asked = trials.settings
        var settings = asked.standard(of: other.kind)
        settings.model.reweighsGroups = asked.model.reweighsGroups
        settings.regularising = .init()
        var plan = TrialPlan(settings)
        plan.rows = .redrawn(trials.rows)
        plan.choosesPairs = true
        return plan
    }

    func predictions() throws -> LabelledPredictions {
        test.with(try trials.testPredictions(plan, price: .counted))
    }
}
