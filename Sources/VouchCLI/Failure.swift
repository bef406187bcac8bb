import ArgumentParser
import Foundation
import Platform
import Reporting
import Runs
import Vouch

/// An error with an exit code of its own.
struct CodedError: Error {
    var code: Int32
    var underlying: any Error
}

extension InterruptFlag {
    /// Ends the command with the shell's exit code of the signal that came, if one did. What was done by then is kept.
    static func endIfRaised() throws {
        if let signal = signalNumber { throw ExitCode(128 + signal) }
    }
}

/// How a command that failed says so: a sentence on standard error, or, where JSON was asked for, one
/// object on standard output, where a program reads the answer too.
enum Failure {
    static func exit(_ error: any Error, arguments: [String]) -> Never {
        let coded = error as? CodedError
        let cause = coded?.underlying ?? error
        guard let plain = cause as? any PlainError else {
            exitWithParserError(cause, arguments: arguments)
        }
        if asksJSON(arguments) {
            write(FailureLine(plain, exitCode: coded?.code ?? 1))
        } else {
            // What is wrong may quote data, which must not move the cursor.
            let lines = asTyped(plain).split(separator: "\n").map { visible(String($0)) }
            Terminal(.error).write("vouch: \(lines.joined(separator: "\n"))\n")
        }
        VouchCommand.exit(withError: ExitCode(coded?.code ?? 1))
    }

    /// What is wrong, with settings called by their options.
    static func asTyped(_ error: any PlainError) -> String { error.text(naming: option) }

    /// A setting as it is typed, by its id.
    static func option(_ id: String) -> String { "--" + id }

    /// What the parser says: help, a wrong option, an exit code.
    private static func exitWithParserError(_ error: any Error, arguments: [String]) -> Never {
        let code = VouchCommand.exitCode(for: error).rawValue
        if code != 0, !(error is ExitCode), asksJSON(arguments) {
            write(FailureLine(VouchError(VouchCommand.message(for: error)), exitCode: code))
            VouchCommand.exit(withError: ExitCode(code))
        }
        VouchCommand.exit(withError: error)
    }

    /// Whether `--json`, `--format json` or `--format=json` stands among the arguments.
    static func asksJSON(_ arguments: [String]) -> Bool {
        arguments.contains("--json") || arguments.contains("--format=json")
            || zip(arguments, arguments.dropFirst()).contains { $0 == "--format" && $1 == "json" }
    }

    private static func write(_ line: FailureLine) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(line) else {
            preconditionFailure("texts can always be encoded")
        }
        Terminal(.output).write(Array(data) + [UInt8(ascii: "\n")])
    }
}

/// `{"error": {"message": …, "what": …, "where": {…}, "advice": …}, "exitCode": 1}`
struct FailureLine: Encodable {
    struct Place: Encodable {
        var file: String
        var line: Int?
        var row: Int?
        var column: String?
    }

    struct Problem: Encodable {
        /// The whole sentence that a person would read.
        var message: String
        /// What is wrong.
        var what: String
        /// Where, as far as it is known.
        var place: Place?
        /// What to do next.
        var advice: String?

        enum CodingKeys: String, CodingKey {
            case message, what, advice
            case place = "where"
        }
    }

    var error: Problem
    var exitCode: Int32

    init(_ error: any PlainError, exitCode: Int32) {
        self.exitCode = exitCode
        let failure = TableFailure(error, naming: Failure.option)
        self.error = Problem(
            message: failure.description, what: failure.problem,
            place: failure.file.map {
                Place(file: $0, line: failure.line, row: failure.row, column: failure.column)
            },
            advice: failure.nextStep)
    }
}
