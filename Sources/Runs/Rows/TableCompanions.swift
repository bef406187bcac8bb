package import Models
package import Tables

/// What comes beside a table of rows that are to be learned from, and beside the settings.
package struct TableCompanions {
    /// Rows to measure on; `nil` to hold back some of the table's.
    package var testTable: Table?
    /// Of both.
    package var schema: Schema
    /// What columns can be.
    package var kinds: InputKinds
    /// What is carried over, where the configuration asks for it.
    package var carried: CarriedModel?
    /// A target whose classes these rows' are among; `nil` for those that occur.
    package var known: TargetEncoder?
    /// Those of the configuration, where they were read before; then nobody is told of them again.
    package var rules: [TableRule]?
    /// How many rows at the end were labelled since: the others are split as if these were not there.
    package var answered = 0

    package init(schema: Schema, testTable: Table?, kinds: InputKinds = .shipped) {
        self.schema = schema
        self.testTable = testTable
        self.kinds = kinds
    }
}
