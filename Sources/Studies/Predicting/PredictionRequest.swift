import Generalization
package import Models
package import Runs
package import Tables

/// What is asked of `vouch predict`.
package struct PredictionRequest: Sendable {
    package var run: String
    /// A file with a header; `-` for standard input.
    package var rows: String
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?
    /// Those of the run's columns among them.
    package var kinds = InputKinds.shipped
    /// The share of rows whose answer a set or an interval is to hold; `nil` for none.
    package var coverage: Double?
    /// `lac`, `aps`, `raps`, `absolute` or `normalized`; the usual one of the task where `nil`.
    package var conformal: String?
    /// A protected column in each of whose groups the coverage is to hold.
    package var groupColumn: String?
    /// Whether the coverage is to hold within each true class.
    package var isByClass = false
    /// The largest share of wrong decisions among those that are made; `nil` decides every row.
    package var abstainRisk: Double?
    /// Rows with answers, from which thresholds are taken; the run's validation rows where `nil`.
    package var calibration: String?
    /// Whether to say of every row how unlike the training rows it is.
    package var outOfDistribution = false
    /// Whether to give the features and logits that are judged for it, too.
    package var hiddenFeatures = false
    /// A mitigation of the run by its id, whose decisions are wanted too.
    package var mitigation: String?
    /// Whether JSON is wanted, not CSV.
    package var asksJSON = false
    /// How much of the file is in memory at once.
    package var size = BlockReading.Size()

    package init(run: String, rows: String) {
        self.run = run
        self.rows = rows
    }
}

/// The names of the ways to make sets and intervals.
package let conformalMethods = ConformalMethod.allCases.map(\.rawValue)
