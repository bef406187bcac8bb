/// Counts of actual against decided classes.
package struct ConfusionMatrix: Chart, Sendable, Hashable {
    package var classes: [String]
    /// `[actual, decided]`, in the order of `classes`.
    package var counts: [[Int]]

    /// - Precondition: `counts` is square with one row for each class.
    package init(classes: [String], counts: [[Int]]) {
        precondition(
            counts.count == classes.count && counts.allSatisfy { $0.count == classes.count },
            "a confusion matrix has one row and one column for each class")
        self.classes = classes
        self.counts = counts
    }

    /// The part of a row's actual class that was decided so; 0 where the class has no rows.
    package func share(actual: Int, decided: Int) -> Double {
        let total = counts[actual].reduce(0, +)
        return total == 0 ? 0 : Double(counts[actual][decided]) / Double(total)
    }

    package var textAlternative: String {
        let parts = classes.indices.map { index in
            let total = counts[index].reduce(0, +)
            return "of \(NumberText.count(total)) rows that are \(classes[index]), "
                + "\(NumberText.count(counts[index][index])) were decided so"
        }
        return "Confusion matrix: " + parts.prefix(20).joined(separator: "; ")
            + (parts.count > 20 ? "; and so on for \(parts.count - 20) classes more." : ".")
    }

    package var table: FigureTable {
        FigureTable(
            header: ["actual"] + classes.map { "decided \($0)" },
            rows: classes.indices.map { [classes[$0]] + counts[$0].map(NumberText.count) })
    }
}
