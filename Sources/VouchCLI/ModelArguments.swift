import ArgumentParser
import Runs
import Tables
import Training

/// What the model is.
struct ModelArguments: ParsableArguments {
    @Option(Settings.kind) var kind
    @Option(Settings.edition) var edition
    @Option(Settings.members) var members
    @Option(Settings.width) var width
    @Option(Settings.depth) var depth
    @Option(Settings.activation) var activation
    @Option(Settings.dropout) var dropout
    @Option(Settings.pairs) var pairs
    @Option(Settings.numbers) var numbers
    @Option(textsOf: Settings.bins) var bins
    @Option(Settings.binEdges) var binEdges
    @Option(Settings.valueCodes) var valueCodes
    @Option(Settings.labelSmoothing) var labelSmoothing
    @Option(Settings.loss) var loss
    @Option(Settings.quantile) var quantile
    @Option(Settings.quantiles, transform: parseQuantiles) var quantiles
    @Flag(Settings.balancesClasses) var balancesClasses
    @Flag(Settings.reweighsGroups) var reweighsGroups
    @Option(textOf: Settings.fairPenalty) var fairPenalty
    @Option(Settings.fairPenaltyMeasure) var fairPenaltyMeasure
    @Option(Settings.repairLevel) var repairLevel
    @Option(Settings.removedCorrelation) var removedCorrelation

    /// `--bins` with an equals sign: edges of groups.
    func groupBins() throws -> [String: [Double]]? {
        try parseGroupBins(bins.filter { Int($0) == nil })
    }

    private func mostBins() throws -> Int? {
        let numbers = bins.compactMap { Int($0) }
        guard numbers.count < 2 else {
            throw ValidationError(
                "--bins gives two numbers, \(numbers[0]) and \(numbers[1]); give one")
        }
        return numbers.first
    }

    private func checkTogether() throws {
        if repairLevel != nil, removedCorrelation != nil {
            throw ValidationError(
                "--repair-groups and --remove-correlation both change the numbers; give one of them"
            )
        }
        if let fairPenaltyMeasure, fairPenalty == nil {
            throw ValidationError(
                "--fair-penalty-measure \(fairPenaltyMeasure.rawValue) says what a penalty compares; give "
                    + "--fair-penalty GAP=STRENGTH, too")
        }
    }

    func apply(to configuration: inout TrainConfiguration) throws {
        try checkTogether()
        configuration[Settings.repairLevel] = repairLevel
        configuration[Settings.removedCorrelation] = removedCorrelation
        configuration[Settings.fairPenalty] = try fairPenalty.map { try .init($0) }
        configuration[Settings.fairPenaltyMeasure] = fairPenaltyMeasure
        configuration[Settings.kind] = kind
        configuration[Settings.edition] = edition
        configuration[Settings.members] = members
        configuration[Settings.width] = width
        configuration[Settings.depth] = depth
        configuration[Settings.activation] = activation
        configuration[Settings.dropout] = dropout
        configuration[Settings.pairs] = pairs
        configuration[Settings.numbers] = numbers
        configuration[Settings.bins] = try mostBins()
        configuration[Settings.binEdges] = binEdges
        configuration[Settings.valueCodes] = valueCodes
        configuration[Settings.labelSmoothing] = labelSmoothing
        configuration[Settings.loss] = loss
        configuration[Settings.quantile] = quantile
        configuration[Settings.quantiles] = quantiles
        configuration[Settings.balancesClasses] = balancesClasses
        configuration[Settings.reweighsGroups] = reweighsGroups
    }
}

/// `0.05,0.95` as numbers.
@Sendable private func parseQuantiles(_ text: String) throws -> [Float] {
    try text.split(separator: ",").map { part in
        guard let number = Float(part.trimmingPrefix(while: \.isWhitespace)) else {
            throw ValidationError(
                "--quantiles is \"\(text)\"; write two numbers between 0 and 1, such as 0.05,0.95")
        }
        return number
    }
}
