import ArgumentParser
import Documents
import Platform
import Reporting
import Runs
import Studies

extension CostCommand {
    struct Frontier: ChargedCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask of a finished run whether a cheaper model would do.",
            discussion: """
                Trains the other kinds of model on the rows that the run learned from, and says which \
                are not worse than the run's beyond a margin, on its test rows. Predictions of the same \
                rows by another program stand beside them (--peer); what those cost is not known. The \
                run's data must stand where they stood, unchanged. What is found stands in the run's \
                report from then on; each look at the test rows is recorded in its ledger.

                Examples:
                  vouch cost frontier runs/adult
                  vouch cost frontier runs/adult --peer lightgbm=lightgbm.csv --score probability
                """)

        @Argument(help: ArgumentHelp("The run folder.", valueName: "run"))
        var folder: String

        @Option(
            help: ArgumentHelp(
                """
                Another program's predictions of the run's test rows, in their order, with the answers in \
                the target's column; repeat for several.
                """, valueName: "name=file"))
        var peer: [String] = []

        @Option(
            help: ArgumentHelp(
                "The peers' column of probabilities, or CLASS=COLUMN for each class.",
                valueName: "column"))
        var score: [String] = []

        @Option(help: "The peers' column of predicted numbers.")
        var prediction: String?

        @Option(help: "A kind of model to train; repeat for several. All if not given.")
        var kind: [String] = []

        @Option(Settings.margin) var margin

        @Option(help: "Worker threads; all cores if not given.")
        var threads: Int?

        @OptionGroup var output: ReportOutput

        var charge: Charge? { Charge(.search, "search of a cheaper kind of model", folder) }

        mutating func carryOut() throws {
            InterruptFlag.install()
            let progress = TrainingProgress(quiet: false, json: false)
            var request = FrontierRequest()
            request.peers = try peer.map { try FrontierRequest.Peer($0) }
            if !peer.isEmpty || !score.isEmpty || prediction != nil {
                request.predicted = try AuditedColumns(scores: score, prediction: prediction)
            }
            request.margin = margin
            request.kinds = kind
            request.threads = threads
            request.arguments = ["vouch"] + CommandLine.arguments.dropFirst()
            try output.write(
                measureFrontier(
                    request, run: folder, onEvent: { progress.show($0) },
                    onProbes: { progress.show($0) }))
        }
    }
}
