import Documents
import Evidence
import Figures
import Reporting
import Statistics
import Tuning

/// A verdict in words.
struct WorthText {
    let worth: Worth
    let metric: MetricDefinition
    let seeds: Int
    let rows: Int
    /// What is compared with: `the defaults`.
    let standard: String
    /// The smallest saving that counts, as a share.
    let margin: Double

    private var least: String {
        "\(NumberText.plain(100 * margin)) % of it (\(NumberText.plain(worth.least)))"
    }
    private var over: String { "over \(seeds) paired seeds and \(rows) test rows" }
    private var name: String { metric.name.prefix(1).lowercased() + metric.name.dropFirst() }

    /// `0.012 [0.004, 0.020]`
    private var saved: String? {
        guard let value = worth.saved, let ends = worth.savedInterval else { return nil }
        let text = NumberText.withInterval(value, lower: ends.lower, upper: ends.upper)
        return text.value + " " + text.interval
    }

    var sentence: String {
        guard let saved, let ends = worth.savedInterval else {
            let why = worth.difference.estimate.note.map { ": \($0)" } ?? ""
            return
                "Cannot tell whether the tuned recipe does better than \(standard) \(over)\(why)."
        }
        switch worth.verdict {
        case .worthIt:
            return
                "Worth it: the tuned recipe's \(name) is lower than that of \(standard) by \(saved), \(over)."
        case .leaveTheDefaults:
            let most =
                ends.upper <= 0
                ? "saves nothing" : "saves at most \(NumberText.plain(ends.upper)) of the \(name)"
            return
                "Leave the defaults: the tuned recipe \(most) beside \(standard), and \(least) is the least "
                + "that counts (saved: \(saved), \(over))."
        case .cannotTell:
            return
                "Cannot tell: the tuned recipe saves \(saved) of the \(name) of \(standard), \(over). \(found)"
        }
    }

    /// What the comparison could have found.
    var found: String {
        guard let effect = worth.detectable else {
            return "What could have been found is not known."
        }
        return
            "A true saving of \(NumberText.plain(effect)) would be found in 80 % of such comparisons."
    }

    /// Whether and why the interval is wider than that of one comparison.
    func widened(trials: Int?) -> String {
        let looks =
            worth.looks == 1
            ? "This is the first recipe that was judged on these rows"
            : "\(worth.looks) recipes were judged on these rows by now, and the end that faces 0 is that of the best "
                + "of \(worth.looks)"
        let search = trials.map {
            " The \($0) trials chose on other rows, so that their number widens nothing."
        }
        return looks + "." + (search ?? "")
    }
}

extension TunedRecipe {
    /// `34 trials, 312 s, 5.2 kJ (an estimate)`
    var priceText: String {
        var parts = [
            "\(trials) \(trials == 1 ? "trial" : "trials")", "\(NumberText.plain(seconds)) s",
        ]
        if let energy {
            parts.append(
                "\(NumberText.plain(energy / 1000)) kJ"
                    + (isEnergyCounted == true ? "" : " (an estimate)"))
        }
        return parts.joined(separator: ", ")
    }
}
