import Figures
import Runs
import Tables
import Tuning

extension PreparedData {
    /// What is known of the table before anything is trained.
    var traits: TableTraits {
        let numbers = problem(rows: 0).numbers
        return TableTraits(
            rows: knownRows.count, columns: schema.features.count, numbers: numbers,
            classes: target.task == .regression ? 0 : target.classes.count)
    }
}

extension GainForecast {
    /// What tuning is expected to save, in words.
    var text: String {
        var text =
            "Expected of tuning: it saves about \(NumberText.percent(saved)) % of the default's loss on new rows"
        if let lower, let upper {
            text +=
                "; in \(NumberText.percent(Self.coverage, decimals: 0)) % of tables between "
                + "\(NumberText.percent(lower)) and \(NumberText.percent(upper)) %"
        } else {
            text += "; how far off that may be cannot be told from so few tables"
        }
        text += ". A guess from \(tables) other tables, on each of which \(search) was chosen on validation rows: "
        text +=
            feature.map { "by \($0.name), which foretold tables that were left out best" }
            ?? "the middle one's saving, as nothing that is known of a table beforehand foretold it better"
        if traits.rows > largestRows {
            text +=
                ". They had at most \(NumberText.count(largestRows)) rows to learn from and this one has "
                + "\(NumberText.count(traits.rows)), so that it may be otherwise here"
        }
        if needsNoTuning {
            text += ". Tuning need not be paid for: even the upper end does not count"
        }
        return text
    }
}

extension TableTraits.Feature {
    fileprivate var name: String {
        switch self {
        case .rows: "the number of rows"
        case .columns: "the number of columns"
        case .rowsPerColumn: "the rows for each column"
        case .classes: "the number of classes"
        case .numbers: "the share of columns that are numbers"
        }
    }
}
