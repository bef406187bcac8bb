import ArgumentParser
import Runs

/// What a training is of and how it is done; shared by the commands that train a table's model anew.
struct TrainingArguments: ParsableArguments {
    @Option(help: "A table to measure on. Without it, rows of the data are held back.")
    var test: String?

    @Option(
        help: ArgumentHelp(
            """
            A YAML file of rules that label the rows without an answer, which are learned from too; \
            `vouch data rules` looks at them.
            """, valueName: "file"))
    var rules: String?

    @Option(
        help: ArgumentHelp(
            """
            Names of a protected column's groups by their text, such as "sex:1=male,2=female", or a YAML file of \
            them. Rows are grouped by the text all the same. Repeat for several.
            """, valueName: "column:text=name,… or file"))
    var labels: [String] = []

    @OptionGroup(title: "Columns") var columns: ColumnArguments
    @OptionGroup(title: "Pictures") var pictures: PictureArguments
    @OptionGroup(title: "Reading") var reading: ReadingArguments
    @OptionGroup(title: "Model") var model: ModelArguments
    @OptionGroup(title: "Learning") var learning: LearningArguments
    @OptionGroup(title: "Against overfitting") var regularising: RegularisingArguments

    @Option(Settings.validationShare) var validationShare
    @Option(Settings.testShare) var testShare
    @Option(textOf: Settings.costs) var cost

    @OptionGroup(title: "What its cost is told in") var tariff: TariffArguments

    /// - Throws: what the parser says of them, or `VouchError`.
    func configuration(
        data: String, target: String?, output: String
    ) throws -> TrainConfiguration {
        let arePictures = PictureRows.are(data)
        guard let target = target ?? (arePictures ? PictureRows.labelColumn : nil) else {
            throw ValidationError("Missing expected argument '--target <target>'")
        }
        var configuration = TrainConfiguration(data: data, output: output)
        configuration.test = test ?? PictureRows.testPart(of: data)
        configuration.rules = try rules.map(LabelRules.init(file:))
        configuration.columns = columns.roles(target: target)
        if arePictures { configuration.columns.images = [PictureRows.pathColumn] }
        configuration.columns.backbone = try pictures.request()
        configuration.columns.groupBins = try model.groupBins()
        configuration.columns.groupLabels = try parseGroupLabels(labels)
        configuration.reading = reading.options
        if arePictures, configuration.reading.missing == nil { configuration.reading.missing = [] }
        try model.apply(to: &configuration)
        try learning.apply(to: &configuration)
        regularising.apply(to: &configuration)
        configuration[Settings.validationShare] = validationShare
        configuration[Settings.testShare] = testShare
        configuration[Settings.costs] = try cost.map(parseCosts)
        tariff.apply(to: &configuration)
        return configuration
    }
}
