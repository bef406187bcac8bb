import Figures
import Foundation
import Reporting
import TensorCore
import Testing

@Suite struct NumberTextTests {
    @Test(arguments: [
        (0.91473820164, 0.91021, 0.91913, "0.915", "[0.910, 0.919]"),
        (0.5, 0.489, 0.511, "0.500", "[0.489, 0.511]"),
        (0.85, 0.83, 0.87, "0.85", "[0.83, 0.87]"),
        (48_212.3, 47_001, 49_400, "48,200", "[47,000, 49,400]"),
        (-0.004, -0.012, 0.004, "−0.004", "[−0.012, 0.004]"),
        (1, 1, 1, "1", "[1, 1]"),
        (0.00042, 0.00040, 0.00044, "0.00042", "[0.00040, 0.00044]"),
        (12.0, 7.0, 17.0, "12", "[7, 17]"),
        // However wide the interval, a value is neither perfect nor 0 unless it is.
        (0.0258, 0.0001, 9.0, "0.026", "[0, 9]"), (0.00612, 0.0, 1.0, "0.0061", "[0.0, 1.0]"),
        (0.9996, 0.9, 1.0, "0.9996", "[0.90, 1.00]"), (0.996, 0.9, 1.0, "0.996", "[0.90, 1.00]"),
        (-0.9996, -1, 1, "−0.9996", "[−1.0, 1.0]"), (0.7, 0, 1, "0.7", "[0.0, 1.0]"),
        (0.115, -0.5, 0.7, "0.12", "[−0.5, 0.7]"), (12_345, -23_000, 160_000, "12,000", "[−20,000, 160,000]"),
        (1e-12, 0, 3, "1.0e−12", "[0.0, 3.0]"), (1, 0.97, 1, "1.000", "[0.970, 1.000]"),
    ]) func intervals(
        value: Double, lower: Double, upper: Double, text: String, interval: String
    ) {
        let shown = NumberText.withInterval(value, lower: lower, upper: upper)
        #expect(shown.value == text)
        #expect(shown.interval == interval)
    }

    @Test(arguments: [
        (0.0, "0"), (16_281, "16,281"), (-3, "−3"), (0.9147, "0.915"), (1234.56, "1,235"),
        (0.0123, "0.012"), (4.2e-7, "4.2e−7"), (.infinity, "∞"), (.nan, "not a number"),
        (0.9996, "0.9996"), (-0.99999, "−0.99999"), (0.9994, "0.999"), (95, "95"), (7.92, "7.92"), (99.999, "100.0"), (1e300, "1.00e300"), (9.99e-8, "1.0e−7"),
    ]) func plain(value: Double, text: String) {
        #expect(NumberText.plain(value) == text)
    }

    /// Files hold such numbers, and bounds between them are wider than whole numbers can be.
    @Test(arguments: [1e15, 1e19, 1e100, 1e300]) func widestIntervalsAreWritten(bound: Double) {
        let shown = NumberText.withInterval(bound / 3, lower: -bound, upper: bound)
        #expect(shown.value.contains("e"))
        #expect(shown.interval.hasPrefix("[−"))
        for decimals in -40...20 { #expect(!NumberText.fixed(bound, decimals: decimals).isEmpty) }
    }

    @Test(arguments: [
        (0.881, "88.1"), (1.0, "100.0"), (0.9996, "99.96"), (0.0, "0.0"), (0.0004, "0.04"),
        (0.999_999, "99.9999"),
    ]) func percent(share: Double, text: String) {
        #expect(NumberText.percent(share) == text)
    }

    /// Against Foundation's own formatting.
    @Test func fixedAgreesWithPrintf() {
        let random = CounterRandom(seed: 1, name: "printed numbers")
        for index in 0..<2000 as Range<UInt64> {
            let value = 2000 * random.uniform(step: 0, index: index) - 1000
            let decimals = random.integer(below: 7, step: 1, index: index)
            let ours = NumberText.fixed(value, decimals: decimals)
                .replacingOccurrences(of: "−", with: "-").replacingOccurrences(of: ",", with: "")
            let theirs = String(format: "%.\(decimals)f", value)
            #expect(abs(Double(ours)! - Double(theirs)!) < 1e-9)
            #expect(Double(ours) == 0 || ours == theirs)
        }
    }
}

@Suite struct FigureTests {
    @Test func everyKindComesBackFromJSON() throws {
        for figure in AdultFixture.curves {
            let json = try JSONEncoder().encode(figure)
            #expect(try JSONDecoder().decode(Figure.self, from: json) == figure)
        }
    }

    @Test func wordsTellTheNumbers() {
        let texts = AdultFixture.curves.map(\.textAlternative)
        #expect(
            texts[0].hasPrefix(
                "Line chart of log loss (nats) over step. training goes from 0.636 at 0 to "))
        #expect(texts[0].contains("Marked at 1,900: kept."))
        #expect(texts[3].contains("of 12,435 rows that are <=50K, 11,712 were decided so"))
        #expect(texts[5].contains("Lowest: Amer-Indian-Eskimo, 0.42 [0.2, 0.6], n = 19."))
        for figure in AdultFixture.curves {
            let table = figure.table
            #expect(!table.rows.isEmpty && table.rows.count <= 22)
            #expect(table.rows.allSatisfy { $0.count == table.header.count })
        }
    }

    /// Levels over two numbers: shades, a line where the value crosses a level, dots, the box, and words for who cannot see.
    @Test func contoursAreDrawn() throws {
        let places = [1e-4, 1e-3, 1e-2]
        let figure = Figure(
            id: "slice", title: "Loss", caption: "",
            plot: .contours(
                ContourChart(
                    x: Axis("rate", isLogarithmic: true), y: Axis("width"), title: "loss",
                    columns: places, rows: [32, 64],
                    values: [[3, 2, 1], [4, 3, 2]], dots: [.init(x: 1e-3, y: 40)],
                    box: .init(
                        left: 5e-4, right: 5e-3, bottom: 32, top: 64, label: "safe box"))))
        let svg = try #require(figure.svgFile)
        #expect(svg.components(separatedBy: "<circle").count == 2)
        #expect(svg.components(separatedBy: "<path").count == 6)
        // Two cells, six shades of the scale, the box.
        #expect(svg.components(separatedBy: "<rect").count == 10)
        #expect(svg.contains("safe box") && svg.contains("rate"))
        let words = figure.textAlternative
        #expect(words.contains("Lowest 1 at rate ") && words.contains(", highest 4 at rate "))
        #expect(words.contains("width 64") && words.contains("safe box: rate "))
        #expect(figure.table.rows.map { $0[0] } == ["64", "32"])
        let json = try JSONEncoder().encode(figure)
        #expect(try JSONDecoder().decode(Figure.self, from: json) == figure)
    }

    /// Values that cannot be drawn are left out; nothing traps.
    @Test func valuesWithoutAPlaceAreLeftOut() {
        let strange: [Double] = [.nan, -1, 0, .infinity, 1e300, -.infinity, .leastNonzeroMagnitude]
        for isLogarithmic in [false, true] {
            let axis = Axis("x", isLogarithmic: isLogarithmic)
            let plots: [Plot] = [
                .lines(
                    LineChart(
                        x: axis, y: axis,
                        series: [
                            .init(
                                name: "a", x: strange, y: strange.reversed(),
                                band: .init(lower: strange, upper: strange, meaning: ""))
                        ], marks: [.init(x: .nan, label: "")], diagonal: "")),
                .lines(LineChart(x: axis, y: axis, series: [])),
                .lines(LineChart(x: axis, y: axis, series: [.init(name: "one", x: [1], y: [2])])),
                .intervals(
                    IntervalChart(
                        axis: axis,
                        rows: strange.map {
                            .init(
                                label: "", value: $0, lower: $0, upper: .nan, count: 9,
                                band: .init(lower: $0, upper: 1))
                        }, reference: .init(value: .nan, label: ""), bandMeaning: "")),
                .bars(
                    BarChart(
                        category: axis, amount: axis,
                        bars: strange.map { .init(label: "", amount: $0) })),
                .bars(
                    BarChart(
                        category: axis, amount: axis,
                        bars: strange.map { .init(lower: $0, upper: $0, amount: $0) })),
                .bars(BarChart(category: axis, amount: axis, bars: [])),
                .reliability(
                    ReliabilityDiagram(
                        event: "",
                        bins: [
                            .init(predicted: .nan, observed: .nan, lower: .nan, upper: 1, count: 0)
                        ])),
                .waterfall(
                    WaterfallChart(
                        axis: axis, start: .init(label: "", value: .nan),
                        steps: strange.map { .init(label: "", change: $0, error: $0) },
                        end: .init(label: "", value: 1))),
                .waterfall(
                    WaterfallChart(
                        axis: axis, start: .init(label: "", value: 0), steps: [],
                        end: .init(label: "", value: 0))),
                .swarm(
                    SwarmChart(
                        axis: axis,
                        rows: [
                            .init(
                                label: "", dots: strange.map { .init(value: $0, shade: $0) }),
                            .init(label: "", dots: []),
                        ], shade: "")),
                .scatter(
                    ScatterChart(
                        x: axis, y: axis,
                        dots: strange.flatMap { x in
                            strange.map { .init(x: x, y: $0, error: x) }
                        })),
                .scatter(ScatterChart(x: axis, y: axis, dots: [])),
                .contours(
                    ContourChart(
                        x: axis, y: axis, title: "", columns: strange, rows: strange,
                        values: strange.map { _ in strange },
                        dots: strange.map { .init(x: $0, y: $0) },
                        box: .init(left: .nan, right: 1, bottom: 0, top: 1, label: ""))),
                .contours(
                    ContourChart(
                        x: axis, y: axis, title: "", columns: [1, 2, 3], rows: [1, 10],
                        values: [[1e308, -1e308, .nan], [0, .infinity, 1]],
                        dots: strange.map { .init(x: $0, y: $0) })),
                .contours(
                    ContourChart(
                        x: axis, y: axis, title: "", columns: [], rows: [], values: [], dots: [])),
                .confusion(ConfusionMatrix(classes: [], counts: [])),
                .confusion(ConfusionMatrix(classes: ["a"], counts: [[0]])),
            ]
            let figures = plots.enumerated().map {
                Figure(id: "f\($0)", title: "", caption: "", plot: $1)
            }
            var report = AdultFixture.report
            report.sections = [.init(title: "", figures: figures)]
            #expect(report.html().contains("figure-f9"))
            #expect(!report.markdown().isEmpty)
        }
    }
}
