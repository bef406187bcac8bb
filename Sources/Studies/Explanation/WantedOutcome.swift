import Explanation
import Figures
import Generalization
import Models
import Prediction
import Runs
import Tables

/// What a row's prediction is to become, as a person asks for it.
package struct WantedOutcome: Sendable, Hashable {
    /// A class; of two the other than the one that is decided if `nil`.
    package var label: String?
    /// From which probability the second of two classes is decided; the run's own if `nil`.
    package var threshold: Double?
    /// `LOW:HIGH` for a number; one end may be left out.
    package var bounds: String?
    /// Whether rows that are decided as wanted, or of several classes where none is named, are asked why:
    /// compared with the next probable class.
    package var explainsDecided = false

    package init() {}

    /// Checks what does not depend on the row.
    ///
    /// - Throws: an error that names the option and says what would do.
    func check(_ target: TargetEncoder) throws {
        if let threshold {
            guard target.classes.count == 2 else {
                throw VouchError(
                    "--threshold is for two classes; the run predicts "
                        + (target.classes.isEmpty ? "numbers" : "\(target.classes.count) classes"))
            }
            guard threshold > 0, threshold < 1 else {
                throw VouchError("--threshold is \(threshold); it must be between 0 and 1")
            }
        }
        if target.classes.isEmpty {
            guard bounds != nil else {
                throw VouchError(
                    "the run predicts numbers; say with --outcome LOW:HIGH what \(target.column) is to be"
                )
            }
        } else if bounds != nil {
            throw VouchError("--outcome is for numbers; the run predicts classes: use --class")
        }
        if target.classes.count > 2, label == nil, !explainsDecided {
            throw VouchError(
                "the run has \(target.classes.count) classes; name the wanted one with --class: "
                    + target.classes.prefix(20).joined(separator: ", "))
        }
    }

    /// - Parameters:
    ///   - name: What errors call the row.
    ///   - place: Of `label` among the classes.
    /// - Throws: an error that says what is predicted where that is what is wanted already.
    func goal(
        _ predictions: Predictions, _ row: Int, name: String,
        _ model: some DescribedModel,
        place: Int?
    ) throws -> Goal {
        let target = model.target
        if explainsDecided, !target.classes.isEmpty {
            let decided = predictions.selecting([row])
                .decisions(threshold: threshold ?? model.threshold).classes[0]
            if place == nil || place == decided {
                return Self.insteadOf(
                    decided, predictions, row, threshold: threshold ?? model.threshold)
            }
        }
        let goal: Goal
        switch target.classes.count {
        case 0:
            guard let bounds, let ends = parsedBounds(bounds, CellParsing.number) else {
                throw VouchError(
                    "--outcome is \(bounds ?? "not given"); write LOW:HIGH, such as 10:20, or 10: for 10 or more"
                )
            }
            guard ends.low <= ends.high else {
                throw VouchError("--outcome \(bounds) is empty: its low end is above its high one")
            }
            goal = .within(ends.low...ends.high)
        case 2:
            let threshold = threshold ?? model.threshold
            let isSecond = predictions.values[2 * row + 1] >= threshold
            goal = .decision(second: place.map { $0 == 1 } ?? !isSecond, threshold: threshold)
        default: goal = .mostProbable(place ?? 0)
        }
        guard !goal.isMet(predictions, row) else {
            let value = NumberText.plain(goal.value(predictions, row))
            throw VouchError(
                target.classes.isEmpty
                    ? "\(name) is predicted \(value) already, which is in \(bounds ?? "")"
                    : "\(name) is decided \(Self.words(goal, target)) already (probability \(value)); "
                        + "nothing need change. Leave it out, or name another class with --class")
        }
        return goal
    }

    /// The most probable class other than the decided one.
    private static func insteadOf(
        _ decided: Int, _ predictions: Predictions, _ row: Int, threshold: Double
    ) -> Goal {
        let width = predictions.width
        guard width > 2 else { return .decision(second: decided == 0, threshold: threshold) }
        let others = (0..<width).filter { $0 != decided }
        let next = others.max { a, b in
            predictions.values[row * width + a] < predictions.values[row * width + b]
        }
        return .mostProbable(next ?? others[0])
    }

    /// The wanted class, or range.
    static func words(_ goal: Goal, _ target: TargetEncoder) -> String {
        switch goal {
        case .decision(let second, _): target.classes[second ? 1 : 0]
        case .mostProbable(let place): target.classes[place]
        case .within(let range):
            range.upperBound == .infinity
                ? "\(NumberText.plain(range.lowerBound)) or more"
                : range.lowerBound == -.infinity
                    ? "\(NumberText.plain(range.upperBound)) or less"
                    : "\(NumberText.plain(range.lowerBound)) to \(NumberText.plain(range.upperBound))"
        }
    }

    /// What a value is, such as `probability of >50K`.
    static func quantity(_ goal: Goal, _ target: TargetEncoder) -> String {
        if case .within = goal { return "predicted \(target.column)" }
        return "probability of \(words(goal, target))"
    }

    /// How a decision is made, such as `>50K is decided from a probability of 0.5`; empty where nothing is to say.
    static func rule(_ goal: Goal, _ target: TargetEncoder) -> String {
        guard case .decision(_, let threshold) = goal else { return "" }
        return
            "\(target.classes[1]) is decided from a probability of \(NumberText.plain(threshold))"
    }
}

/// A run's model, ready to look for changes of rows.
struct ChangeableModel {
    let explained: ExplainedModel
    let search: CounterfactualSearch
    /// The rows that are asked for.
    let table: Table
    let predictions: Predictions
    let wanted: WantedOutcome
    /// Of the asked rows in their order.
    let chosen: [Int]

    init(
        run: String, rows: String, chosen: [Int], wanted: WantedOutcome, seed: UInt64,
        reading: TrainConfiguration.ReadingOptions, threads: Int?
    ) throws {
        explained = try ExplainedModel(run: run, label: wanted.label, threads: threads)
        try wanted.check(explained.model.target)
        table = try explained.rows(of: rows, reading, chosen: chosen)
            .selecting(rows: chosen.map { $0 - 1 })
        predictions = try explained.predictor.predictions(for: table)
        let training = try backgroundRows(of: run, threads: explained.threads)
        let features = explained.predictor.features
        search = try CounterfactualSearch(
            explained.predictor, training: training,
            context: explained.model.schema.protected.filter {
                !features.contains($0) && training.column(named: $0) != nil
            }, seed: seed)
        self.wanted = wanted
        self.chosen = chosen
    }

    /// - Parameter place: Among the chosen rows.
    func goal(_ place: Int) throws -> Goal {
        try wanted.goal(
            predictions, place, name: "row \(chosen[place])", explained.model,
            place: wanted.label == nil ? nil : explained.place)
    }
}
