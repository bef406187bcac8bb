import ArgumentParser

/// A form in which a command gives its answer; every set of forms has one for machines.
protocol AnswerForm: RawRepresentable, CaseIterable, ExpressibleByArgument, Sendable
where RawValue == String {
    static var usual: Self { get }
    static var json: Self { get }
}

extension AnswerForm {
    /// `text`, as some commands called it, is the terminal's.
    init?(argument: String) {
        let name = argument.lowercased()
        self.init(rawValue: name == "text" ? "terminal" : name)
    }

    static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

/// `--format` and its short form `--json`, the same in every command that prints.
struct FormArguments<Form: AnswerForm>: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The form of the answer: \(Form.allValueStrings.joined(separator: ", ")).",
            valueName: "form"))
    var format: Form?

    @Flag(name: .customLong("json"), help: "The same as --format json.")
    var asksJSON = false

    var chosen: Form { asksJSON ? .json : format ?? .usual }

    func validate() throws {
        if asksJSON, let format, format.rawValue != Form.json.rawValue {
            throw ValidationError(
                "--json is --format json, and --format \(format.rawValue) was given, too. Leave one out")
        }
    }
}

/// A table for people, or JSON.
enum TextForm: String, AnswerForm {
    case terminal, json
    static var usual: TextForm { .terminal }
}

/// A line a row, or JSON.
enum RowsForm: String, AnswerForm {
    case csv, json
    static var usual: RowsForm { .csv }
}

/// What a policy found, for people, programs and CI systems.
enum CheckForm: String, AnswerForm {
    case terminal, json, junit
    static var usual: CheckForm { .terminal }
}

/// Explained rows.
enum ExplanationForm: String, AnswerForm {
    case terminal, json, csv, html, markdown
    static var usual: ExplanationForm { .terminal }
}

extension FormArguments<TextForm> {
    /// What is printed: one of both, of which only that one is made.
    func bytes(_ text: @autoclosure () throws -> String, _ json: @autoclosure () throws -> [UInt8])
        throws -> [UInt8]
    {
        chosen == .json ? try json() : Array(try text().utf8)
    }
}
