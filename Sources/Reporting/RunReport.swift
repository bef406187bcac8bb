package import Evidence
package import Figures

/// All that a report says, as data. HTML, Markdown and the terminal's table are views of it; its
/// JSON form is the report for machines. It computes nothing.
package struct RunReport: Codable, Sendable, Hashable {
    /// The version of the JSON form.
    package static let currentFormat = 1

    package private(set) var format = RunReport.currentFormat
    package var title: String
    /// What the model does, in one or two sentences.
    package var summary: String
    /// What was trained, as label and value.
    package var facts: [Fact]
    /// What a reader must know before believing the numbers.
    package var warnings: [String]
    package var data: DataSummary
    /// The metrics of the first screen, by id, in order.
    package var headlines: [String]
    package var measurements: [Measurement]
    /// The glossary; every metric that is shown should have its definition here.
    package var definitions: [MetricDefinition]
    package var sections: [Section]
    package var groupTables: [GroupTable]
    /// What the model is for and how far it was tested.
    package var modelCard: [Fact]
    /// The command line that repeats the run.
    package var command: String
    /// Machine, versions, seeds, hashes.
    package var environment: [Fact]
    /// What one might look for here in vain.
    package var notIncluded: [String]
    /// Cells about fewer people than this are withheld in every view; 0 shows all.
    package var smallestShownGroup: Int

    package init(
        title: String, summary: String, facts: [Fact] = [], warnings: [String] = [],
        data: DataSummary = DataSummary(), headlines: [String] = [],
        measurements: [Measurement] = [], definitions: [MetricDefinition] = [],
        sections: [Section] = [], groupTables: [GroupTable] = [], modelCard: [Fact] = [],
        command: String, environment: [Fact] = [], notIncluded: [String] = [],
        smallestShownGroup: Int = 5
    ) {
        self.title = title
        self.summary = summary
        self.facts = facts
        self.warnings = warnings
        self.data = data
        self.headlines = headlines
        self.measurements = measurements
        self.definitions = definitions
        self.sections = sections
        self.groupTables = groupTables
        self.modelCard = modelCard
        self.command = command
        self.environment = environment
        self.notIncluded = notIncluded
        self.smallestShownGroup = smallestShownGroup
    }

    package struct Fact: Codable, Sendable, Hashable {
        package var label: String
        package var value: String

        package init(_ label: String, _ value: String) {
            self.label = label
            self.value = value
        }
    }

    package struct DataSummary: Codable, Sendable, Hashable {
        package var splits: [Split]
        package var columns: [Column]

        package init(splits: [Split] = [], columns: [Column] = []) {
            self.splits = splits
            self.columns = columns
        }
    }

    package struct Split: Codable, Sendable, Hashable {
        package var name: String
        package var rows: Int
        /// What the rows were used for and where they come from.
        package var use: String

        package init(name: String, rows: Int, use: String) {
            self.name = name
            self.rows = rows
            self.use = use
        }
    }

    package struct Column: Codable, Sendable, Hashable {
        package var name: String
        /// Number, category, date …
        package var kind: String
        /// Feature, target, protected …
        package var role: String
        /// Rows without a value.
        package var missing: Int
        package var distinct: Int

        package init(name: String, kind: String, role: String, missing: Int, distinct: Int) {
            self.name = name
            self.kind = kind
            self.role = role
            self.missing = missing
            self.distinct = distinct
        }
    }

    /// Figures that belong together.
    package struct Section: Codable, Sendable, Hashable {
        package var title: String
        package var text: String
        package var figures: [Figure]

        package init(title: String, text: String = "", figures: [Figure]) {
            self.title = title
            self.text = text
            self.figures = figures
        }
    }

    /// Measurements for each group of one protected column.
    package struct GroupTable: Codable, Sendable, Hashable {
        package var column: String
        package var rows: [GroupRow]
        /// Differences between the groups, where they were measured.
        package var gaps: [Measurement]

        package init(column: String, rows: [GroupRow], gaps: [Measurement] = []) {
            self.column = column
            self.rows = rows
            self.gaps = gaps
        }
    }

    package struct GroupRow: Codable, Sendable, Hashable {
        package var group: String
        /// `nil` where the count is withheld because it is small.
        package var rows: Int?
        package var measurements: [Measurement]

        package init(group: String, rows: Int?, measurements: [Measurement]) {
            self.group = group
            self.rows = rows
            self.measurements = measurements
        }
    }

    func definition(of metric: String) -> MetricDefinition? {
        definitions.first { $0.id == metric }
    }

    /// The measurements of the first screen: the first of each headline metric over all rows.
    var headlineMeasurements: [Measurement] {
        headlines.compactMap { id in
            measurements.first { $0.metric == id && $0.group == nil }
        }
    }
}
