import ArgumentParser
import Platform
import Reporting
import Runs
import Studies

struct DataRulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules",
        abstract: "Look at rules that label rows: what each covers, and how right it is.",
        discussion: """
            A rule votes for a class where its condition holds, and abstains elsewhere:

              - name: young
                if: age < 26 and hours-per-week < 35
                vote: "<=50K"

            A list of conditions holds where one of them does. A label model weighs the votes by the rows that have an \
            answer in the target column and by how far rules agree; a rule that is wrong is named. `vouch train \
            --rules` learns from the rows without an answer by it.

            Example:
              vouch data rules adult.csv --target class --rules rules.yaml
            """)

    @Argument(help: "The table: a CSV file with a header; answers may be missing.")
    var data: String

    @Option(help: "The column of answers.")
    var target: String

    @Option(help: ArgumentHelp("The YAML file of rules.", valueName: "file"))
    var rules: String

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Columns") var columns: ColumnArguments
    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup(title: "Output") var output: ReportOutput

    mutating func run() throws {
        var request = RuleCheckRequest(
            data: data, rules: try LabelRules(file: rules), columns: columns.roles(target: target))
        request.reading = reading.options
        request.threads = threads
        try output.write(checkRules(request))
    }
}
