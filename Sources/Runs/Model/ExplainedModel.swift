import Evidence
package import Explanation
import Figures
package import Kernels
package import Models
import NN
import Prediction
import RunStore
package import Tables
import TensorCore

/// A run's model as an explanation needs it: its predictions, the one number of them that is explained, and the
/// training rows that stand for what a row could have been instead.
package struct ExplainedModel {
    package let folder: String
    package let model: RunModel
    package let predictor: any Predictor
    package let pool: WorkerPool
    package let threads: Int
    /// Among the target's classes; 0 for a number.
    package private(set) var place: Int

    /// Those that the run is opened with.
    private let kinds: InputKinds

    /// - Parameters:
    ///   - label: The class whose probability is explained; the last in order if `nil`.
    ///   - kinds: Those of the run's columns among them.
    /// - Throws: an error that names the option, and says which classes there are.
    package init(
        run: String, label: String?, threads: Int?, kinds: InputKinds = .shipped
    ) throws {
        folder = run
        self.kinds = kinds
        model = try RunModel(run: run, kinds: kinds)
        self.threads = try checkedThreads(threads)
        pool = WorkerPool(threads: self.threads)
        predictor = model.predictor(pool: pool)
        place = try classPlace(label, model.target.classes)
    }

    /// The same with another class, the last in order if `nil`.
    ///
    /// - Throws: as `init`.
    package func explaining(_ label: String?) throws -> ExplainedModel {
        var other = self
        other.place = try classPlace(label, model.target.classes)
        return other
    }

    /// What is explained, such as `probability of >50K`.
    package var quantity: String {
        let target = model.target
        return target.classes.isEmpty
            ? "predicted \(target.column)" : "probability of \(target.classes[place])"
    }

    /// What the score is that comes before the last non-linearity, in words.
    package var scoreQuantity: String {
        let target = model.target
        guard !target.classes.isEmpty, model.network != nil || predictor.abilities.graph?.scores != nil else {
            return quantity
        }
        let members = model.network?.network.members ?? 1
        return "logit of \(target.classes[place])"
            + (members > 1 ? ", the mean of the network's \(members) members," : "")
    }

    /// Between the run and how many background rows it has.
    private var backgroundVerb: String {
        get throws { try backgroundName(of: folder) == "training rows" ? "learned from" : "was measured on" }
    }

    /// A file's rows, read as the run's own were.
    ///
    /// - Parameter chosen: Rows that are asked for, from 1.
    /// - Throws: an error that names a row that is not there.
    package func rows(
        of path: String, _ reading: TrainConfiguration.ReadingOptions, chosen: [Int]
    ) throws -> Table {
        let table = try model.rows(
            rowBytes(path), name: path, reading: reading, threads: threads)
        for row in chosen where !(1...max(table.rowCount, 1)).contains(row) {
            throw VouchError(
                setting: """
                    \(named: "row") is \(row), but \(path) has \
                    \(NumberText.count(table.rowCount)) rows, counted from 1
                    """)
        }
        return table
    }

    /// The model as methods of attribution see it.
    ///
    /// - Parameters:
    ///   - count: Training rows of the background.
    ///   - file: Rows of the user's own for it, in place of training rows.
    ///   - seed: Of which rows they are.
    package func attributed(
        background count: Int, file: BackgroundFile? = nil, seed: UInt64
    ) throws -> AttributedModel {
        guard let file else {
            return attributed(background: try background(count, seed: seed))
        }
        let rows = try rows(of: file.path, file.reading, chosen: [])
        guard rows.rowCount > 0 else {
            throw VouchError(
                "\(file.path) has no rows; a background needs one or more, such as training rows")
        }
        return attributed(background: rows)
    }

    /// - Parameter rows: One or more.
    package func attributed(background rows: Table) -> AttributedModel {
        var attributed = AttributedModel(predictor, background: rows, explaining: place)
        attributed.encoded?.threads = threads
        return attributed
    }

    /// A file of background rows, read as the explained rows are.
    package struct BackgroundFile {
        package var path: String
        package var reading: TrainConfiguration.ReadingOptions

        package init(path: String, reading: TrainConfiguration.ReadingOptions) {
            self.path = path
            self.reading = reading
        }
    }

    /// Training rows, drawn without putting back, in the order of the data.
    ///
    /// - Throws: an error that names the option and says how many rows there are.
    package func background(_ count: Int, seed: UInt64) throws -> Table {
        guard count > 0 else {
            throw VouchError(
                setting: "\(named: "background") is \(count); an explanation needs a row or more")
        }
        return try background(count, of: try known(), seed: seed)
    }

    /// The rows that the model learned from, read again, without their answers.
    package func known() throws -> Table {
        try backgroundRows(of: folder, threads: threads, kinds: kinds)
    }

    /// - Parameter known: `known()`, where several backgrounds are drawn.
    package func background(_ count: Int, of known: Table, seed: UInt64) throws -> Table {
        guard count <= known.rowCount else {
            throw VouchError(
                setting: """
                    \(named: "background") is \(count), but the run \(try backgroundVerb) \
                    \(NumberText.count(known.rowCount)) rows
                    """)
        }
        let order = CounterRandom(seed: seed, name: "background")
            .permutation(of: known.rowCount, step: 0)
        return known.selecting(rows: order.prefix(count).sorted())
    }
}

private func classPlace(_ label: String?, _ classes: [String]) throws(VouchError) -> Int {
    guard let label else { return max(classes.count - 1, 0) }
    guard let place = classes.firstIndex(of: label) else {
        throw VouchError(
            setting: classes.isEmpty
                ? "\(named: "class") is \(label), but the run predicts numbers; leave it out"
                : """
                \(named: "class") is \(label), which is no class of the run; the classes are \
                \(classes.prefix(20).joined(separator: ", "))
                """)
    }
    return place
}
