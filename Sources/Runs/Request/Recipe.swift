package import NN
package import Optim
package import Tables

/// Every number of a training, settled: what was asked for, and for the rest the rule that its `Setting`
/// declares, with its reason. What a form of model does not have keeps the value below.
///
/// A pure function of the options and of the table's size, so that the same command on the same
/// data always means the same training.
package struct Recipe: Codable, Sendable, Hashable {
    package var kind = ModelForms.standard.value
    package var members = 1
    package var width = 0
    package var depth = 0
    package var activation = Activation.relu
    package var dropout: Float = 0
    /// The most pairs of columns of an additive model; `nil` in runs of earlier versions.
    package var pairs: Int?
    var mostPairs: Int {
        get { pairs ?? 0 }
        set { pairs = newValue }
    }
    package var numbers = TrainConfiguration.NumberForm.plain
    /// The width of a number's embedding.
    package var numberWidth = 0
    /// Waves of each number; 0 for none.
    package var frequencies = 0
    package var bins = NumberBins.Rule(most: 0, atoms: .none)
    /// `nil` where numbers are taken as they are.
    var fittedBins: NumberBins.Rule? { numbers == .plain ? nil : bins }
    package var learningRate: Float = 0
    package var weightDecay: Float = 0
    package var averageDecay: Float = 0
    package var batchRows = 0
    package var epochs = 0
    package var patience = 0
    /// How the rate moves where that is not what the configuration says; `nil` where it is.
    package var schedule: Schedule.Shape?
    /// Whether a line is blended with the members; `nil` for no, and in runs of earlier versions.
    package var hasLine: Bool?
    /// Models trained on all rows but one part each, which validates; 1 for one split.
    package var folds = 1
    /// Further models trained on validation rows too, for as many epochs as were best.
    package var refits = 0
    /// The shards that a batch is cut into, to which the weights' bits belong; `nil` before there is a network (see
    /// `Learner.settlingShards`), and in runs of earlier versions.
    package var shards: Int?
    /// One line a setting, in order.
    package var settings: [Line] = []

    package struct Line: Codable, Sendable, Hashable {
        package var option: String
        package var value: String
        package var reason: String
    }

    /// What is to be learned, as far as settings depend on it.
    package struct Problem: Sendable, Hashable {
        /// Rows that train or validate.
        package var rows: Int
        package var numbers: Int
        package var isRegression: Bool
        /// Whether pixels of pictures are among the features.
        package var hasPictures: Bool
        /// Rows that an epoch would have if all of these trained: more where rules label others beside them.
        package var epochRows: Int

        /// - Parameter epochRows: `nil` for `rows`.
        package init(
            rows: Int, numbers: Int, isRegression: Bool, epochRows: Int? = nil, hasPictures: Bool = false
        ) {
            self.rows = rows
            self.numbers = numbers
            self.hasPictures = hasPictures
            self.isRegression = isRegression
            self.epochRows = epochRows ?? rows
        }
    }

    /// Settles each setting that is declared to be settled, in the order of `Settings.all`.
    package init(_ configuration: TrainConfiguration, for problem: Problem) {
        for setting in Settings.all { setting.settle(configuration, problem, &self) }
        numberWidth =
            configuration.model.numberWidth
            ?? configuration.carriedSource.flatMap {
                numbers == $0.shape.numbers ? $0.shape.numberWidth : nil
            }
            ?? kind.form.settings.numberWidth(
                Settling(configuration: configuration, problem: problem, recipe: self))
        frequencies = numbers == .periodic ? 32 : 0
        let settling = Settling(configuration: configuration, problem: problem, recipe: self)
        hasLine = kind.form.settings.hasLine(settling) && depth > 0 && !problem.hasPictures ? true : nil
        if let own = PictureRecipe(settling), configuration.learning.schedule == nil {
            schedule = own.schedule.value
            settings.append(
                .init(
                    option: Settings.schedule.id, value: own.schedule.value.rawValue, reason: own.schedule.reason))
        }
    }

    /// How the rate moves, with what was asked for; constant where nobody says.
    package func shape(asked: Schedule.Shape?) -> Schedule.Shape { schedule ?? asked ?? .constant }

    /// The settings with their reasons, as an aligned table.
    package var text: String {
        alignedTable(
            [["setting", "value", "reason"]]
                + settings.map { [$0.option, $0.value, $0.reason] }, rightAligned: [])
    }
}
