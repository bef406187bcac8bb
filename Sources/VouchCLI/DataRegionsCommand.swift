import ArgumentParser
import Platform
import Runs
import Studies

struct DataRegionsCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "regions",
        abstract: "Find where there are few rows and high error, and labels that told little.",
        discussion: """
            A region is a condition on one or two columns. With a reference, a file of rows like those that the \
            model is for, or a pool, a file of rows that could be labelled, few rows are fewer than their share \
            asks for; without, at most a tenth of the training rows. The error is that of the file's rows where 100 \
            or more have answers, else of the run's test rows; each look is recorded in its ledger. Groups of \
            protected columns stand beside. Of new rows it is said what share lies outside; of training rows how \
            many repeat others. What is found stands in the run's report from then on; after Ctrl-C what is done is \
            kept.

            Examples:
              vouch data regions runs/adult
              vouch data regions runs/adult --reference population.csv --pool unlabelled.csv --csv regions.csv
            """)

    @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
    var folder: String

    @Option(
        help: ArgumentHelp("Rows like those that the model is for, as CSV.", valueName: "file"))
    var reference: String?

    @Option(help: ArgumentHelp("Rows that could be labelled, as CSV.", valueName: "file"))
    var pool: String?

    @Option(
        name: .customLong("csv"),
        help: ArgumentHelp("A CSV file to write regions and groups to.", valueName: "file"))
    var table: String?

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup(title: "Output") var output: ReportOutput

    var charge: Charge? { Charge(.evaluation, "regions with few rows", folder) }

    mutating func carryOut() throws {
        var request = RegionsRequest(folder)
        request.reference = reference
        request.pool = pool
        request.reading = reading.options
        request.threads = threads
        try OutputFiles(ofRun: folder, reads: ["--reference": reference, "--pool": pool])
            .check(["--csv": table, "--out": output.output])
        InterruptFlag.install()
        let progress = TrainingProgress(quiet: false, json: false)
        let answer = try dataRegions(request, onEvent: progress.show)
        if let table { try AtomicFile.write(answer.csv, to: table) }
        try output.write(answer.document)
        if answer.interruption != nil { try InterruptFlag.endIfRaised() }
    }
}
