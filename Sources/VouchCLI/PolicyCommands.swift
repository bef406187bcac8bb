import ArgumentParser
import Documents
import Platform
import Runs

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Judge a run by a policy file, for continuous integration.",
        discussion: """
            Exit code 0 if every rule is kept, 1 if one is not or its evidence is missing, 2 if the \
            policy or the run cannot be read.
            """)

    @Argument(help: ArgumentHelp("The run folder, or a report's JSON.", valueName: "run"))
    var folder: String

    @Option(help: "The policy: a YAML file; `vouch policy init RUN` writes an example.")
    var policy: String

    @OptionGroup var form: FormArguments<CheckForm>

    @Option(name: .customLong("out"), help: "The file to write; standard output if not given.")
    var output: String?

    mutating func run() throws {
        let check: PolicyCheck
        do {
            check = try checkRun(folder, policy: policy)
        } catch {
            throw CodedError(code: 2, underlying: error)
        }
        let bytes =
            switch form.chosen {
            case .terminal: Array(check.text.utf8)
            case .json: try check.json()
            case .junit: Array(check.junit.utf8)
            }
        if let output {
            try writeFile(bytes, to: output)
        } else {
            Terminal(.output).write(bytes)
        }
        if !check.passed { throw ExitCode(1) }
    }
}

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Write an example of a policy, or list metrics.",
        subcommands: [Example.self, Metrics.self])

    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Print a commented policy that a run just keeps.")

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        mutating func run() throws { Terminal(.output).write(try policyExample(run: folder)) }
    }

    struct Metrics: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List every metric that a policy may name.")

        mutating func run() throws { Terminal(.output).write(policyMetrics()) }
    }
}
