import Foundation
import Vouch

// Trains on the bundled Adult data, reads what was measured, explains a row and audits a rule that
// is no model: adult-library [DATA-FOLDER [RUN-FOLDER [SETTING=VALUE ...]]]
let arguments = CommandLine.arguments.dropFirst()
let data = arguments.first ?? "Examples/adult"
let output = arguments.dropFirst().first ?? "runs/adult-library"
var settings: TableSettings = ["seed": 1]
for pair in arguments.dropFirst(2).map({ $0.split(separator: "=", maxSplits: 1) }) {
    settings[String(pair[0])] = .init(String(pair.last ?? ""))
}

do {
    let model = try TableModel.train(
        csv: data + "/adult_train.csv", test: data + "/adult_test.csv",
        columns: TableColumns(target: "class", protected: ["sex", "race"]), settings: settings,
        output: output, overwrite: true,
        onEvent: { if case .stage(let text) = $0 { print(text) } })
    for found in model.measurements where found.interval != nil { print(found) }

    let predictions = try model.predict(csv: data + "/adult_test.csv")
    let why = try model.explain(csv: data + "/adult_test.csv", row: 1)
    print("Row 1 is decided", predictions.decisions[0], "with a", why.quantity, "of", why.value)
    for part in why.contributions.prefix(5) { print(part.column, part.cell ?? "", part.value) }

    // Somebody's rule: the longer at school, the likelier above 50,000 dollars.
    let rows = try String(contentsOfFile: data + "/adult_test.csv", encoding: .utf8)
        .split(separator: "\n").dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let rule = rows.map { "\($0[14]),\((Double($0[4]) ?? 0) / 20),\($0[9])" }
    try (["class,score,sex"] + rule).joined(separator: "\n")
        .write(toFile: output + "-rule.csv", atomically: true, encoding: .utf8)
    let audit = try Audit.predictions(
        csv: output + "-rule.csv", target: "class", score: "score", protected: ["sex"])
    for found in audit where found.drawback == .bias { print(found) }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(1)
}
