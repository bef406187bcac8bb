import Platform
import RunStore
import Tables
import TensorCore
import Training

/// Everything between the files and the first training step: tables, schema, labels, the split and
/// the encoded rows.
struct PreparedData {
    var table: Table
    /// The rows to measure on: of `table`, or of a file of their own.
    var testTable: Table
    var schema: Schema
    var warnings: [String]
    var target: TargetEncoder
    var encoder: Encoder
    var split: Split
    var recipe: Recipe
    var duplicates: DuplicateReport
    /// SHA-256 of the files, in order: data, test.
    var hashes: [String]

    struct DuplicateReport {
        /// Rows that repeat an earlier one, target included.
        var repeated: Int
        /// Rows with the same features as another row and another target.
        var conflicting: Int
        /// Rows of a test file that also stand among the data.
        var testRowsInData: Int?
    }

    /// Reads and prepares what a configuration names.
    static func load(
        _ configuration: TrainConfiguration, threads: Int, onEvent: (RunEvent) -> Void
    ) throws -> PreparedData {
        onEvent(.stage("Reading \(configuration.data)"))
        var hashes = [ContentHash.sha256(try readBytes(configuration.data))]
        let columns = configuration.columns
        let options = try schemaOptions(columns)
        let reading = try csvOptions(configuration.reading, threads: threads)
            .naming(columns, options)
        let table = try CSVReader.read(path: configuration.data, options: reading)
        let (schema, schemaWarnings) = try Schema.infer(table, options)
        var warnings = schemaWarnings.map(\.description)

        guard let targetColumn = table.column(named: columns.target) else {
            throw VouchError("there is no column \"\(columns.target)\"")
        }
        let rows = (0..<table.rowCount).filter { !targetColumn.isMissing($0) }
        if rows.count < table.rowCount {
            warnings.append(
                "\(table.rowCount - rows.count) of \(table.rowCount) rows have no target and are "
                    + "left out")
        }
        let testTable = try configuration.test.map { path in
            onEvent(.stage("Reading \(path)"))
            hashes.append(ContentHash.sha256(try readBytes(path)))
            return try CSVReader.read(path: path, options: reading.keepingTexts(of: schema))
        }
        let target = try TargetEncoder(
            targetColumn, source: table.name, rows: rows,
            task: columns.task.flatMap { .init(rawValue: $0.rawValue) },
            positive: columns.positive)
        let identity = schema.features.map(\.name) + [columns.target]
        let exact = DuplicateIndex(table, columns: identity)
        let split = try draw(
            configuration, table: table, schema: schema, target: target, rows: rows,
            duplicates: exact.codes, hasTestFile: testTable != nil)
        warnings += try classWarnings(target, targetColumn, rows, source: table.name)

        var fitted = target
        if target.task == .regression {
            // Center and scale come from training rows only.
            fitted = try TargetEncoder(
                targetColumn, source: table.name, rows: split.train, task: .regression,
                positive: nil)
        }
        onEvent(.stage("Encoding \(table.rowCount) rows"))
        let recipe = Recipe(
            configuration,
            size: .init(
                rows: split.train.count + split.validation.count,
                numbers: schema.features.count { $0.kind == .number }))
        let encoder = try Encoder.fit(
            table, schema, rows: split.train, bins: recipe.numberWidth > 0 ? recipe.bins : nil,
            outcomes: try fitted.outcomes(targetColumn, rows: split.train, of: table))
        for category in encoder.categories {
            if let buckets = category.buckets {
                warnings.append(
                    "column \"\(category.column)\" has more than \(Encoder.maximumCategories) "
                        + "values; they are hashed into \(buckets) buckets")
            }
        }
        var report = DuplicateReport(
            repeated: exact.repeated, conflicting: 0, testRowsInData: nil)
        if target.task != .regression {
            let features = DuplicateIndex(table, columns: schema.features.map(\.name))
            report.conflicting = features.conflicting(
                try target.labels(targetColumn, source: table.name))
        }
        if let testTable {
            let both = table.joining(testTable, columns: identity)
            let codes = DuplicateIndex(both, columns: both.columns.map(\.name)).codes
            let known = Set(codes[..<table.rowCount])
            let shared = codes[table.rowCount...].count { known.contains($0) }
            report.testRowsInData = shared
            if shared > 0 {
                warnings.append(
                    "\(shared) of \(testTable.rowCount) test rows also stand among the training "
                        + "data, target included; they are not moved")
            }
        }
        return PreparedData(
            table: table, testTable: testTable ?? table, schema: schema, warnings: warnings,
            target: fitted, encoder: encoder, split: split, recipe: recipe,
            duplicates: report, hashes: hashes)
    }

    private static func readBytes(_ path: String) throws -> [UInt8] {
        switch Files.kind(of: path) {
        case nil: throw VouchError("reading \(path): there is no such file. Check the path")
        case .folder: throw VouchError("reading \(path): it is a folder. Name a CSV file")
        default: return try Files.read(path)
        }
    }

    private static func classWarnings(
        _ target: TargetEncoder, _ column: Column, _ rows: [Int], source: String
    ) throws -> [String] {
        guard target.task != .regression else { return [] }
        var counts = [Int](repeating: 0, count: target.classes.count)
        let labels = try target.labels(column, source: source)
        for row in rows { counts[Int(labels[row])] += 1 }
        return zip(target.classes, counts).filter { $0.1 < 2 }.map { name, count in
            "class \"\(name)\" has one row, which is used for training"
        }
    }

    private static func draw(
        _ configuration: TrainConfiguration, table: Table, schema: Schema, target: TargetEncoder,
        rows: [Int], duplicates: [Int32], hasTestFile: Bool
    ) throws -> Split {
        guard let column = table.column(named: target.column) else {
            throw VouchError("there is no column \"\(target.column)\"")
        }
        let strata: [Int]
        if target.task == .regression {
            let values = try target.values(column, source: table.name)
            strata = SplitDrawer.deciles(values, rows: rows)
        } else {
            strata = try target.labels(column, source: table.name).map(Int.init)
        }
        let times = try schema.names(.time).first.map { name in
            try table.orderedValues(in: name)
        }
        let drawer = SplitDrawer(
            rows: rows, strata: strata, groups: table.codes(in: schema.names(.group).first),
            duplicates: duplicates, times: times, seed: configuration.learning.seed)
        let shares = configuration.splits
        let parts =
            hasTestFile
            ? [[]] + drawer.parts([shares.validation]) : drawer.parts([shares.test, shares.validation])
        let split = Split(train: parts[2], validation: parts[1], test: parts[0])
        let needed = hasTestFile ? ["validation": split.validation] : [
            "validation": split.validation, "test": split.test,
        ]
        for (name, part) in needed.sorted(by: { $0.key < $1.key }) where part.isEmpty {
            throw VouchError(
                "\(table.name) has \(rows.count) rows with a target, too few for \(name) rows. "
                    + "Add rows, or raise --\(name)-share")
        }
        guard split.train.count > 1 else {
            throw VouchError(
                "\(table.name) leaves \(split.train.count) rows to train on. Add rows")
        }
        return split
    }
}

// MARK: - From options to the reader's and the schema's

func csvOptions(
    _ reading: TrainConfiguration.ReadingOptions, threads: Int
) throws(VouchError) -> CSVOptions {
    var options = CSVOptions()
    options.threads = threads
    if let text = reading.delimiter {
        let named = ["tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"][text] ?? text
        guard named.utf8.count == 1, let byte = named.utf8.first, byte != UInt8(ascii: "\"") else {
            throw VouchError("--delimiter is \"\(text)\"; write one character, or tab")
        }
        options.delimiter = byte
    }
    options.decimalComma = reading.decimalComma
    guard let encoding = CSVOptions.Encoding(rawValue: reading.encoding.lowercased()) else {
        throw VouchError("--encoding is \"\(reading.encoding)\"; write utf-8 or windows-1252")
    }
    options.encoding = encoding
    if let missing = reading.missing { options.missingTokens = missing }
    return options
}

func schemaOptions(_ columns: TrainConfiguration.ColumnRoles) throws -> SchemaOptions {
    var options = SchemaOptions()
    options.target = columns.target.isEmpty ? nil : columns.target
    options.protected = columns.protected
    options.group = columns.group
    options.time = columns.time
    options.weight = columns.weight
    options.id = columns.id
    options.exclude = columns.exclude
    options.usesProtected = columns.usesProtected
    if let file = columns.schemaFile { options.overrides = try SchemaFile.read(file) }
    return options
}

extension CSVOptions {
    /// With the kinds that the schema file states; identifiers keep their text as it stands.
    func naming(
        _ columns: TrainConfiguration.ColumnRoles, _ schema: SchemaOptions
    ) -> CSVOptions {
        var options = self
        for (name, override) in schema.overrides { options.kinds[name] = override.kind }
        for name in columns.id { options.kinds[name] = .category }
        return options
    }

    /// For a later file of the same schema: categories keep their text as it stands.
    func keepingTexts(of schema: Schema) -> CSVOptions {
        var options = self
        for entry in schema.columns where entry.kind == .category {
            options.kinds[entry.name] = .category
        }
        return options
    }
}

extension TargetEncoder {
    /// The target of some rows as columns of numbers: the standardised number of a regression, the
    /// positive class of two, each of the first 32 classes of more.
    fileprivate func outcomes(
        _ column: Column, rows: [Int], of table: Table
    ) throws(TableError) -> [[Float]] {
        guard task != .regression else {
            let values = try values(column, source: table.name)
            return [rows.map { Float((values[$0] - center) / scale) }]
        }
        let labels = try labels(column, source: table.name, lines: table.lines)
        let shown = task == .binary ? [1] : Array(0..<Int32(min(classes.count, 32)))
        return shown.map { shown in rows.map { labels[$0] == shown ? 1 : 0 } }
    }
}

extension Table {
    /// A code for every row by a column's value; −1 where missing; `nil` without a column.
    func codes(in name: String?) -> [Int32]? {
        guard let name, let column = column(named: name) else { return nil }
        if case .categories(let codes, _) = column.cells { return codes }
        var index: [String: Int32] = [:]
        return (0..<rowCount).map { row in
            guard let text = column.text(row) else { return -1 }
            if let known = index[text] { return known }
            index[text] = Int32(index.count)
            return Int32(index.count - 1)
        }
    }

    /// Numbers or dates to order rows by; a missing one comes first.
    func orderedValues(in name: String) throws(TableError) -> [Double] {
        switch column(named: name)?.cells {
        case .numbers(let numbers), .dates(let numbers, _):
            return numbers.map { $0.isNaN ? -.infinity : $0 }
        default:
            throw TableError(
                action: "ordering", source: self.name, column: name,
                problem: "its cells are neither dates nor numbers",
                advice: "Write dates as 2020-01-31, or leave --time out")
        }
    }

    /// Row weights; `nil` without a column.
    func weights(in name: String?) throws(TableError) -> [Float]? {
        guard let name, let column = column(named: name) else { return nil }
        guard case .numbers(let numbers) = column.cells else {
            throw TableError(
                action: "reading", source: self.name, column: name,
                problem: "its cells are not numbers", advice: "Weights are numbers ≥ 0")
        }
        for (row, number) in numbers.enumerated() where !(number >= 0 && number.isFinite) {
            throw TableError(
                action: "reading", source: self.name, line: lines?[row], row: row + 1,
                column: name,
                problem: "the weight \"\(column.text(row) ?? "")\" is not a number ≥ 0",
                advice: "Correct it; 0 leaves the row out")
        }
        return numbers.map(Float.init)
    }
}
