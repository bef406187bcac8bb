/// How one training differs from a run's: a value, so that the same plan is the same training, to the bit.
///
/// What it does not change is the run's: its table, its schema, and for most plans its split and encoder.
/// Rows are numbered as in the run's table. `Trials` carries plans out.
package struct TrialPlan: Hashable, Codable, Sendable {
    /// All settings, the seed among them: the run's own, with those changed that are to differ.
    package var settings: TrainConfiguration
    package var rows = Rows.ofRun
    package var answers = Answers.asTheyAre
    package var length = Length.settled
    /// The weights that its one model begins with, as the graph that predicts lays them out; `nil` for random ones. It goes
    /// with `Length.single`.
    package var start: [Float]?
    /// What a row to learn from counts for beside its own weight, one a row of the run's table; `nil` for 1 each. They go
    /// with rows that keep their numbers: `Rows.ofRun` and `Rows.keeping`.
    package var shares: [Float]?
    /// Of an additive model: whether its pairs of columns are searched among the plan's rows, by one
    /// more training; else they are the run's.
    package var choosesPairs = false

    /// - Parameter settings: Of a run, perhaps changed.
    package init(_ settings: TrainConfiguration) { self.settings = settings }

    /// Which rows are learned from and which validate.
    package enum Rows: Hashable, Codable, Sendable {
        /// As in the run: its split and folds. The encoder is the run's, unless the settings ask for
        /// other bins or another repair of numbers.
        case ofRun
        /// Of the run's split only these. Where there is one split, all of its rows that validate stay.
        case keeping([Int])
        /// These rows, as if there were no others: split, scale, encoder and recipe are made anew, as
        /// the settings say. None becomes a test row.
        case redrawn([Int])
        /// One split, whatever folds are asked for: an encoder and a scale are fitted on the rows to learn
        /// from, in the order and as often as they are named. Where none validates, nothing ends
        /// the training before its last epoch.
        case chosen(learn: [Int], validate: [Int])

        /// Learned from to the last epoch.
        package static func learned(_ rows: [Int]) -> Rows { .chosen(learn: rows, validate: []) }
    }

    /// What is to be predicted.
    package enum Answers: Hashable, Codable, Sendable {
        case asTheyAre
        /// The rows that are learned from have each other's answers. The encoder was fitted to the right
        /// ones.
        case shuffled(seed: UInt64)
        /// Some rows have the answers of others: by the row, whose. Classes are the run's.
        case borrowed([Int: Int])
        /// Other classes in place of the target.
        case replaced(Replacement)
        /// What another model says, of one model's rows and of rows mixed of them.
        case told(Teaching)
    }

    /// Answers that are no column of the run's table.
    package struct Replacement: Hashable, Codable, Sendable {
        /// What they are called: with a line break, no column of a file is called the same.
        package var name: String
        package var classes: [String]
        /// One a row of the run's table: the place of its class; −1 for a row without an answer.
        package var codes: [Int32]

        package init(name: String, classes: [String], codes: [Int32]) {
            self.name = name
            self.classes = classes
            self.codes = codes
        }
    }

    /// How many models are trained, and what ends each.
    package enum Length: Hashable, Codable, Sendable {
        /// As the settings say: a model a fold, or one and its refits. Validation rows, the last epoch or
        /// `learning.steps` end one. Since the schedule spans all epochs whatever the steps, a training
        /// of few steps is the beginning of one of more.
        case settled
        /// One model of the first split, without refits, which ends as the settings say.
        case single
        /// One model of the first split, without refits, to the last epoch; its last weights are kept,
        /// whatever validation rows say.
        case toTheEnd
    }
}
