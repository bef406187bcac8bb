package import Figures

/// What is drawn of a search and of what it brought.
package enum WorthFigures {
    package static let courseID = "search-curve"
    package static let differencesID = "tuning-differences"

    /// The best objective so far by what it took, with the default's line; `nil` of a search that noted no course.
    package static func course(_ recipe: TunedRecipe) -> Figure? {
        guard let course = recipe.course, let last = course.seconds.last else { return nil }
        // A value holds until there is a better one.
        var (x, y): ([Double], [Double]) = ([], [])
        for (seconds, best) in zip(course.seconds, course.best) {
            if let held = y.last {
                x.append(seconds)
                y.append(held)
            }
            x.append(seconds)
            y.append(best)
        }
        x.append(max(last, recipe.seconds))
        y.append(course.best[course.best.count - 1])
        var series = [LineChart.Series(name: "best so far", x: x, y: y)]
        if let standard = course.standard {
            series.append(
                .init(
                    name: "the default", x: [x[0], x[x.count - 1]], y: [standard, standard]))
        }
        return Figure(
            id: courseID, title: "What the search found, by what it took",
            caption:
                "The lowest \(course.objective) on validation rows of \(recipe.trials) trials. These rows chose, so "
                + "that they flatter: what was saved on rows that the search did not use stands beside it.",
            plot: .lines(
                LineChart(
                    x: Axis("seconds of the search", unit: "s"),
                    y: Axis("\(course.objective), validation rows"), series: series)))
    }

    /// What is saved under each seed over rows, and over all of them over seeds and rows.
    ///
    /// - Parameters:
    ///   - rows: What is saved, a row of the figure each, that of all last.
    ///   - least: The smallest saving that counts.
    package static func differences(
        _ rows: [IntervalChart.Row], least: Double, metric: String, unit: String, split: String
    ) -> Figure {
        Figure(
            id: differencesID, title: "What the tuned recipe saves on untouched rows",
            caption:
                "\(metric) of the default − that of the tuned recipe, on the same \(split) rows. A seed's interval "
                + "is over rows, that of all over seeds and rows; one that holds 0 tells nothing either way. "
                + "\(NumberText.plain(least)) is the least that counts.",
            plot: .intervals(
                IntervalChart(
                    axis: Axis("saved: \(metric)", unit: unit), rows: rows,
                    reference: .init(value: 0, label: "nothing saved"))))
    }
}
