import Explanation
import Figures
package import Models
import Platform
package import Runs
import Tables

/// What is asked of `vouch explain`.
package struct ExplanationRequest: Sendable {
    package var run: String
    /// A file with a header.
    package var rows: String
    /// Which of its rows, from 1.
    package var chosen: [Int] = [1]
    /// Training rows that stand for what the columns could have been instead.
    package var background = 100
    /// A file of rows that do, in place of training rows.
    package var backgroundFile: String?
    package var method = ExplanationMethod.shapley
    /// Steps of integrated gradients; as many as completeness needs if `nil`.
    package var steps: Int?
    /// Random draws of expected gradients, SmoothGrad and VarGrad.
    package var draws: Int?
    /// Bytes for the whole process; gradient methods hold it.
    package var memoryLimit: Int?
    /// Orders of the columns for each background row, with their opposites; `nil` for all subsets.
    package var pairs: Int? = 1
    /// Whether a method is wanted of an additive model too, which explains itself.
    package var asksMethod = false
    /// Draws of other backgrounds and orders that a certificate is of; 0 for none.
    package var certificateDraws = 0
    /// The class whose probability is explained; of few rows the class that is decided for each, of many,
    /// which are shown together, the last in order if `nil`.
    package var label: String?
    /// The class that rows hope for: each is told why it was granted or declined. It is explained, too.
    package var favourable: String?
    package var seed: UInt64 = 0
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?
    /// Those of the run's columns among them.
    package var kinds = InputKinds.shipped

    package init(run: String, rows: String) {
        self.run = run
        self.rows = rows
    }
}

/// Explanations of rows, to be shown.
package struct RowExplanations: Sendable, Encodable {
    /// What is explained, such as `probability of >50K`.
    package var quantity: String
    package var method: String
    /// What contributions start from.
    package var baseName = "the mean over the background"
    /// The option that makes a drawn order surer.
    var drawsOption = "--pairs"
    package var rows: [Row]

    package struct Row: Sendable, Encodable {
        package var row: Int
        /// What is explained of this row, such as `probability of >50K`; that of all where `nil`.
        package var quantity: String?
        /// The class that is decided for it; `nil` for a number.
        package var decided: String?
        /// Whether the decision is the favourable one; `nil` where none was named.
        package var isGranted: Bool?
        package var base: Double
        package var value: Double
        package var residual: Double
        package var resolved: Int
        package var evaluations: Int
        /// From the largest to the smallest.
        package var contributions: [Contribution]
        /// Where it was asked for.
        package var certificate: ExplanationCertificate?
    }

    package struct Contribution: Sendable, Encodable {
        package var column: String
        /// The row's cell; `nil` where it is missing.
        package var cell: String?
        package var value: Double
        package var standardError: Double
    }
}

/// What raw columns contributed to the predictions of rows of a file: to the probability of the class that
/// is decided for each, unless a class was named.
///
/// - Throws: an error that names the option or the row, and says what there is.
package func explainRows(_ request: ExplanationRequest) throws -> RowExplanations {
    guard request.label == nil || request.favourable == nil else {
        throw VouchError(
            "--class and --favourable both name the class that is explained; give one of them")
    }
    let decided = try DecidedClasses(request)
    var found: RowExplanations
    if request.label == nil, request.favourable == nil, !decided.classes.isEmpty,
        request.chosen.count < RowExplanations.swarmRows
    {
        found = try eachByItsClass(request, decided)
    } else {
        var request = request
        request.label = request.label ?? request.favourable
        found = try explainOneClass(request)
    }
    for place in found.rows.indices {
        let name = decided.classes[found.rows[place].row]
        found.rows[place].decided = name
        if let name, let favourable = request.favourable {
            found.rows[place].isGranted = name == favourable
        }
    }
    return found
}

/// Explains the rows of each decided class together, in the order in which they were asked for.
private func eachByItsClass(
    _ request: ExplanationRequest, _ decided: DecidedClasses
) throws -> RowExplanations {
    var parts: [RowExplanations] = []
    for label in Set(request.chosen.compactMap { decided.classes[$0] }).sorted() {
        var part = request
        part.label = label
        part.chosen = request.chosen.filter { decided.classes[$0] == label }
        var found = try explainOneClass(part)
        for place in found.rows.indices { found.rows[place].quantity = found.quantity }
        parts.append(found)
    }
    guard var all = parts.first else { return try explainOneClass(request) }
    if parts.count > 1 { all.quantity = "probability of the decided class" }
    var rows = Dictionary(grouping: parts.flatMap(\.rows), by: \.row)
    all.rows = request.chosen.compactMap { rows[$0]?.popLast() }
    return all
}

private func explainOneClass(_ request: ExplanationRequest) throws -> RowExplanations {
    if !request.asksMethod, let own = try AdditiveReading.of(run: request.run) {
        let explained = try ExplainedModel(
            run: request.run, label: request.label, threads: request.threads,
            kinds: request.kinds)
        let table = try explained.rows(of: request.rows, request.reading, chosen: request.chosen)
        return try own.explanations(explained, table, chosen: request.chosen)
    }
    let asked = try AskedExplanation(request, chosen: request.chosen)
    let attributions = try asked.attributions(of: request.chosen.map { $0 - 1 })
    guard (0...1000).contains(request.certificateDraws) else {
        throw VouchError("--certify is \(request.certificateDraws); it must be from 1 to 1000")
    }
    let certificates =
        request.certificateDraws > 0
        ? try asked.certificates(
            of: request.chosen.map { $0 - 1 }, attributions, draws: request.certificateDraws) : []
    let rows = attributions.enumerated().map { place, found in
        let number = request.chosen[place]
        return RowExplanations.Row(
            row: number, base: found.base, value: found.value, residual: found.residual,
            resolved: found.resolved, evaluations: found.evaluations,
            contributions: found.ranked.map { item in
                .init(
                    column: item.column,
                    cell: asked.table.column(named: item.column)?.text(number - 1),
                    value: item.value, standardError: item.standardError)
            }, certificate: certificates.isEmpty ? nil : certificates[place])
    }
    var explanations = RowExplanations(
        quantity: asked.quantity, method: request.methodText(asked.model, known: try backgroundName(of: request.run)),
        rows: rows)
    if request.method != .shapley { explanations.drawsOption = "--draws" }
    if request.method == .relevancePropagation { explanations.baseName = "what it is divided from" }
    return explanations
}

/// The same for every row of a file, or some, as CSV: a line a row with its value, base, residual and each column's
/// contribution, and the standard errors where something was drawn.
///
/// - Parameter write: Takes the text in pieces, in order; few rows' contributions are known at a time.
/// - Throws: as `explainRows`.
package func explainRowsAsCSV(
    _ request: ExplanationRequest, chosen: [Int]?, write: ([UInt8]) -> Void
) throws {
    let asked = try AskedExplanation(request, chosen: chosen ?? [])
    let places = chosen.map { $0.map { $0 - 1 } } ?? Array(0..<asked.table.rowCount)
    let columns = asked.model.columns
    let isDrawn = request.isDrawn
    var text: [UInt8] = []
    CSVWriter.append(
        ["row", "value", "base", "residual"] + columns
            + (isDrawn ? columns.map { $0 + " standard error" } : []), to: &text)
    for begin in stride(from: 0, to: places.count, by: AskedExplanation.rowsTogether) {
        let part = Array(places[begin..<min(begin + AskedExplanation.rowsTogether, places.count)])
        for (place, found) in zip(part, try asked.attributions(of: part, first: begin)) {
            let numbers =
                [found.value, found.base, found.residual] + found.contributions.map(\.value)
                + (isDrawn ? found.contributions.map(\.standardError) : [])
            CSVWriter.append(["\(place + 1)"] + numbers.map { numberText($0) }, to: &text)
        }
        write(text)
        text.removeAll(keepingCapacity: true)
    }
    if !text.isEmpty { write(text) }
}

/// A request with the model and the rows that it asks for.
private struct AskedExplanation {
    static let rowsTogether = 1024

    let table: Table
    let model: AttributedModel
    let quantity: String
    private let method: any RowAttribution
    private let seed: UInt64
    private let explained: ExplainedModel
    private let backgroundRows: Int
    private let hasOwnBackground: Bool

    init(_ request: ExplanationRequest, chosen: [Int]) throws {
        let method = try request.attribution()
        let explained = try ExplainedModel(
            run: request.run, label: request.label, threads: request.threads,
            kinds: request.kinds)
        table = try explained.rows(of: request.rows, request.reading, chosen: chosen)
        let width = explained.predictor.features.count
        guard
            request.method != .shapley || request.pairs != nil
                || width <= ShapleyExplainer.mostExactColumns
        else {
            throw VouchError(
                "--exact tries all subsets of the columns, which can be done for up to "
                    + "\(ShapleyExplainer.mostExactColumns); the model has \(width). Leave it out: the error of "
                    + "random orders is shown, and --pairs lowers it")
        }
        model = try explained.attributed(
            background: request.background,
            file: request.backgroundFile.map { .init(path: $0, reading: request.reading) },
            seed: request.seed)
        let gradient = method as? GradientAttribution
        quantity = gradient?.explainsScore == true ? explained.scoreQuantity : explained.quantity
        self.method = method
        self.explained = explained
        backgroundRows = request.background
        hasOwnBackground = request.backgroundFile != nil
        seed = request.seed
        if let limit = request.memoryLimit, gradient == nil || Machine.peakMemoryBytes() > limit / 2
        {
            throw VouchError(
                gradient == nil
                    ? "--memory-limit is for methods by gradients; \(request.method.rawValue) does not hold it"
                    : "--memory-limit is \(NumberText.count(limit)) bytes; the model and the rows take "
                        + "\(NumberText.count(Machine.peakMemoryBytes())) of them already, more than half. "
                        + "Raise it, or give fewer rows")
        }
    }

    /// - Parameter first: How many rows were explained before these.
    func attributions(of places: [Int], first: Int = 0) throws -> [Attribution] {
        // Each part of a file has random numbers of its own.
        try method.attributions(
            of: table.selecting(rows: places), in: model, seed: seed &+ UInt64(first) << 32)
    }

    /// Of each explained row, whether its explanation stays under other draws of the background and of the method.
    ///
    /// - Parameter own: The explanations of the places.
    func certificates(
        of places: [Int], _ own: [Attribution], draws: Int
    ) throws -> [ExplanationCertificate] {
        let rows = table.selecting(rows: places)
        let known = hasOwnBackground ? nil : try explained.known()
        var others = [[Attribution]](repeating: [], count: places.count)
        for draw in 1...draws {
            let other = seed &+ UInt64(draw) &* 0x9E37_79B9
            let model = try known.map {
                explained.attributed(
                    background: try explained.background(backgroundRows, of: $0, seed: other))
            }
            let found = try method.attributions(of: rows, in: model ?? self.model, seed: other)
            for place in found.indices { others[place].append(found[place]) }
        }
        return zip(own, others).map { ExplanationCertificate($0, others: $1) }
    }
}

extension ExplanationRequest {
    /// Whether contributions have errors of what was drawn at random.
    fileprivate var isDrawn: Bool {
        switch method {
        case .shapley: pairs != nil
        case .expectedGradients, .smoothGrad, .varGrad, .kernelShapley, .lime: true
        default: false
        }
    }
}

extension RowExplanations {
    /// For machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// For a terminal.
    package var text: String {
        var text = "\(method).\nWhat the model uses, not what causes the outcome.\n"
        for row in rows {
            text +=
                "\nRow \(row.row): \(row.quantity ?? quantity) is \(NumberText.plain(row.value)); "
                + "\(baseName) is \(NumberText.plain(row.base)).\n"
            if let decision = row.decisionText { text += "  \(decision)\n" }
            for item in row.told {
                let sign = item.value < 0 ? "" : "+"
                let error =
                    item.standardError > 0
                    ? " ± \(NumberText.plain(1.96 * item.standardError))" : ""
                text +=
                    "  \(item.column) = \(item.cell ?? "(missing)"): "
                    + "\(sign)\(NumberText.plain(item.value))\(error)\n"
            }
            let none = row.contributions.count - row.told.count
            if none > 0 {
                text += "  \(none) \(none == 1 ? "column" : "columns") contributed nothing.\n"
            }
            text +=
                "  Residual, the prediction less the base and all of these: "
                + "\(NumberText.plain(row.residual))\n"
            let order = orderText(row)
            if !order.isEmpty { text += "  \(order)\n" }
            if let certificate = row.certificate { text += "  \(certificate.text)\n" }
        }
        return text
    }

    /// How far the order of the columns can be trusted; empty where nothing was drawn.
    func orderText(_ row: Row) -> String {
        guard row.contributions.contains(where: { $0.standardError > 0 }) else { return "" }
        if row.resolved == 0 {
            return "The order of the columns is not sure: \(drawsOption) makes it surer."
        }
        if row.resolved >= row.contributions.count - 1 {
            return "The order of all columns is sure at 95 % a pair."
        }
        return row.resolved == 1
            ? "The first column is sure at 95 % a pair, the order of the rest is not."
            : "The order of the first \(row.resolved) is sure at 95 % a pair, the rest is not."
    }
}

extension RowExplanations.Row {
    /// Columns that contributed anything. Where it is told why a row was granted or declined, those that
    /// speak for the decision stand first.
    var told: [RowExplanations.Contribution] {
        // What is left of a prediction's single precision is nothing.
        let rounding = 1e-6 * max(abs(base), abs(value))
        let some = contributions.filter { abs($0.value) > rounding }
        guard let isGranted else { return some }
        return some.filter { ($0.value > 0) == isGranted }
            + some.filter { ($0.value > 0) != isGranted }
    }

    /// `Declined because, from the strongest on:`; `nil` where no class is favourable.
    var decisionText: String? {
        guard let isGranted, let decided else { return nil }
        let against = isGranted ? "against it" : "for it"
        return "\(isGranted ? "Granted" : "Declined") (decided: \(decided)) because, from the strongest on, "
            + "and then what spoke \(against):"
    }
}
