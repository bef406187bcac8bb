import Fairness
import Prediction
import Statistics
import Testing

/// The tables of Local Law 144 on an example whose numbers were worked out by hand.
struct ImpactRuleTests {
    /// 1,000 applicants: sex, race, how many, how many of them selected.
    static let cells: [(sex: String, race: String, count: Int, selected: Int)] = [
        ("Male", "White", 300, 120), ("Male", "Black", 100, 30), ("Male", "Asian", 80, 24),
        ("Male", "Native", 6, 3), ("Female", "White", 250, 75), ("Female", "Black", 120, 24),
        ("Female", "Asian", 90, 18), ("Female", "Native", 4, 1), ("Unknown", "White", 20, 10),
        ("Male", "(missing)", 15, 5), ("Female", "Declined to answer", 10, 2),
        ("(missing)", "(missing)", 5, 1),
    ]

    static func rows(_ score: (_ place: Int, _ selected: Int, _ count: Int) -> Double)
        -> LabelledPredictions
    {
        var sex: [String] = []
        var race: [String] = []
        var values: [Double] = []
        for cell in cells {
            for place in 0..<cell.count {
                sex.append(cell.sex)
                race.append(cell.race)
                let score = score(place, cell.selected, cell.count)
                values += [1 - score, score]
            }
        }
        return LabelledPredictions(
            split: .test,
            predictions: Predictions(
                rows: sex.count, classes: ["no", "yes"], values: values),
            answers: .classes(sex.map { _ in 0 }),
            protected: [.init(name: "sex", groups: sex), .init(name: "race", groups: race)])
    }

    static func tables(
        _ rows: LabelledPredictions, _ basis: ImpactRule.Basis
    ) throws -> [ImpactTable] {
        let rule = try #require(ImpactRule.all["nyc-ll144"])
        return rule.tables(
            rows.protected.map(\.groups), isHit: ImpactRule.hits(rows, basis))
    }

    private static func expect(
        _ table: ImpactTable, _ category: String, count: Int, hits: Int, ratio: Double?,
        isSmall: Bool = false
    ) throws {
        let row = try #require(table.rows.first { $0.category == category })
        #expect(row.count == count && row.hits == hits && row.isSmall == isSmall, "\(category)")
        #expect(row.rate.value == Double(hits) / Double(count))
        #expect((row.ratio == nil) == (ratio == nil), "\(category)")
        if let ratio {
            #expect(abs(try #require(row.ratio?.value) - ratio) < 1e-12, "\(category)")
        }
    }

    @Test func selectionRates() throws {
        // A share selected of each cell: the first of its rows.
        let rows = Self.rows { place, selected, _ in place < selected ? 0.8 : 0.2 }
        let tables = try Self.tables(rows, .selection)
        #expect(tables.map(\.name) == ["Sex", "Race/Ethnicity", "Sex × Race/Ethnicity"])
        // Men 182 of 501, women 120 of 474; 25 of unknown sex.
        #expect(tables[0].unknown == 25)
        #expect(tables[0].highest == "Male")
        try Self.expect(tables[0], "Male", count: 501, hits: 182, ratio: 1)
        try Self.expect(
            tables[0], "Female", count: 474, hits: 120, ratio: (120.0 / 474) / (182.0 / 501))
        // White 205 of 570, Black 54 of 220, Asian 42 of 170, Native 4 of 10: 1 % of all rows. Its rate is the
        // highest, but no ratio is to it. 30 of unknown race.
        #expect(tables[1].unknown == 30)
        #expect(tables[1].highest == "White")
        try Self.expect(tables[1], "White", count: 570, hits: 205, ratio: 1)
        try Self.expect(
            tables[1], "Black", count: 220, hits: 54, ratio: (54.0 / 220) / (205.0 / 570))
        try Self.expect(
            tables[1], "Asian", count: 170, hits: 42, ratio: (42.0 / 170) / (205.0 / 570))
        try Self.expect(tables[1], "Native", count: 10, hits: 4, ratio: nil, isSmall: true)
        // 50 have an unknown sex or race.
        #expect(tables[2].unknown == 50)
        #expect(tables[2].rows.count == 8)
        #expect(tables[2].highest == "Male × White")
        try Self.expect(tables[2], "Male × White", count: 300, hits: 120, ratio: 1)
        try Self.expect(tables[2], "Female × White", count: 250, hits: 75, ratio: 0.75)
        try Self.expect(tables[2], "Male × Black", count: 100, hits: 30, ratio: 0.75)
        try Self.expect(tables[2], "Female × Black", count: 120, hits: 24, ratio: 0.5)
        try Self.expect(tables[2], "Male × Asian", count: 80, hits: 24, ratio: 0.75)
        try Self.expect(tables[2], "Female × Asian", count: 90, hits: 18, ratio: 0.5)
        try Self.expect(
            tables[2], "Male × Native", count: 6, hits: 3, ratio: nil, isSmall: true)
        try Self.expect(
            tables[2], "Female × Native", count: 4, hits: 1, ratio: nil, isSmall: true)
        // Intervals hold their values.
        for row in tables.flatMap(\.rows) {
            let rate = row.rate
            #expect(try #require(rate.lower) <= rate.value! && rate.value! <= rate.upper!)
            if let ratio = row.ratio, let lower = ratio.lower, let upper = ratio.upper {
                #expect(lower < ratio.value! && ratio.value! < upper)
            }
        }
    }

    /// Scores 1, 2, 3, 4 of a thousand: the median is of all rows, those of unknown category too, and a score
    /// that equals it is not above it.
    @Test func scoringRates() throws {
        // Selected rows score .4, of the others every second .3 and .1.
        let rows = Self.rows { place, selected, _ in
            place < selected ? 0.4 : place % 2 == 0 ? 0.3 : 0.1
        }
        let scores = ImpactRule.scores(rows)
        #expect(scores.count == 1000)
        #expect(ImpactRule.median(scores) == 0.3)
        let tables = try Self.tables(rows, .scoring)
        // Above .3 are exactly those that the first example selects.
        try Self.expect(tables[0], "Male", count: 501, hits: 182, ratio: 1)
        try Self.expect(tables[2], "Female × Asian", count: 90, hits: 18, ratio: 0.5)
        #expect(ImpactRule.median([4, 1, 3, 2]) == 2.5)
    }

    @Test func nobodySelectedHasNoRatio() throws {
        let tables = try Self.tables(Self.rows { _, _, _ in 0.1 }, .selection)
        #expect(tables.allSatisfy { $0.highest == nil })
        #expect(tables.flatMap(\.rows).allSatisfy { $0.ratio == nil })
    }

    /// Every rule is read, dated, and promises nothing.
    @Test func rulesAreDated() throws {
        #expect(ImpactRule.all.keys.sorted() == ["four-fifths", "nyc-ll144"])
        for rule in ImpactRule.all.values {
            #expect(rule.asOf.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil)
            #expect(!rule.source.isEmpty && rule.link.hasPrefix("https://"))
            #expect(!rule.statements.joined().lowercased().contains("complian"))
            #expect(rule.unknown.allSatisfy { $0 == $0.lowercased() })
        }
    }

    /// The same applicants by the four-fifths rule: ratios, p-values and what is said of them, by hand.
    @Test func fourFifths() throws {
        let rule = try #require(ImpactRule.all["four-fifths"])
        #expect(rule.mark?.ratio == 0.8 && rule.asOf == "1981-12-31" && !rule.intersects)
        let rows = Self.rows { place, selected, _ in place < selected ? 0.9 : 0.1 }
        let tables = rule.tables(
            rows.protected.map(\.groups), isHit: ImpactRule.hits(rows, .selection))
        #expect(tables.map(\.name) == ["Sex", "Race or ethnic group"])
        // Male 182 of 501, Female 120 of 474: 0.2532 / 0.3633.
        let female = try #require(tables[0].rows.first { $0.category == "Female" })
        let expected: Double = (120.0 / 474.0) / (182.0 / 501.0)
        let ratio = try #require(female.ratio?.value)
        #expect(abs(ratio - expected) < 1e-12)
        // χ² of [[182, 319], [120, 354]] is 13.812, with 1 degree of freedom.
        let p = try #require(female.pValue)
        #expect(abs(p - 0.00020208639011) < 1e-9)
        let male = try #require(tables[0].rows.first { $0.category == "Male" })
        #expect(male.pValue == nil && male.ratio?.value == 1)
    }

    @Test func theAnnexIsDated() throws {
        let rule = try #require(EvidenceRule.all["eu-annex-iv"])
        #expect(rule.asOf == "2024-07-12")
        #expect(rule.sections.map(\.content) == [.overall, .groups, .gaps, .limits])
        #expect(rule.blanks.contains { $0.contains("signature") })
    }
}
