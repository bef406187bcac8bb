import Images
package import Models
import Platform
import Prediction
import RunStore
package import Tables
import Training

/// Everything between the files and the first training step: tables, schema, labels, the split and
/// the encoded rows.
package struct PreparedData {
    package var table: Table
    /// The rows to measure on: of `table`, or of a file of their own.
    package var testTable: Table
    package var schema: Schema
    package var warnings: [String]
    package var target: TargetEncoder
    package var encoder: Encoder
    /// With several folds, `train` holds their rows and `validation` none.
    package var split: Split
    /// What each model trains and validates on; one, or one a fold.
    package var folds: [Split]
    package var recipe: Recipe
    package var duplicates: DuplicateReport
    /// Rows with random answers among the training rows; `nil` for none.
    var canaries: PlantedRows?
    /// Rows without an answer that are learned from with what rules say of them; `nil` without rules.
    package internal(set) var ruled: RuledRows?
    /// What encoders and weights of shared columns are taken from; `nil` for nothing.
    package var carried: CarriedModel?
    /// Rows without labels beside the table's; `nil` where none were given.
    package var pool: PoolRows?
    /// Whether they are learned from; see `learningFromPool()`.
    package var usesPool = false
    /// Of what is drawn for them.
    var poolSeed: UInt64 = 0
    /// SHA-256 of the files, in order: data, test.
    package var hashes: [String]
    /// Of the file of rows that were labelled since, which are the last of `table`; `nil` without one.
    package var answersSHA256: String?
    /// How many these are.
    package var answeredRows = 0
    /// What its columns can be.
    package var kinds: InputKinds
    /// Columns of pictures that may be mirrored where they are learned from: their labels stay; see `MirrorCheck`.
    package internal(set) var mirrored: Set<String> = []

    package struct DuplicateReport {
        /// Of rows that train or validate: those that repeat an earlier one, target included.
        package var repeated: Int
        /// Rows with the same features as another row and another target.
        package var conflicting: Int
        /// Whether rows are equal by chance, so that copies tell as much as others.
        package var isByChance: Bool

        /// - Parameters:
        ///   - classes: One a row of the table; `nil` of a target that is a number.
        ///   - rows: Those that train or validate.
        init(_ copies: RowCopies, classes: [Int32]?, among rows: [Int]) {
            repeated = copies.exact.repeated(among: rows)
            conflicting = classes.map { copies.features.conflicting($0, among: rows) } ?? 0
            isByChance = copies.conflict != nil
        }

        /// Of a table whose target is known.
        init(
            _ table: Table, _ schema: Schema, _ target: TargetEncoder, classes: [Int32]?, among rows: [Int]
        ) {
            self.init(
                RowCopies(table, schema, target, classes: classes, rows: rows), classes: classes,
                among: rows)
        }
    }

    /// Reads and prepares what a configuration names.
    ///
    /// - Parameter kinds: What columns can be.
    package static func load(
        _ configuration: TrainConfiguration, kinds: InputKinds = .shipped, threads: Int,
        onEvent: (RunEvent) -> Void
    ) throws -> PreparedData {
        let (configuration, carried) = try configuration.openingCarry(kinds)
        if let carried { try configuration.checkBackbone(beside: carried) }
        let kinds = try kinds.opening(configuration.columns.backbone, threads: threads)
        var hashes: [String] = []
        let columns = configuration.columns
        func read(_ path: String, _ options: CSVOptions, of part: PictureRows.Part) throws -> Table {
            onEvent(.stage("Reading \(path)"))
            let bytes = try rowBytes(path, of: part)
            hashes.append(ContentHash.sha256(bytes))
            let table = try CSVReader.read(
                bytes: bytes, name: path, options: options.readingPictures(of: path))
            return try table.identifyingPictures(skipsBroken: columns.skipsBroken ?? false) {
                onEvent(.warning($0))
            }
        }
        let options = try schemaOptions(columns, kinds)
        let reading = try csvOptions(configuration.reading, threads: threads)
            .naming(columns, options)
        let table = try read(configuration.data, reading, of: .learned)
        var (schema, schemaWarnings) = try Schema.infer(table, options)
        schema.missingTexts = configuration.reading.missing
        var warnings =
            table.remarks.map { "\(configuration.data): \($0)" } + schemaWarnings.map(\.description)

        let testTable = try configuration.test.map { path in
            try read(path, reading.keepingTexts(of: schema), of: .measured)
        }
        let answered = try configuration.answers.map {
            try AnsweredRows($0, schema: schema, reading, onEvent)
        }
        var companions = TableCompanions(schema: schema, testTable: testTable, kinds: kinds)
        companions.carried = carried
        companions.answered = answered?.rows ?? 0
        var prepared = try prepare(
            answered?.behind(table) ?? table, beside: companions, configuration, onEvent: onEvent)
        prepared.answersSHA256 = answered?.sha256
        warnings += prepared.warnings
        prepared.warnings = warnings
        prepared.hashes = hashes
        if let file = configuration.unlabelled {
            onEvent(.stage("Reading \(file)"))
            let pool = try PoolRows(
                file, CSVReader.bytes(path: file), reading: reading.keepingTexts(of: schema),
                beside: prepared)
            prepared.warnings += pool.warnings
            prepared.pool = pool
            prepared.poolSeed = configuration.learning.seed
        }
        return prepared
    }

    /// Prepares rows in memory.
    package static func prepare(
        _ table: Table, beside companions: TableCompanions, _ configuration: TrainConfiguration,
        onEvent: (RunEvent) -> Void
    ) throws -> PreparedData {
        let (testTable, schema, kinds) = (companions.testTable, companions.schema, companions.kinds)
        let (rules, answered) = (companions.rules, companions.answered)
        let columns = configuration.columns
        guard let targetColumn = table.column(named: columns.target) else {
            throw VouchError("there is no column \"\(columns.target)\"")
        }
        try checkGroups(
            bins: columns.groupBins, labels: columns.groupLabels, protected: schema.protected,
            in: table)
        let answers = try KnownAnswers(
            targetColumn, of: table, configuration, classesOf: companions.known)
        let copies = RowCopies(
            table, features: schema.features.map(\.name), target: columns.target,
            labels: answers.classes, rows: answers.rows)
        let ruled = try answers.ruled(configuration, of: table, rules: rules)
        let maker = try SplitMaker(
            configuration, table: table, schema: schema, strata: answers.strata,
            duplicates: copies.together)
        let drawn =
            answered > 0
            ? try AnsweredRows.split(
                table, answered: answered, hasTestFile: testTable != nil, schema, configuration)
            : try maker.split(rows: answers.rows, hasTestFile: testTable != nil)
        let recipe = Recipe(
            configuration,
            for: problem(
                rows: drawn.train.count + drawn.validation.count, schema,
                isRegression: answers.isRegression, ruled: ruled, kinds))
        try checkPictures(schema, recipe)
        let folds = maker.folds(recipe.folds, of: drawn)
        let split = folds.count > 1 ? drawn.trainingOnValidation : drawn
        var warnings = answerWarnings(answers, copies, of: table, ruled: ruled)
        if let ruled, rules == nil { warnings += ruleWarnings(ruled, answers, on: split.train) }
        warnings += try weightWarnings(
            table, testTable: testTable, schema, split, folds, answers.target,
            labels: answers.classes)

        let target = try answers.fitted(on: split.train)
        onEvent(.stage("Encoding \(table.rowCount) rows"))
        let bins = recipe.fittedBins
        var outcomes =
            bins == nil
            ? []
            : target.outcomes(
                labels: answers.labels, numbers: answers.numbers, rows: split.train)
        if let ruled, bins != nil {
            outcomes = target.outcomes(
                outcomes, before: ruled.probabilities(split.train, labels: answers.labels))
        }
        var encoder = try Encoder.fit(
            table, schema, rows: split.train + (ruled?.rows ?? []), bins: bins, outcomes: outcomes,
            repair: configuration.model.groupRepair, kinds: kinds.encoders, resources: kinds.resources)
        let taken = configuration.carriedSource == nil ? nil : companions.carried
        let matched = try taken?.matched(encoder, in: table, rows: split.train)
        if let matched { encoder = matched.carried(encoder) }
        warnings += try encoderWarnings(encoder, schema, table: table, testTable: testTable)
        if let testTable {
            warnings += sharedRowWarnings(
                table, testTable, columns: schema.features.map(\.name) + [columns.target])
        }
        var prepared = PreparedData(
            table: table, testTable: testTable ?? table, schema: schema, warnings: warnings,
            target: target, encoder: encoder, split: split, folds: folds, recipe: recipe,
            duplicates: DuplicateReport(
                copies, classes: answers.classes, among: split.train + split.validation),
            ruled: ruled, hashes: [], answeredRows: answered, kinds: kinds)
        prepared.carried = matched
        try prepared.settleBackbone()
        try prepared.settleMirroring(answers.classes)
        return try prepared.planting(
            configuration.splits.canaries, seed: configuration.learning.seed)
    }

    /// The rows that train or validate, cut into parts: classes in equal shares, groups and exact
    /// duplicates whole.
    package func parts(_ count: Int, seed: UInt64) throws -> [[Int]] {
        let planted = canaries?.planted ?? .max..<Int.max
        let rows = (split.train + split.validation).filter { !planted.contains($0) }.sorted()
        guard let column = table.column(named: target.column) else { return [] }
        let classes = try target.classes(in: table)
        let strata =
            try classes?.map(Int.init)
            ?? SplitDrawer.deciles(target.values(column, source: table.name), rows: rows)
        let copies = RowCopies(table, schema, target, classes: classes, rows: rows)
        let fold = SplitDrawer(
            rows: rows, strata: strata, groups: table.codes(in: schema.names(.group).first),
            duplicates: copies.together, times: nil, seed: seed
        ).folds(count, rowCount: table.rowCount)
        return (0..<count).map { part in rows.filter { fold[$0] == part } }
    }

    /// The report of duplicates anew, of a table whose rows are others than those that it was counted on.
    func recountedDuplicates() throws(TableError) -> DuplicateReport {
        try DuplicateReport(
            table, schema, target, classes: target.classes(in: table),
            among: split.train + split.validation)
    }

    /// What is to be learned from so many rows.
    package func problem(rows: Int) -> Recipe.Problem {
        Self.problem(
            rows: rows, schema, isRegression: target.task == .regression, ruled: ruled, kinds)
    }

    private static func problem(
        rows: Int, _ schema: Schema, isRegression: Bool, ruled: RuledRows?, _ kinds: InputKinds
    ) -> Recipe.Problem {
        Recipe.Problem(
            rows: rows, numbers: schema.features.count { $0.kind == .number },
            isRegression: isRegression, epochRows: ruled?.learned(beside: rows),
            hasPictures: kinds.backbone == nil && schema.features.contains { $0.kind == .image })
    }
}

// MARK: - From options to the reader's and the schema's

package func csvOptions(
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

package func schemaOptions(
    _ columns: TrainConfiguration.ColumnRoles, _ kinds: InputKinds = .shipped
) throws -> SchemaOptions {
    var options = SchemaOptions()
    options.target = columns.target.isEmpty ? nil : columns.target
    options.protected = columns.protected
    options.group = columns.group
    options.time = columns.time
    options.weight = columns.weight
    options.id = columns.id
    options.exclude = columns.exclude
    options.usesProtected = columns.usesProtected
    if let file = columns.schemaFile { options.overrides = try SchemaFile.read(file, kinds) }
    return options
}

extension CSVOptions {
    /// With what the schema file states. Identifiers and groups are texts; answers, protected properties and weights
    /// keep theirs beside their numbers.
    package func naming(
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
        for name in columns.images ?? [] { options.kinds[name] = .image }
        if let group = columns.group { options.keepText(group, role: .group) }
        for name in columns.protected { options.keepText(name, role: .protected) }
        if let weight = columns.weight { options.keepText(weight, role: .weight) }
        if !columns.target.isEmpty { options.keepText(columns.target, role: .target) }
        return options
    }
}

extension Table {
    /// A code for every row by a column's value; −1 where missing; `nil` without a column.
    package func codes(in name: String?) -> [Int32]? {
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
    package func weights(in name: String?) throws(TableError) -> [Float]? {
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
        guard weights.isEmpty || weights.contains(where: { $0 > 0 }) else {
            throw TableError(
                action: "reading", source: self.name, column: name,
                problem: "the weights of all \(rowCount) rows are 0, so that no row counts",
                advice: "Give rows a weight above 0, or leave the weights out")
        }
        return weights
    }
}
