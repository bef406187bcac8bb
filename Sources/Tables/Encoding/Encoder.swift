/// Raw rows to the numbers a network reads; fitted on training rows only.
///
/// Each column has an encoder of its kind. Numbers may also have positions among bins and codes of
/// values, and may be repaired before all else.
package struct Encoder: Sendable {
    /// Kind by kind, in the order of `known`.
    package private(set) var columns: [any ColumnEncoder]
    /// Positions and atoms of each number, where the network asks for them; else empty.
    package var bins: [NumberBins] = []
    /// What numbers go through before all else; `nil` for nothing.
    package var repair: GroupRepair?

    /// The kinds that it may have columns of, in the order in which they stand in an encoded row:
    /// those of every table, then what else it was fitted or opened with.
    package let known: [any ColumnEncoder.Type]

    /// The kinds of columns that tables have as they are read, in the order in which they stand in an
    /// encoded row.
    package static let kinds: [any ColumnEncoder.Type] = [
        NumberEncoder.self, DateEncoder.self, CategoryEncoder.self,
    ]

    init(
        columns: [any ColumnEncoder], bins: [NumberBins] = [], repair: GroupRepair? = nil,
        known: [any ColumnEncoder.Type] = Encoder.kinds
    ) {
        self.known = known
        self.columns = columns
        self.bins = bins
        self.repair = repair
    }

    package var numbers: [NumberEncoder] { columns.compactMap { $0 as? NumberEncoder } }
    package var categories: [CategoryEncoder] { columns.compactMap { $0 as? CategoryEncoder } }

    // MARK: - What an encoded row holds

    var layout: EncodedLayout { EncodedLayout(columns) }

    package var numericWidth: Int { layout.numbers.count }

    /// A name for each numeric output, with the raw column it comes from.
    package var numericParents: [(name: String, column: String)] { layout.numbers }

    package var numericNames: [String] { numericParents.map(\.name) }

    /// For each index the raw column that it comes from, and how many there are of it.
    package var indexParents: [(column: String, cardinality: Int)] { layout.indices }

    /// What columns fill for themselves, in the order of an encoded row's blocks.
    package var blocks: [BlockPlace] { layout.blocks }

    /// The columns that become inputs of the network; a repair needs those that tell
    /// groups, too.
    package var requiredColumns: [String] { columns.map(\.column) }

    /// Each column's encoder with where its outputs stand in an encoded row; positions and atoms follow all of them.
    package var columnPlaces: [(column: any ColumnEncoder, places: ColumnPlaces)] {
        Array(zip(columns, layout.places))
    }

    // MARK: - Fitting

    /// Fits on the given rows.
    ///
    /// - Parameters:
    ///   - rows: The training rows; only they decide.
    ///   - bins: How each number's bins and atoms are found; `nil` for none.
    ///   - outcomes: What is to be predicted, a number for each of `rows`, in one column or more.
    ///   - repair: How numbers are changed first, so that they tell less of the protected groups; `nil` for not.
    ///   - kinds: Those that may be read; `kinds` of every table come first.
    ///   - resources: What their encoders need beside the cells.
    /// - Throws: `TableError` when the schema has no feature, one is of a kind that is not read, or
    ///   the repair cannot be fitted.
    package static func fit(
        _ table: Table, _ schema: Schema, rows: [Int], bins: NumberBins.Rule? = nil,
        outcomes: [[Float]] = [], repair: GroupRepair.Rule? = nil,
        kinds: [any ColumnEncoder.Type] = Encoder.kinds, resources: ColumnResources = ColumnResources()
    ) throws(TableError) -> Encoder {
        guard !schema.features.isEmpty else {
            throw TableError(
                action: "encoding", source: table.name,
                problem: "no column is left to predict from",
                advice: "Exclude fewer columns, or use --use-protected")
        }
        let features = schema.features.compactMap { table.column(named: $0.name) }
        if let column = features.first(where: { own in !kinds.contains { $0.kind == own.kind } }) {
            throw TableError(
                action: "encoding", source: table.name, column: column.name,
                problem: "no model reads cells of kind \(column.kind.rawValue)",
                advice: "Leave it out with --exclude")
        }
        let fitted: GroupRepair? =
            if let repair {
                try GroupRepair(repair, table, schema, rows: rows)
            } else {
                nil
            }
        let source = try CellSource(table, fitted, resources)
        var columns: [any ColumnEncoder] = []
        for kind in kinds {
            for column in features where column.kind == kind.kind {
                columns.append(try kind.init(fitting: column, in: source, rows: rows))
            }
        }
        var encoder = Encoder(columns: columns, repair: fitted, known: kinds)
        guard let bins else { return encoder }
        for number in encoder.numbers {
            let values = try source.numbers(in: number.column)
            encoder.bins.append(
                NumberBins(
                    column: number.column, values: rows.map { values[$0] }, rule: bins,
                    outcomes: outcomes))
        }
        return encoder
    }

    // MARK: - Encoding

    /// Encodes any table that has the required columns, in any order.
    ///
    /// - Throws: `TableError` listing the columns that are missing, or naming the first cell that
    ///   is not of its column's kind.
    package func encode(_ table: Table) throws(TableError) -> EncodedFeatures {
        try requireColumns(of: table)
        let source = try CellSource(table, repair)
        let layout = layout
        let (numbers, indices) = (layout.numbers.count, layout.indices.count)
        var features = EncodedFeatures(
            rows: table.rowCount, numericWidth: numbers + bins.count,
            categoryWidth: indices + bins.count, blocks: layout.blocks)
        for (column, places) in zip(columns, layout.places) {
            try column.encode(source, into: &features, at: places)
        }
        var atomsBefore: Int32 = 0
        for (position, bins) in bins.enumerated() {
            let (width, categoryWidth) = (features.numericWidth, features.categoryWidth)
            for (row, value) in try source.numbers(in: bins.column).enumerated()
            where !value.isNaN {
                features.numeric[row * width + numbers + position] = bins.position(value)
                let atom = bins.atom(value)
                features.categories[row * categoryWidth + indices + position] =
                    atom == 0 ? 0 : atomsBefore + atom
            }
            atomsBefore += Int32(bins.atoms.count)
        }
        return features
    }

    private func requireColumns(of table: Table) throws(TableError) {
        let absent = requiredColumns.filter { table.column(named: $0) == nil }
        guard !absent.isEmpty else { return }
        let unused = table.columns.map(\.name).filter { !requiredColumns.contains($0) }
        let hints = absent.compactMap { name in
            nearestName(to: name, among: unused).map { "Is \"\($0)\" the column \"\(name)\"? " }
        }
        throw TableError(
            action: "encoding", source: table.name,
            problem: absent.count == 1
                ? "the model needs a column that is not there: \"\(absent[0])\""
                : "the model needs columns that are not there: "
                    + absent.map { "\"\($0)\"" }.joined(separator: ", "),
            advice: hints.joined() + (hints.isEmpty ? "" : "Then rename it. ")
                + "Add \(absent.count == 1 ? "it" : "them"); cells may be empty")
    }
}
