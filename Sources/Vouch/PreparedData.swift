import Platform
import Prediction
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
    /// With several folds, `train` holds their rows and `validation` none.
    var split: Split
    /// What each model trains and validates on; one, or one a fold.
    var folds: [Split]
    var recipe: Recipe
    var duplicates: DuplicateReport
    /// Rows with random answers among the training rows; `nil` for none.
    var canaries: PlantedRows?
    /// SHA-256 of the files, in order: data, test.
    var hashes: [String]

    struct DuplicateReport {
        /// Of rows that train or validate: those that repeat an earlier one, target included.
        var repeated: Int
        /// Rows with the same features as another row and another target.
        var conflicting: Int
    }

    /// Reads and prepares what a configuration names.
    static func load(
        _ configuration: TrainConfiguration, threads: Int, onEvent: (RunEvent) -> Void
    ) throws -> PreparedData {
        var hashes: [String] = []
        func read(_ path: String, _ options: CSVOptions) throws -> Table {
            onEvent(.stage("Reading \(path)"))
            let bytes = try CSVReader.bytes(path: path)
            hashes.append(ContentHash.sha256(bytes))
            return try CSVReader.read(bytes: bytes, name: path, options: options)
        }
        let columns = configuration.columns
        let options = try schemaOptions(columns)
        let reading = try csvOptions(configuration.reading, threads: threads)
            .naming(columns, options)
        let table = try read(configuration.data, reading)
        var (schema, schemaWarnings) = try Schema.infer(table, options)
        schema.missingTexts = configuration.reading.missing
        var warnings =
            table.remarks.map { "\(configuration.data): \($0)" } + schemaWarnings.map(\.description)

        let testTable = try configuration.test.map { path in
            try read(path, reading.keepingTexts(of: schema))
        }
        var prepared = try prepare(
            table, testTable: testTable, schema: schema, configuration, onEvent: onEvent)
        warnings += prepared.warnings
        prepared.warnings = warnings
        prepared.hashes = hashes
        return prepared
    }

    /// Prepares rows in memory.
    ///
    /// - Parameters:
    ///   - testTable: Rows to measure on; `nil` to hold back some of the table's.
    ///   - schema: Of both.
    ///   - known: A target whose classes these rows' are among; `nil` for those that occur.
    static func prepare(
        _ table: Table, testTable: Table?, schema: Schema, _ configuration: TrainConfiguration,
        classesOf known: TargetEncoder? = nil, onEvent: (RunEvent) -> Void
    ) throws -> PreparedData {
        let columns = configuration.columns
        var warnings: [String] = []
        guard let targetColumn = table.column(named: columns.target) else {
            throw VouchError("there is no column \"\(columns.target)\"")
        }
        try checkGroups(
            bins: columns.groupBins, labels: columns.groupLabels, protected: schema.protected,
            in: table)
        let rows = (0..<table.rowCount).filter { !targetColumn.isMissing($0) }
        if rows.count < table.rowCount {
            warnings.append(
                "\(table.rowCount - rows.count) of \(table.rowCount) rows have no target and are "
                    + "left out")
        }
        let target = try known ?? TargetEncoder(
            targetColumn, source: table.name, rows: rows,
            task: columns.task.flatMap { .init(rawValue: $0.rawValue) },
            positive: columns.positive, lines: table.lines)
        let isRegression = target.task == .regression
        if !isRegression { try Settings.check(configuration, classesOf: target.column) }
        let numbers = isRegression ? try target.values(targetColumn, source: table.name) : []
        let labels =
            isRegression
            ? [] : try target.labels(targetColumn, source: table.name, lines: table.lines)
        let copies = RowCopies(
            table, features: schema.features.map(\.name), target: columns.target,
            labels: isRegression ? nil : labels, rows: rows)
        if let conflict = copies.conflict { warnings.append(conflict) }
        let drawer = try SplitMaker(
            configuration, table: table, schema: schema,
            strata: isRegression
                ? SplitDrawer.deciles(numbers, rows: rows) : labels.map(Int.init),
            duplicates: copies.together)
        var split = try drawer.split(rows: rows, hasTestFile: testTable != nil)
        let recipe = Recipe(
            configuration,
            for: problem(
                rows: split.train.count + split.validation.count, schema,
                isRegression: isRegression))
        let folds = drawer.folds(recipe.folds, of: split)
        if folds.count > 1 {
            split = Split(
                train: (split.train + split.validation).sorted(), validation: [],
                test: split.test)
        }
        if !isRegression { warnings += classWarnings(target.classes, labels, rows) }
        warnings += try weightWarnings(
            table, testTable: testTable, schema, split, folds, target,
            labels: isRegression ? nil : labels)

        var fitted = target
        if isRegression {
            // Center and scale come from training rows only.
            fitted = try TargetEncoder(
                targetColumn, source: table.name, rows: split.train, task: .regression,
                positive: nil)
        }
        onEvent(.stage("Encoding \(table.rowCount) rows"))
        let bins = recipe.fittedBins
        let encoder = try Encoder.fit(
            table, schema, rows: split.train, bins: bins,
            outcomes: bins == nil
                ? [] : fitted.outcomes(labels: labels, numbers: numbers, rows: split.train),
            repair: configuration.model.groupRepair)
        if let repair = encoder.repair {
            warnings += try repairWarnings(
                repair, schema, tables: [table] + (testTable.map { [$0] } ?? []))
        }
        for category in encoder.categories {
            if let buckets = category.buckets {
                warnings.append(
                    "column \"\(category.column)\" has more than \(Encoder.maximumCategories) "
                        + "values; they are hashed into \(buckets) buckets")
            }
        }
        let learned = split.train + split.validation
        let report = DuplicateReport(
            repeated: copies.exact.repeated(among: learned),
            conflicting: isRegression
                ? 0 : copies.features.conflicting(labels, among: learned))
        if let testTable {
            let both = table.joining(
                testTable, columns: schema.features.map(\.name) + [columns.target])
            let codes = DuplicateIndex(both, columns: both.columns.map(\.name)).codes
            let known = Set(codes[..<table.rowCount])
            let shared = codes[table.rowCount...].count { known.contains($0) }
            if shared > 0 {
                warnings.append(
                    "\(shared) of \(testTable.rowCount) test rows also stand among the training "
                        + "data, target included; they are not moved")
            }
        }
        return try PreparedData(
            table: table, testTable: testTable ?? table, schema: schema, warnings: warnings,
            target: fitted, encoder: encoder, split: split, folds: folds, recipe: recipe,
            duplicates: report, hashes: []
        ).planting(configuration.splits.canaries, seed: configuration.learning.seed)
    }

    /// The rows that train or validate, cut into parts: classes in equal shares, groups and exact
    /// duplicates whole.
    func parts(_ count: Int, seed: UInt64) throws -> [[Int]] {
        let planted = canaries?.planted ?? .max..<Int.max
        let rows = (split.train + split.validation).filter { !planted.contains($0) }.sorted()
        guard let column = table.column(named: target.column) else { return [] }
        let strata =
            target.task == .regression
            ? SplitDrawer.deciles(try target.values(column, source: table.name), rows: rows)
            : try target.labels(column, source: table.name, lines: table.lines).map(Int.init)
        let copies = RowCopies(
            table, features: schema.features.map(\.name), target: target.column,
            labels: target.task == .regression ? nil : strata.map(Int32.init), rows: rows)
        let fold = SplitDrawer(
            rows: rows, strata: strata, groups: table.codes(in: schema.names(.group).first),
            duplicates: copies.together, times: nil, seed: seed
        ).folds(count, rowCount: table.rowCount)
        return (0..<count).map { part in rows.filter { fold[$0] == part } }
    }

    /// What is to be learned from so many rows.
    func problem(rows: Int) -> Recipe.Problem {
        Self.problem(rows: rows, schema, isRegression: target.task == .regression)
    }

    private static func problem(
        rows: Int, _ schema: Schema, isRegression: Bool
    ) -> Recipe.Problem {
        Recipe.Problem(
            rows: rows, numbers: schema.features.count { $0.kind == .number },
            isRegression: isRegression)
    }

    /// Some rows as training data of their own: encoder and scale are fitted on them alone.
    func reduced(to rows: [Int], recipe: Recipe) throws -> PreparedData {
        var result = self
        result.table = table.selecting(rows: rows)
        let all = Array(rows.indices)
        guard let column = result.table.column(named: target.column) else { return result }
        let isRegression = target.task == .regression
        if isRegression {
            result.target = try TargetEncoder(
                column, source: table.name, rows: all, task: .regression, positive: nil)
        }
        let bins = recipe.fittedBins
        result.encoder = try Encoder.fit(
            result.table, schema, rows: all, bins: bins,
            outcomes: bins == nil ? [] : try result.outcomes(all),
            repair: encoder.repair?.rule)
        result.split = Split(train: all, validation: [], test: [])
        result.folds = [result.split]
        result.recipe = recipe
        return result
    }

    /// With the encoder fitted anew on the same training rows, its numbers changed by another rule.
    ///
    /// - Parameter rule: `nil` for numbers as they stand.
    func repairing(_ rule: GroupRepair.Rule?) throws -> PreparedData {
        guard rule != encoder.repair?.rule else { return self }
        var result = self
        let planted = canaries?.planted ?? .max..<Int.max
        let rows = split.train.filter { !planted.contains($0) }
        let bins = recipe.fittedBins
        result.encoder = try Encoder.fit(
            table, schema, rows: rows, bins: bins, outcomes: bins == nil ? [] : try outcomes(rows),
            repair: rule)
        return result
    }

    /// What is to be predicted of rows of the table, for an encoder.
    private func outcomes(_ rows: [Int]) throws -> [[Float]] {
        guard let column = table.column(named: target.column) else { return [] }
        let isRegression = target.task == .regression
        return target.outcomes(
            labels: isRegression ? [] : try target.labels(column, source: table.name),
            numbers: isRegression ? try target.values(column, source: table.name) : [], rows: rows)
    }

    /// What a repair of numbers leaves as it is.
    private static func repairWarnings(
        _ repair: GroupRepair, _ schema: Schema, tables: [Table]
    ) throws -> [String] {
        let others = schema.features.filter { !repair.columns.contains($0.name) }.map(\.name)
        var warnings: [String] = []
        if !others.isEmpty {
            warnings.append(
                "\(repair.rule.method.option) changes \(repair.columns.count) of "
                    + "\(schema.features.count) columns, those of numbers; what the others tell of the groups "
                    + "stays: \(others.prefix(20).joined(separator: ", "))"
                    + (others.count > 20 ? ", …" : ""))
        }
        return warnings + (try tables.compactMap { try repair.note(on: $0) })
    }

    private static func classWarnings(
        _ classes: [String], _ labels: [Int32], _ rows: [Int]
    ) -> [String] {
        var counts = [Int](repeating: 0, count: classes.count)
        for row in rows { counts[Int(labels[row])] += 1 }
        var warnings: [String] = []
        let single = zip(classes, counts).filter { $0.1 < 2 }.map { "\"\($0.0)\"" }
        if single.count == 1 {
            warnings.append("class \(single[0]) has one row, which is used for training")
        } else if !single.isEmpty {
            warnings.append(
                "\(single.count) of \(classes.count) classes have one row each, which is used for training: "
                    + single.prefix(5).joined(separator: ", ") + (single.count > 5 ? ", …" : ""))
        }
        if let (a, b) = equalNumbers(classes) {
            warnings.append(
                "classes \"\(a)\" and \"\(b)\" are one number and stay two classes, as they are spelled. Write them "
                    + "alike if they are one")
        }
        return warnings
    }

    /// Two texts that are the same number.
    private static func equalNumbers(_ texts: [String]) -> (String, String)? {
        var known: [Double: String] = [:]
        for text in texts {
            guard let number = CellParsing.number(text) else { continue }
            if let other = known.updateValue(text, forKey: number) { return (other, text) }
        }
        return nil
    }

    /// Classes whose rows count nothing.
    ///
    /// - Throws: where the weights leave nothing to learn from, to stop at, to measure on, or to tell apart.
    private static func weightWarnings(
        _ table: Table, testTable: Table?, _ schema: Schema, _ split: Split, _ folds: [Split],
        _ target: TargetEncoder, labels: [Int32]?
    ) throws -> [String] {
        guard let name = schema.names(.weight).first, let weights = try table.weights(in: name)
        else { return [] }
        // Those of test rows in a file of their own must be weights, too, before an hour of training.
        _ = try testTable?.weights(in: name)
        let parts =
            folds.flatMap { [(RowSplit.training, $0.train), (.validation, $0.validation)] }
            + [(.test, split.test)]
        for (part, rows) in parts
        where !rows.isEmpty && !rows.contains(where: { weights[$0] > 0 }) {
            throw VouchError(
                "\(table.name), column \"\(name)\": the weights of all \(rows.count) \(part.word) rows are 0, so that none "
                    + "of them counts. Give more rows a weight above 0, leave rows of weight 0 out of the file, or "
                    + "leave --weight out")
        }
        guard let labels else { return [] }
        var sums = [Float](repeating: 0, count: target.classes.count)
        for row in split.train { sums[Int(labels[row])] += weights[row] }
        let empty = target.classes.indices.filter { sums[$0] == 0 }.map {
            "\"\(target.classes[$0])\""
        }
        guard !empty.isEmpty else { return [] }
        let text =
            "all training rows of class " + empty.joined(separator: ", ") + " have the weight 0"
        guard sums.count(where: { $0 > 0 }) > 1 else {
            throw VouchError(
                "\(table.name), column \"\(name)\": \(text), so that there is nothing to tell apart. Give rows of two "
                    + "classes a weight above 0, or leave --weight out")
        }
        return ["column \"\(name)\": \(text): the model cannot learn to predict it"]
    }
}

/// Draws splits of one table.
private struct SplitMaker {
    let table: Table
    let strata: [Int]
    let groups: [Int32]?
    let duplicates: [Int32]?
    let times: [Double]?
    let shares: TrainConfiguration.SplitOptions
    let seed: UInt64

    /// - Parameter strata: One a row of the table: the class, or the decile of a number.
    init(
        _ configuration: TrainConfiguration, table: Table, schema: Schema, strata: [Int],
        duplicates: [Int32]?
    ) throws {
        times = try schema.names(.time).first.map { name in try table.orderedValues(in: name) }
        groups = table.codes(in: schema.names(.group).first)
        self.table = table
        self.strata = strata
        self.duplicates = duplicates
        shares = configuration.splits
        seed = configuration.learning.seed
    }

    private func drawer(_ rows: [Int]) -> SplitDrawer {
        SplitDrawer(
            rows: rows, strata: strata, groups: groups, duplicates: duplicates, times: times,
            seed: seed)
    }

    func split(rows: [Int], hasTestFile: Bool) throws(VouchError) -> Split {
        let drawer = drawer(rows)
        let parts =
            hasTestFile
            ? [[]] + drawer.parts([shares.validation])
            : drawer.parts([shares.test, shares.validation])
        let split = Split(train: parts[2], validation: parts[1], test: parts[0])
        let needed =
            hasTestFile
            ? [(RowSplit.validation, split.validation)]
            : [(RowSplit.test, split.test), (.validation, split.validation)]
        for (name, part) in needed where part.isEmpty {
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

    /// The split itself, or as many as there are folds: each validates on another part.
    func folds(_ count: Int, of split: Split) -> [Split] {
        guard count > 1 else { return [split] }
        let rows = (split.train + split.validation).sorted()
        let fold = drawer(rows).folds(count, rowCount: table.rowCount)
        let all = (0..<count).map { number in
            Split(
                train: rows.filter { fold[$0] != number },
                validation: rows.filter { fold[$0] == number }, test: split.test)
        }
        // Few groups may leave a fold without rows.
        let usable = all.filter { !$0.validation.isEmpty && $0.train.count > 1 }
        return usable.count > 1 ? usable : [split]
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
    /// With what the schema file states. Identifiers and groups are texts; answers, protected properties and weights keep
    /// theirs beside their numbers.
    func naming(
        _ columns: TrainConfiguration.ColumnRoles, _ schema: SchemaOptions
    ) -> CSVOptions {
        var options = self
        for (name, override) in schema.overrides {
            options.kinds[name] = override.kind
            options.decimals[name] = override.decimal
            options.orders[name] = override.order
            options.keepText(name, role: override.role)
        }
        for name in columns.id { options.keepText(name, role: .id) }
        if let group = columns.group { options.keepText(group, role: .group) }
        for name in columns.protected { options.keepText(name, role: .protected) }
        if let weight = columns.weight { options.keepText(weight, role: .weight) }
        if !columns.target.isEmpty { options.keepText(columns.target, role: .target) }
        return options
    }
}

extension TargetEncoder {
    /// The target of some rows as columns of numbers: the standardised number of a regression, the
    /// positive class of two, each of the first 32 classes of more.
    fileprivate func outcomes(labels: [Int32], numbers: [Double], rows: [Int]) -> [[Float]] {
        if task == .regression { return [rows.map { Float((numbers[$0] - center) / scale) }] }
        let shown = task == .binary ? [1] : Array(0..<Int32(min(classes.count, 32)))
        return shown.map { shown in rows.map { labels[$0] == shown ? 1 : 0 } }
    }
}

extension Table {
    /// A code for every row by a column's value; −1 where missing; `nil` without a column.
    func codes(in name: String?) -> [Int32]? {
        name.flatMap { column(named: $0)?.coded.codes }
    }

    /// Numbers or dates to order rows by; a missing one comes first.
    func orderedValues(in name: String) throws(TableError) -> [Double] {
        guard let measures = column(named: name)?.measures else {
            throw TableError(
                action: "ordering", source: self.name, column: name,
                problem: "its cells are neither dates nor numbers",
                advice: "Write dates as 2020-01-31, or leave --time out")
        }
        return measures.map { $0.isNaN ? -.infinity : $0 }
    }

    /// Row weights; `nil` without a column.
    func weights(in name: String?) throws(TableError) -> [Float]? {
        guard let name, let column = column(named: name) else { return nil }
        guard let numbers = column.numbers else {
            throw TableError(
                action: "reading", source: self.name, column: name,
                problem: "its cells are not numbers", advice: "Weights are numbers ≥ 0")
        }
        let weights = numbers.map(Float.init)
        for (row, weight) in weights.enumerated() where !(weight >= 0 && weight.isFinite) {
            throw TableError(
                action: "reading", source: self.name, line: lines?[row], row: row + 1,
                column: name,
                problem: "the weight \"\(column.text(row) ?? "")\" is not a number ≥ 0",
                advice: "Correct it; 0 leaves the row out")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw TableError(
                action: "reading", source: self.name, column: name,
                problem: "the weights of all \(rowCount) rows are 0, so that no row counts",
                advice: "Give rows a weight above 0, or leave the weights out")
        }
        return weights
    }
}
