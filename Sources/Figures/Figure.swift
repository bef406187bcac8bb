/// A plot as data, with the words that stand beside it.
package struct Figure: Codable, Sendable, Hashable {
    /// Unique in its report, such as `roc`.
    package var id: String
    package var title: String
    /// What to see in it and what it was computed from.
    package var caption: String
    package var plot: Plot

    package init(id: String, title: String, caption: String, plot: Plot) {
        self.id = id
        self.title = title
        self.caption = caption
        self.plot = plot
    }

    /// The figure as one or two plain sentences, for who cannot see it.
    package var textAlternative: String { plot.textAlternative }
    /// The figure's numbers as a small table.
    package var table: FigureTable { plot.table }
}

/// One of the kinds of plot. In JSON: `{"kind": "lines", "chart": {…}}`.
package enum Plot: Sendable, Hashable {
    case lines(LineChart)
    case intervals(IntervalChart)
    case bars(BarChart)
    case reliability(ReliabilityDiagram)
    case confusion(ConfusionMatrix)
    case waterfall(WaterfallChart)
    case swarm(SwarmChart)
    case scatter(ScatterChart)
    case contours(ContourChart)

    private var chart: any Chart {
        switch self {
        case .lines(let chart): chart
        case .intervals(let chart): chart
        case .bars(let chart): chart
        case .reliability(let chart): chart
        case .confusion(let chart): chart
        case .waterfall(let chart): chart
        case .swarm(let chart): chart
        case .scatter(let chart): chart
        case .contours(let chart): chart
        }
    }

    package var textAlternative: String { chart.textAlternative }
    package var table: FigureTable { chart.table }
}

/// What every kind of plot can say in words.
package protocol Chart: Codable {
    var textAlternative: String { get }
    var table: FigureTable { get }
}

/// Rows of text with a header.
package struct FigureTable: Sendable, Hashable {
    package var header: [String]
    package var rows: [[String]]
}

extension Plot: Codable {
    private enum Key: String, CodingKey { case kind, chart }
    private enum Kind: String, Codable {
        case lines, intervals, bars, reliability, confusion, waterfall, swarm, scatter, contours
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .lines: self = .lines(try container.decode(LineChart.self, forKey: .chart))
        case .intervals: self = .intervals(try container.decode(IntervalChart.self, forKey: .chart))
        case .bars: self = .bars(try container.decode(BarChart.self, forKey: .chart))
        case .reliability:
            self = .reliability(try container.decode(ReliabilityDiagram.self, forKey: .chart))
        case .waterfall:
            self = .waterfall(try container.decode(WaterfallChart.self, forKey: .chart))
        case .swarm: self = .swarm(try container.decode(SwarmChart.self, forKey: .chart))
        case .scatter: self = .scatter(try container.decode(ScatterChart.self, forKey: .chart))
        case .contours:
            self = .contours(try container.decode(ContourChart.self, forKey: .chart))
        case .confusion:
            self = .confusion(try container.decode(ConfusionMatrix.self, forKey: .chart))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        let kind: Kind =
            switch self {
            case .lines: .lines
            case .intervals: .intervals
            case .bars: .bars
            case .reliability: .reliability
            case .confusion: .confusion
            case .waterfall: .waterfall
            case .swarm: .swarm
            case .scatter: .scatter
            case .contours: .contours
            }
        try container.encode(kind, forKey: .kind)
        try chart.encode(to: container.superEncoder(forKey: .chart))
    }
}

/// What is measured along one side of a plot.
package struct Axis: Codable, Sendable, Hashable {
    package var title: String
    /// The unit, or empty for a plain number.
    package var unit: String
    package var isLogarithmic: Bool
    /// Fixed ends; `nil` leaves them to the data.
    package var lower: Double?
    package var upper: Double?

    package init(
        _ title: String, unit: String = "", isLogarithmic: Bool = false, lower: Double? = nil,
        upper: Double? = nil
    ) {
        self.title = title
        self.unit = unit
        self.isLogarithmic = isLogarithmic
        self.lower = lower
        self.upper = upper
    }

    /// `loss (nats)`.
    package var label: String { unit.isEmpty ? title : "\(title) (\(unit))" }
}
