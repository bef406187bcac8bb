import ArgumentParser
import Platform
import Reporting
package import Runs
import Studies

/// What the arguments after `vouch tune search` ask of each training.
///
/// - Throws: what the parser says of them, or `VouchError`.
package func searchedConfiguration(of arguments: [String]) throws -> TrainConfiguration {
    let command = try TuneSearchCommand.parse(arguments)
    return try command.configuration(command.data ?? "", command.target ?? "")
}

struct TuneSearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search for better settings than the default's, in a study.",
        discussion: """
            The default settings are trained first, so that a search that finds nothing ends with them. \
            Trials are compared on rows that validate, never on test rows. What is asked for stays as it \
            is asked for; the other settings are searched.

            A study is a folder. --resume goes on with one that was ended, to the same trials, the same \
            incumbent and the same weights; --join lets further processes work at it at once. The \
            incumbent's run is in STUDY/incumbent. The exit code is 1 where nothing keeps all requirements.

            Examples:
              vouch tune adult.csv --target income --budget 10m --out studies/adult
              vouch tune adult.csv --target income --budget 10m --objective auc --require 'latency <= 50us'
              vouch tune adult.csv --target income --budget 10m --like studies/adult-2025
              vouch tune --resume studies/adult
              vouch tune --resume studies/adult --budget 5m
            """)

    @Argument(help: "The table to train on: a CSV file with a header.")
    var data: String?

    @Option(help: "The column to predict.")
    var target: String?

    @Option(help: "What is chosen by: a metric of the rows that validate. The mean loss if not given.")
    var objective: String?

    @Option(
        name: .customLong("require"),
        help: ArgumentHelp(
            """
            What the model must keep, such as 'gap in selection rate, sex <= 0.05' or 'latency <= 50us'; repeat for \
            several. Quote it: < is the shell's.
            """, valueName: "limit"))
    var requirements: [String] = []

    @Option(
        help: ArgumentHelp(
            """
            A YAML file of what is searched, a setting a line: learning-rate: {from: 0.0005, to: 0.02, scale: log} or \
            numbers: [piecewise, periodic]. The program's own space if not given.
            """, valueName: "file"))
    var space: String?

    @Option(
        help: ArgumentHelp(
            """
            A study, a run or the file of a tuned recipe whose settings are tried first: of a study those that were better \
            than its default.
            """, valueName: "study or run"))
    var like: String?

    @Flag(
        name: .customLong("no-portfolio"),
        help: "Do not try the program's own recipes first, which were good on other tables.")
    var leavesOutPortfolio = false

    @Flag(help: "Train every setting whole, and none in parts first: for vouch tune importance and box.")
    var whole = false

    @Option(
        help: ArgumentHelp(
            """
            Settings that are trained twice more under other seeds, and the default, when twenty and more were trained \
            whole: then vouch tune importance and box know the seed's noise. 5 is enough.
            """, valueName: "number"))
    var repeats = 0

    @Option(
        help: """
            Trials of rungs after which the search ends; with it no budget is needed. With --resume those of before are among \
            them.
            """)
    var trials: Int?

    @Flag(
        name: .customLong("no-last"),
        help: "Do not train the best whole at the end, where it was only tried in part.")
    var leavesOutLast = false

    @Option(help: "Processes that work at once; they do not change the result.")
    var workers = 1

    @Option(
        name: .customLong("out"),
        help: "The study's folder. (default: studies/ and the name of the data)")
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Go on with a study that was interrupted, or, with --budget or --trials, for longer.",
            valueName: "study"))
    var resume: String?

    @Option(help: ArgumentHelp("Work at a study as one more process.", valueName: "study"))
    var join: String?

    @OptionGroup var training: TrainingArguments

    @Option(help: "Worker threads of all processes; all cores if not given. They do not change the result.")
    var threads: Int?

    @Flag(help: "Print nothing but errors and the answer.")
    var quiet = false

    @OptionGroup var form: FormArguments<TextForm>

    /// Known in order to be refused with the reason.
    @Option(help: .hidden)
    var unlabelled: String?

    /// Of a process that another one started: it ends when that one has.
    @Option(help: .hidden)
    var helperOf: Int?

    // MARK: - What is asked

    fileprivate func configuration(_ data: String, _ target: String) throws -> TrainConfiguration {
        var configuration = try training.configuration(data: data, target: target, output: "")
        configuration.unlabelled = unlabelled
        return configuration
    }

    /// What the command is to do, and where.
    private enum Work {
        case begin(StudyRequest, String)
        case take(String, isLeader: Bool, StudyTerms?)

        var place: String {
            switch self {
            case .begin(_, let place), .take(let place, _, _): place
            }
        }
    }

    private func work() throws -> Work {
        guard workers > 0 else { throw ValidationError("--workers is \(workers); it must be 1 or more") }
        guard let study = resume ?? join else {
            guard let data, let target else {
                throw ValidationError(
                    "name the data and --target COLUMN, or a study with --resume STUDY or --join STUDY")
            }
            guard repeats >= 0 else {
                throw ValidationError("--repeats is \(repeats); it must be 0 or more")
            }
            var request = try StudyRequest(
                configuration(data, target), space: space, limit: trials)
            request.start?.like = like
            request.start?.usesPortfolio = !leavesOutPortfolio
            request.triesParts = !whole
            request.repeated = repeats
            request.objective = objective
            request.requirements = requirements
            request.hasLast = !leavesOutLast
            return .begin(request, output ?? Self.place(for: data))
        }
        guard resume == nil || join == nil else {
            throw ValidationError("--resume and --join were both given; leave one out")
        }
        var asked = try configuration("", "")
        let budget = asked.learning.budget
        let isLonger = budget != nil || trials != nil
        if resume != nil {
            asked.learning.budget = nil
            guard isLonger || !leavesOutLast else {
                throw ValidationError(
                    "--no-last is of a study's end: give --budget or --trials with it, to go on for longer")
            }
        }
        let others = [
            data, target, objective, output, requirements.first,
            whole || leavesOutPortfolio || repeats != 0 ? "" : nil,
            resume == nil && (trials != nil || leavesOutLast) ? "" : nil, space, like,
        ]
        let nothing = try Self.parse(["", "--target", ""]).configuration("", "")
        guard others.allSatisfy({ $0 == nil }), asked == nothing else {
            throw ValidationError(
                "a study keeps what it was asked for: with --\(resume == nil ? "join" : "resume") give nothing but "
                    + (resume == nil ? "" : "--budget, --trials and --no-last, to go on for longer, ")
                    + "--workers, --threads, --quiet and the form of the answer")
        }
        return .take(
            study, isLeader: resume != nil,
            try isLonger && resume != nil
                ? StudyTerms(budget: budget, limit: trials, hasLast: !leavesOutLast) : nil)
    }

    private static func place(for data: String) -> String {
        let run = RunName.standard(for: data, isContinued: false)
        return "studies/" + Files.name(of: run)
    }

    // MARK: - What is done

    mutating func run() throws {
        let work = try work()
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: quiet, json: false)
        let helpers = TuneHelpers()
        defer { helpers.end() }
        let each = max(1, (threads ?? Machine.cores) / workers)
        let (count, place) = (workers, work.place)
        var control = StudyControl(
            threads: each, arguments: ["vouch"] + CommandLine.arguments.dropFirst(),
            isIndexed: true, onEvent: { progress.show($0) },
            onOpen: { try helpers.start(count - 1, at: place, threads: each) })
        control.cancellation = .bySignal
        if let helperOf {
            control.cancellation = control.cancellation.orWhere { Processes.parent != helperOf }
        }
        if case .begin = work, output == nil {
            progress.show(.stage("The study goes to \(place) (--out)"))
        }
        let status: StudyStatus
        do {
            switch work {
            case .begin(let request, let place):
                status = try searchSettings(request, in: place, control)
            case .take(let place, let isLeader, let terms):
                status = try joinStudy(place, isLeader: isLeader, for: terms, control)
            }
            helpers.wait()
        } catch let error as Interruption {
            helpers.end()
            guard helperOf == nil, let status = try? studyStatus(place) else { throw error }
            try write(status)
            try InterruptFlag.endIfRaised()
            return
        }
        if helperOf == nil { try write(status) }
        if status.incumbent == nil { throw ExitCode(1) }
    }

    private func write(_ status: StudyStatus) throws {
        Terminal(.output).write(try form.bytes(status.text, status.json()))
    }
}
