import GraphIR
import Models
import ONNXExport
import Tables

/// The columns that a model reads, as inputs of a file and as what its graph gets of them.
struct RowColumns {
    let encoder: Encoder
    let ports: [ExportedPort]
    let missingTexts: [String]

    init(encoder: Encoder, schema: Schema) {
        self.encoder = encoder
        missingTexts = schema.missingTexts ?? CSVOptions.usualMissingTokens
        let entries = Dictionary(
            schema.columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        ports = encoder.columns.map { column in
            let isText = column is CategoryEncoder
            return ExportedPort(
                name: column.column, type: isText ? .string : .float64, shape: [nil, 1],
                text: column.handover(entries[column.column]?.format))
        }
    }

    /// - Returns: What the graph reads, by its inputs.
    func write(into writer: inout ONNXWriter) -> [InputPort: ONNXWritten] {
        var inputs: [String: ONNXWritten] = [:]
        for port in ports {
            inputs[port.name] = writer.input(port.name, port.type, shape: port.shape, text: port.text)
        }
        func own(_ column: any ColumnEncoder) -> ONNXWritten? { inputs[column.column] }
        var (numeric, categories) = (PlacedColumns(), PlacedColumns())
        let all = encoder.columnPlaces
        let numbers = all.filter { $0.column is NumberEncoder }
        if !numbers.isEmpty {
            let block = NumberBlock(
                numbers.compactMap { ($0.column as? NumberEncoder) },
                cells: numbers.compactMap { own($0.column) }, into: &writer)
            numeric.add(block.scaled, places: numbers.map { $0.places.numbers.lowerBound })
            numeric.add(block.marks, places: numbers.map(\.places.mark))
            if !encoder.bins.isEmpty {
                let bins = BinBlock(block, encoder.bins, into: &writer)
                let (first, firstCode) = (encoder.numericWidth, encoder.indexParents.count)
                numeric.add(bins.positions, places: encoder.bins.indices.map { first + $0 })
                categories.add(bins.codes, places: encoder.bins.indices.map { firstCode + $0 })
            }
        }
        let dates = all.filter { $0.column is DateEncoder }
        if !dates.isEmpty {
            let block = DateBlock(
                dates.compactMap { $0.column as? DateEncoder }, cells: dates.compactMap { own($0.column) },
                into: &writer)
            for (part, value) in block.parts.enumerated() {
                numeric.add(
                    value,
                    places: dates.map { part < $0.places.numbers.count ? $0.places.numbers.lowerBound + part : nil })
            }
        }
        for (column, places) in all {
            guard let category = column as? CategoryEncoder, let cell = own(column) else { continue }
            categories.add(
                category.code(of: cell, missing: missingTexts, into: &writer), places: [places.indices.lowerBound])
        }
        var result: [InputPort: ONNXWritten] = [:]
        result[.numeric] = numeric.joined(into: &writer)
        result[.categories] = categories.joined(into: &writer)
        return result
    }
}

/// Values `[N, columns]` that are put side by side, each column in its place.
struct PlacedColumns {
    private var parts: [ONNXWritten] = []
    private var width = 0
    /// By place, the column of all parts side by side.
    private var sources: [Int: Int] = [:]

    /// - Parameter places: Of each column of the value; `nil` for one that is not read.
    mutating func add(_ value: ONNXWritten, places: [Int?]) {
        parts.append(value)
        for (column, place) in places.enumerated() {
            if let place { sources[place] = width + column }
        }
        width += places.count
    }

    /// `[N, places]`; `nil` without a column.
    func joined(into writer: inout ONNXWriter) -> ONNXWritten? {
        guard let first = parts.first, !sources.isEmpty else { return nil }
        let all = parts.count == 1 ? first : writer.apply("Concat", parts, ["axis": .int(1)])
        let order = sources.sorted { $0.key < $1.key }.map(\.value)
        guard order != Array(0..<width) else { return all }
        return writer.apply("Gather", [all, writer.list(order)], ["axis": .int(1)])
    }
}

extension CategoryEncoder {
    /// The index of a text, `[N, 1]` int32.
    fileprivate func code(
        of cell: ONNXWritten, missing: [String], into writer: inout ONNXWriter
    ) -> ONNXWritten {
        let codes = TextCodes(self, missing: missing)
        let code = writer.apply(
            "LabelEncoder", [cell],
            [
                "keys_strings": .strings(codes.texts), "values_int64s": .ints(codes.indices),
                "default_int64": .int(1),
            ], of: .learning)
        return writer.cast(code, to: .int32)
    }
}
