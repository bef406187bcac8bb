import Adoption
import Runs
import Testing

/// `rows.yaml`: what it says, and how it is refused.
@Suite struct RowMappingTests {
    private static let whole = """
        target: class
        inputs:
          numbers:
            as: number
            columns: [age, {column: sex, codes: [Female, Male], unknown: -1}]
            missing: 0.5
          job: {as: text, column: workclass, missing: "?"}
          years: {as: integer, column: education-num, codes: {ten: 10, "11": 11}}
        output: {name: scores, is: probabilities, logits: true}
        classes: ["<=50K", ">50K"]
        labels: [0, 1]
        """

    @Test func everyKeyIsRead() throws {
        let rows = try RowMapping(yaml: Self.whole, as: "rows.yaml")
        #expect(rows.target == "class")
        #expect(rows.inputs.map(\.name) == ["numbers", "job", "years"])
        #expect(rows.inputs.map(\.form) == [.number, .text, .integer])
        #expect(
            rows.inputs[0].cells == [
                .init(column: "age", missing: .number(0.5)),
                .init(column: "sex", missing: .number(0.5), codes: ["Female": 0, "Male": 1], unknown: -1),
            ])
        #expect(rows.inputs[1].cells == [.init(column: "workclass", missing: .text("?"))])
        #expect(rows.inputs[2].cells[0].codes == ["ten": 10, "11": 11])
        #expect(rows.output == .init(name: "scores", meaning: .probabilities, isLogits: true))
        #expect(rows.classes == ["<=50K", ">50K"] && rows.labels == ["0", "1"])
        #expect(rows.columns == ["age", "sex", "workclass", "education-num"])
        #expect(rows.textColumns == ["sex", "workclass", "education-num"])
    }

    @Test func aNumberHasNoClasses() throws {
        let text = """
            target: hours
            inputs: {x: {as: number, column: age}}
            output: {name: y, is: number}
            """
        #expect(try RowMapping(yaml: text, as: "rows.yaml").classes.isEmpty)
        let error = #expect(throws: VouchError.self) {
            try RowMapping(yaml: text + "\nclasses: [a, b]", as: "rows.yaml")
        }
        #expect(error?.description.contains("line 4") == true)
    }

    /// Each line that is changed, to what, and what the error says.
    @Test(arguments: [
        ("target: class", "target:  # choose: the column of answers", "line 1: `target` is left to be chosen"),
        ("as: number", "as: float", "line 4: `as` is \"float\"; write number, integer, text"),
        ("as: number", "kind: number", "line 4: input \"numbers\" has no key `kind`"),
        ("missing: 0.5", "missing: none", "line 6: `missing` is \"none\", which is no number"),
        (
            "columns: [age, {column: sex, codes: [Female, Male], unknown: -1}]",
            "columns:  # choose: 2 of age, sex", "line 5: `columns` is left to be chosen"
        ),
        ("codes: [Female, Male]", "codes: ", "`codes` is left to be chosen"),
        ("[age, {", "[sex, {", "names the column \"sex\" twice"),
        ("column: workclass, missing: \"?\"", "column: workclass, codes: [a]", "line 7: `codes` are for models"),
        ("is: probabilities", "is: label", "line 9: `logits` goes with `is: probabilities` only"),
        ("logits: true", "logits: perhaps", "line 9: `logits` is true or false"),
        ("[\"<=50K\", \">50K\"]", "[a, a]", "line 10: name two classes or more, each once"),
        ("labels: [0, 1]", "labels: [0]", "line 11: `labels` are what the model calls the 2 classes"),
        ("labels: [0, 1]", "label: [0, 1]", "line 11: the file has no key `label`; did you mean `labels`?"),
        ("output: {name: scores, ", "output: {", "`output` needs `name` and `is`"),
    ])
    func whatIsWrongIsNamedWithItsLine(_ own: String, _ other: String, _ said: String) throws {
        let text = Self.whole.replacing(own, with: other)
        #expect(text != Self.whole, "\(own)")
        let error = #expect(throws: VouchError.self) { try RowMapping(yaml: text, as: "rows.yaml") }
        #expect(error?.description.contains(said) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: ["", "[a, b]", "target: y", "inputs: [1]\noutput: {}\ntarget: y"])
    func aFileOfSomethingElseIsRefused(_ text: String) {
        #expect(throws: VouchError.self) { try RowMapping(yaml: text, as: "rows.yaml") }
    }
}
