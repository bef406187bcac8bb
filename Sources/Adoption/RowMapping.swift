/// Which columns of a table feed each input of an imported model, and what its outputs say.
package struct RowMapping: Sendable, Hashable {
    package var inputs: [Input]
    package var output: Output
    /// The column of answers.
    package var target: String
    /// The target's texts in the order of the output; empty for a number.
    package var classes: [String]
    /// What the model itself calls the classes, in the same order; their texts if empty.
    package var labels: [String]

    package init(
        inputs: [Input], output: Output, target: String, classes: [String], labels: [String] = []
    ) {
        self.inputs = inputs
        self.output = output
        self.target = target
        self.classes = classes
        self.labels = labels
    }

    /// What feeds an input: one column of `[rows]` or `[rows, 1]`, or several side by side.
    package struct Input: Sendable, Hashable {
        package var name: String
        package var form: Form
        package var cells: [Cell]

        package init(name: String, form: Form, cells: [Cell]) {
            self.name = name
            self.form = form
            self.cells = cells
        }
    }

    /// What a cell is given as.
    package enum Form: String, Sendable, Hashable, CaseIterable {
        /// A float; NaN where missing, unless said otherwise.
        case number
        /// A whole number; a missing cell is an error, unless said otherwise.
        case integer
        /// The text as it stands; the empty one where missing, unless said otherwise.
        case text
    }

    /// How the cells of a column become elements of an input.
    package struct Cell: Sendable, Hashable {
        package var column: String
        /// What stands for a missing cell.
        package var missing: Filling?
        /// The number of each text, where the model takes codes.
        package var codes: [String: Double]?
        /// The code of a text that has none; without it such a text is an error.
        package var unknown: Double?

        package init(
            column: String, missing: Filling? = nil, codes: [String: Double]? = nil,
            unknown: Double? = nil
        ) {
            self.column = column
            self.missing = missing
            self.codes = codes
            self.unknown = unknown
        }
    }

    package enum Filling: Sendable, Hashable {
        case number(Double)
        case text(String)
    }

    package struct Output: Sendable, Hashable {
        /// What `rows.yaml` calls its parts.
        package enum Key: String, Sendable, CaseIterable {
            case name
            case meaning = "is"
            case logits
        }

        package var name: String
        package var meaning: Meaning
        /// Whether what it says goes through the logistic function, or softmax, to become probabilities.
        package var isLogits: Bool

        package init(name: String, meaning: Meaning, isLogits: Bool = false) {
            self.name = name
            self.meaning = meaning
            self.isLogits = isLogits
        }
    }

    /// What an output says of a row.
    package enum Meaning: String, Sendable, Hashable, CaseIterable {
        /// Of each class, or of the last of two.
        case probabilities
        /// The class that is decided; its probability is taken for 1.
        case label
        case number
    }

    /// The columns that the model takes, each once, in the order of its inputs.
    package var columns: [String] {
        var seen: Set<String> = []
        return inputs.flatMap(\.cells).map(\.column).filter { seen.insert($0).inserted }
    }

    /// The columns whose cells are taken as they stand, texts or codes.
    package var textColumns: Set<String> {
        Set(
            inputs.flatMap { input in
                input.cells.filter { input.form == .text || $0.codes != nil }.map(\.column)
            })
    }

    /// What the model calls the classes.
    package var classLabels: [String] { labels.isEmpty ? classes : labels }
}
