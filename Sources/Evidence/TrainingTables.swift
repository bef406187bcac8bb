package import Tables

/// The tables that a model learns from and is tested on, as they were read.
package struct TrainingTables: Sendable {
    /// The rows that train or validate, in the order of their file.
    package var training: Table
    /// The rows that measure; `nil` where there are none yet.
    package var test: Table?
    package var schema: Schema
    package var target: TargetEncoder

    package init(training: Table, test: Table?, schema: Schema, target: TargetEncoder) {
        self.training = training
        self.test = test
        self.schema = schema
        self.target = target
    }
}
