import DataEfficiency
import Figures
import Platform
import Runs
import Statistics
import Tables

/// Rows with what was said of their labels, as CSV.
struct SuspectFiles {
    let found: SuspectedLabels
    let passes: LabelPasses
    let reasons: NearestTrusted
    let annotations: Annotations?

    /// - Parameter places: Which rows, in their order.
    /// - Throws: where the system refuses; then what stood there before stands there still.
    func write(_ places: [Int], to path: String) throws {
        var bytes: [UInt8] = []
        let classes = passes.prepared.target.classes
        var header = ["line", "given", "suggested", "chance_wrong"]
        switch found.suspicion {
        case .classes: header += ["nearest_lines", "nearest_agreeing"]
        case .numbers: header += ["lower", "upper"]
        }
        if annotations != nil { header += ["consensus", "consensus_posterior"] }
        header += classes.map { "probability_\($0)" }
        CSVWriter.append(header, to: &bytes)
        for place in places { CSVWriter.append(cells(place, classes), to: &bytes) }
        try AtomicFile.write(bytes, to: path)
    }

    private func cells(_ place: Int, _ classes: [String]) -> [String] {
        var cells = ["\(passes.line(place))"]
        let chance = "\(found.suspicion.share.chances[place])"
        switch found.suspicion {
        case .classes(let given, _):
            let reason = reasons.reasons[place]
            cells += [
                classes[given.labels[place]], classes[given.suggestions[place]], chance,
                reason.map { $0.lines.map(String.init).joined(separator: " ") } ?? "",
                reason.map { "\($0.agreeing)" } ?? "",
            ]
        case .numbers(let targets, let predictions, let numbers):
            let interval = numbers.intervals[place]
            cells += [
                "\(targets[place])", "\(predictions[place])", chance, "\(interval.lower)",
                "\(interval.upper)",
            ]
        }
        if let annotations {
            let likely = annotations.classes[place]
            cells += [
                likely.map { classes[$0] } ?? "",
                likely.map { "\(annotations.posterior(place, $0))" } ?? "",
            ]
        }
        if case .classes(let given, _) = found.suspicion {
            cells += classes.indices.map { "\(given.probability(place, $0))" }
        }
        return cells
    }
}
