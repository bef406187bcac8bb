package import Statistics
package import Tables

/// Rows that are counted: those that a model learned from, or those of a population.
package struct CountedRows: Sendable {
    package var table: Table
    /// Weights and clusters; simple rows have none.
    package var design: SamplingDesign

    /// - Throws: where there are no rows, or weights are no weights.
    package init(
        _ table: Table, weights: [Double]? = nil, clusters: [Int32]? = nil
    ) throws(StatisticsError) {
        self.table = table
        design = try SamplingDesign(rows: table.rowCount, weights: weights, clusters: clusters)
    }

    private init(table: Table, design: SamplingDesign) {
        self.table = table
        self.design = design
    }

    func selecting(_ rows: [Int]) throws(StatisticsError) -> CountedRows {
        CountedRows(
            table: table.selecting(rows: rows), design: try design.selecting(rows))
    }
}

/// Rows of which the model's loss is known.
package struct JudgedRows: Sendable {
    package var table: Table
    /// One a row.
    package var losses: [Double]
    package var design: SamplingDesign

    package init(_ table: Table, losses: [Double], design: SamplingDesign) {
        precondition(table.rowCount == losses.count && design.rows == losses.count, "one a row")
        self.table = table
        self.losses = losses
        self.design = design
    }

    func selecting(_ rows: [Int]) throws(StatisticsError) -> JudgedRows {
        JudgedRows(
            table.selecting(rows: rows), losses: rows.map { losses[$0] },
            design: try design.selecting(rows))
    }
}

/// Where the losses come from by which regions are chosen and judged.
package enum RegionLosses: Sendable {
    /// From rows of the run. `seen` chooses, and says of each of its rows which training row it is, or `nil`;
    /// `tested` judges.
    case ofRun(seen: JudgedRows?, training: [Int?], tested: JudgedRows)
    /// From rows of the population that have answers, by their places in it: one half chooses, the other judges.
    case ofPopulation(JudgedRows, places: [Int])
}
