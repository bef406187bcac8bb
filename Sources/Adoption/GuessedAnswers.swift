import ONNX
import Tables

/// Which output says what, and of which column, as far as it can be told.
struct GuessedAnswers {
    private(set) var target: String?
    private(set) var targetReason = ""
    private(set) var output: ONNXPort?
    private(set) var outputReason = ""
    private(set) var meaning: RowMapping.Meaning?
    private(set) var meaningReason = ""
    private(set) var isLogits = false
    private(set) var logitsReason = ""
    private(set) var classes: [String] = []
    private(set) var classesReason = ""
    private(set) var labels: [String] = []
    private(set) var labelsReason = ""

    init(_ model: ONNXModel, _ facts: ModelFacts, _ table: Table, target named: String?) {
        target = named ?? Self.target(facts, table)
        if named == nil {
            targetReason =
                target == nil
                ? "the column of answers: \(table.columns.namesText)"
                : "its texts are the model's classes"
        }
        let column = target.flatMap { table.column(named: $0) }
        let answers = column.flatMap {
            try? TargetEncoder(
                $0, source: table.name, rows: Array(0..<table.rowCount), task: nil, positive: nil)
        }
        chooseOutput(model, facts, answers)
        if meaning != .number { nameClasses(facts, answers) }
    }

    /// The one column whose texts are the model's classes.
    private static func target(_ facts: ModelFacts, _ table: Table) -> String? {
        let labels = Set(facts.classLabels)
        guard labels.count > 1 else { return nil }
        let same = table.columns.filter { Set($0.coded.values) == labels }
        return same.count == 1 ? same[0].name : nil
    }

    private static let classifiers: Set = [
        "TreeEnsembleClassifier", "LinearClassifier", "SVMClassifier", "Softmax", "Sigmoid", "Normalizer",
    ]

    private mutating func chooseOutput(
        _ model: ONNXModel, _ facts: ModelFacts, _ answers: TargetEncoder?
    ) {
        let outputs = model.graph.outputs
        let known = outputs.map { "\($0.name) (\($0.shapeText))" }.joined(separator: ", ")
        let isOfClasses = !facts.classLabels.isEmpty || answers.map { $0.task != .regression } ?? true
        let floats = outputs.filter { port in
            if case .tensor(let type, _) = port.kind { type.isFloat } else { false }
        }
        outputReason = outputs.count == 1 ? "the only one" : "of \(known)"
        meaningReason = "probabilities, label or number"
        guard isOfClasses else {
            output = floats.count == 1 ? floats[0] : nil
            if output == nil { outputReason = "one of \(known)" }
            meaning = .number
            meaningReason = "the target is no column of classes"
            return
        }
        if let maps = outputs.first(where: { $0.kind == .sequence }) {
            output = maps
            meaning = .probabilities
            meaningReason = "it is a sequence of maps, as classifiers give probabilities"
            return
        }
        let probable = floats.filter { $0.name.lowercased().contains("prob") }
        if let only = probable.count == 1 ? probable[0] : floats.count == 1 ? floats[0] : nil {
            output = only
            meaning = .probabilities
            let maker = facts.maker(of: only.name)
            if maker.map({ Self.classifiers.contains($0.operation.name) }) ?? true || probable.count == 1 {
                meaningReason =
                    maker.map { "it comes from \($0.operation.name)" } ?? "the answers are classes"
            } else {
                meaningReason = "the answers are classes"
                isLogits = true
                logitsReason = "it comes from \(maker?.operation.name ?? "no function") and not from Softmax or Sigmoid"
            }
            return
        }
        if floats.isEmpty, outputs.count == 1 {
            output = outputs[0]
            meaning = .label
            meaningReason = "the model gives nothing but classes"
            return
        }
        outputReason = "one of \(known)"
    }

    private mutating func nameClasses(_ facts: ModelFacts, _ answers: TargetEncoder?) {
        let own = answers.map { $0.task == .regression ? [] : $0.classes } ?? []
        let said = facts.classLabels
        if said.count > 1, own.isEmpty || Set(own).isSubset(of: said) {
            classes = said
            classesReason = "as the model calls them, in its order"
            return
        }
        let width = said.isEmpty ? outputWidth : said.count
        guard own.count > 1, width.map({ $0 == own.count || ($0 == 1 && own.count == 2) }) ?? true else {
            classesReason =
                "the target's texts in the order of the output"
                + (said.isEmpty ? "" : ", where the model says \(said.prefix(12).joined(separator: ", "))")
                + (own.isEmpty ? "" : "; the file has \(own.prefix(12).joined(separator: ", "))")
            return
        }
        classes = own
        classesReason = "the target's texts in their order; the model may have another"
        guard !said.isEmpty else { return }
        labels = said
        labelsReason = "what the model calls them, taken to be in the same order"
    }

    /// Numbers that the output has of a row, where its shape tells.
    private var outputWidth: Int? {
        guard case .tensor(_, let shape?)? = output?.kind, meaning == .probabilities else { return nil }
        if shape.count == 1 { return 1 }
        guard shape.count == 2, case .fixed(let count) = shape[1] else { return nil }
        return count
    }
}
