package import Prediction
import Statistics

/// What a program of others said of some rows, with their answers; what that cost is not known.
package struct PeerModel: Sendable {
    /// What its user calls it, such as `lightgbm`.
    package let name: String
    /// Of which file, for errors.
    package let file: String
    private let rows: LabelledPredictions

    package init(name: String, file: String, rows: LabelledPredictions) {
        self.name = name
        self.file = file
        self.rows = rows
    }

    /// Among kinds of model, none of which is called so.
    package var label: String { "\(name) (given)" }

    /// What it said, with the classes in a run's order.
    ///
    /// - Throws: where the rows are not the run's test rows, in their order.
    package func predictions(of test: LabelledPredictions) throws -> Predictions {
        func error(_ problem: String) -> StatisticsError {
            StatisticsError(
                "\(file): \(problem). Give predictions of the run's test rows that have an answer, in "
                    + "their order, as test_predictions.csv in the run's folder has them")
        }
        guard rows.rows == test.rows else {
            throw error("it has \(rows.rows) rows, and \(test.rows) were tested on")
        }
        switch (rows.answers, test.answers) {
        case (.numbers(let own), .numbers(let others)):
            if let row = own.indices.first(where: { own[$0] != others[$0] }) {
                throw error(
                    "row \(row + 1) has the answer \(own[row]), and the run's has \(others[row])")
            }
            return rows.predictions
        case (.classes(let own), .classes(let others)):
            let (given, wanted) = (rows.predictions.classes, test.predictions.classes)
            guard Set(given) == Set(wanted) else {
                throw error(
                    "its classes are \(given.joined(separator: ", ")), and the run's are "
                        + wanted.joined(separator: ", "))
            }
            let places = wanted.compactMap { given.firstIndex(of: $0) }
            if let row = own.indices.first(where: { given[Int(own[$0])] != wanted[Int(others[$0])] }) {
                throw error(
                    "row \(row + 1) has the answer \(given[Int(own[row])]), and the run's has "
                        + wanted[Int(others[row])])
            }
            let values = rows.predictions.values
            return Predictions(
                rows: test.rows, classes: wanted,
                values: own.indices.flatMap { row in
                    places.map { values[row * wanted.count + $0] }
                })
        default: throw error("its answers are of another kind than the run's")
        }
    }
}
