package import Evidence
package import Figures

/// All that a report says, as data. HTML, Markdown and the terminal's table are views of it; its
/// JSON form is the report for machines. It computes nothing.
package struct RunReport: Codable, Sendable, Hashable {
    /// The version of the JSON form.
    package static let currentFormat = 3

    package private(set) var format = RunReport.currentFormat
    package var title: String
    /// What the model does, in one or two sentences.
    package var summary: String
    /// What was trained, as label and value.
    package var facts: [Fact]
    /// What a reader must know before believing the numbers.
    package var warnings: [String]
    package var data: DataSummary
    /// The six rows of the first screen.
    package var drawbacks: [DrawbackRow]
    /// What a reader should worry about, in plain words; the gravest first.
    package var worries: [String]
    /// What is predicted; `nil` of a report that is of no single model.
    package var about: About?
    /// What the first screen says; `nil` of a report that is of no single model.
    package var brief: Brief?
    /// The worries with the rules and measurements that they follow from.
    package var concerns: [Concern]?
    package var leftOut: [LeftOut]
    package var ledger: LedgerSummary?
    /// The metrics of the first screen, by id, in order.
    package var headlines: [MetricID]
    package var measurements: [Measurement]
    /// The glossary; every metric that is shown should have its definition here.
    package var definitions: [MetricDefinition]
    package var sections: [Section]
    package var groupTables: [GroupTable]
    /// What the model is, is for and was tested on; `nil` where the model is not known.
    package var modelCard: Document?
    /// Where the data come from and what they hold; `nil` where they are not known.
    package var dataSheet: Document?
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
        data: DataSummary = DataSummary(), drawbacks: [DrawbackRow] = [], worries: [String] = [],
        leftOut: [LeftOut] = [], ledger: LedgerSummary? = nil, headlines: [MetricID] = [],
        measurements: [Measurement] = [], definitions: [MetricDefinition] = [],
        sections: [Section] = [], groupTables: [GroupTable] = [],
        modelCard: Document? = nil, dataSheet: Document? = nil, command: String,
        environment: [Fact] = [], notIncluded: [String] = [],
        smallestShownGroup: Int = 5, about: About? = nil, brief: Brief? = nil,
        concerns: [Concern]? = nil
    ) {
        self.title = title
        self.summary = summary
        self.facts = facts
        self.warnings = warnings
        self.data = data
        self.drawbacks = drawbacks
        self.worries = worries
        self.leftOut = leftOut
        self.ledger = ledger
        self.headlines = headlines
        self.measurements = measurements
        self.definitions = definitions
        self.sections = sections
        self.groupTables = groupTables
        self.modelCard = modelCard
        self.dataSheet = dataSheet
        self.command = command
        self.environment = environment
        self.notIncluded = notIncluded
        self.smallestShownGroup = smallestShownGroup
        self.about = about
        self.brief = brief
        self.concerns = concerns
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

    /// Figures that belong together; of a drawback, its measurements too.
    package struct Section: Codable, Sendable, Hashable {
        package var drawback: Drawback?
        package var title: String
        package var text: String
        package var figures: [Figure]

        package init(
            _ drawback: Drawback? = nil, title: String, text: String = "", figures: [Figure]
        ) {
            self.drawback = drawback
            self.title = title
            self.text = text
            self.figures = figures
        }
    }

    /// One of the six drawbacks on the first screen: what was measured, and what a remedy did.
    package struct DrawbackRow: Codable, Sendable, Hashable {
        package var drawback: Drawback
        /// What its users ask.
        package var question: String
        /// The most telling numbers first.
        package var measured: [Measurement]
        /// Why there are none.
        package var notMeasured: String?
        /// What was tried against it and judged on untouched rows.
        package var proofs: [Proof]

        package init(
            drawback: Drawback, question: String, measured: [Measurement] = [],
            notMeasured: String? = nil, proofs: [Proof] = []
        ) {
            self.drawback = drawback
            self.question = question
            self.measured = measured
            self.notMeasured = notMeasured
            self.proofs = proofs
        }
    }

    /// A probe that did not run.
    package struct LeftOut: Codable, Sendable, Hashable {
        package var drawback: Drawback
        package var probe: String
        package var reason: String

        package init(drawback: Drawback, probe: String, reason: String) {
            self.drawback = drawback
            self.probe = probe
            self.reason = reason
        }
    }

    /// What the ledger says of looks at held-out rows.
    package struct LedgerSummary: Codable, Sendable, Hashable {
        /// The hash of the last record.
        package var head: String
        package var looks: [Looks]
        /// Models that were measured on the test rows so far, this one among them.
        package var models: Int

        package struct Looks: Codable, Sendable, Hashable {
            package var split: String
            package var count: Int
            package var purposes: String

            package init(split: String, count: Int, purposes: String) {
                self.split = split
                self.count = count
                self.purposes = purposes
            }
        }

        package init(head: String, looks: [Looks], models: Int = 1) {
            self.head = head
            self.looks = looks
            self.models = models
        }
    }

    package func definition(of metric: MetricID) -> MetricDefinition? {
        definitions.first { $0.id == metric }
    }

    /// A metric's name; its id where the report does not define it.
    func title(of metric: MetricID) -> String { definition(of: metric)?.name ?? metric.rawValue }

    /// The measurements of the first screen: the first of each headline metric over all rows.
    package var headlineMeasurements: [Measurement] {
        headlines.compactMap { id in
            measurements.first { $0.metric == id && $0.group == nil }
        }
    }

    /// The headline metrics of parts of the rows or of the model, but for compared gaps.
    var headlineParts: [Measurement] {
        measurements.filter {
            $0.group != nil && headlines.contains($0.metric)
                && !$0.metric.isGapDifference
        }
    }

    /// How gaps differ between two models, of each protected column: the first that a comparison is read for.
    var comparedGaps: [Measurement] {
        measurements.filter {
            $0.group != nil && $0.metric.isGapDifference && headlines.contains($0.metric)
        }
    }
}
