import RealModule
import Statistics
import TensorCore

/// Random numbers one after the other.
struct Numbers {
    private let random: CounterRandom
    private var place: UInt64 = 0

    init(_ name: String, _ sample: Int) {
        random = CounterRandom(seed: UInt64(sample), name: name)
    }

    mutating func uniform() -> Double {
        place += 1
        return random.uniform(index: place)
    }

    mutating func normal() -> Double {
        let (u, v) = (uniform(), uniform())
        return (-2 * Double.log(1 - u)).squareRoot() * Double.cos(2 * .pi * v)
    }
}

/// What the independent pieces of a sample are.
enum Pieces: String, CaseIterable, Sendable {
    case rows
    /// Rows of weights from 0.4 to 2, which tell nothing of the row.
    case weighted = "weighted rows"
    /// Of one to four rows of one class, whose numbers correlate by ½.
    case clusters
}

/// Rows with a class and with standard normal numbers that metrics' scores are made of.
struct DrawnRows {
    var labels: [Int32] = []
    /// Two numbers a row, and how the row was drawn.
    var first: [Double] = []
    var second: [Double] = []
    var third: [Double] = []
    var weights: [Double]?
    var clusters: [Int32]?

    init() {}

    /// - Parameter labels: Of each piece.
    init(_ pieces: [Int32], _ kind: Pieces, _ numbers: inout Numbers) {
        if kind == .weighted { weights = [] }
        if kind == .clusters { clusters = [] }
        let own = Double(0.5).squareRoot()
        for (piece, label) in pieces.enumerated() {
            let size = kind == .clusters ? 1 + Int(4 * numbers.uniform()) : 1
            let common =
                kind == .clusters ? (0..<3).map { _ in own * numbers.normal() } : [0, 0, 0]
            for _ in 0..<size {
                let scale = kind == .clusters ? own : 1
                labels.append(label)
                first.append(common[0] + scale * numbers.normal())
                second.append(common[1] + scale * numbers.normal())
                third.append(common[2] + scale * numbers.normal())
                weights?.append(0.4 + 1.6 * numbers.uniform())
                clusters?.append(Int32(piece))
            }
        }
    }

    /// So many rows of each class that their weights have these shares.
    static func population(_ shares: [Double]) -> DrawnRows {
        var numbers = Numbers("population", 0)
        let each = 4000
        var rows = DrawnRows(
            shares.indices.flatMap { Array(repeating: Int32($0), count: each) }, .rows, &numbers)
        // Each quantile of the first number once, so that what it alone makes is exact.
        for row in rows.labels.indices {
            rows.first[row] = SpecialFunctions.normalQuantile(
                (Double(row % each) + 0.5) / Double(each))
        }
        rows.weights = rows.labels.map { max(shares[Int($0)], 1e-12) }
        return rows
    }
}

/// Which part of a sample is small, and what else it holds.
enum Part: Sendable, Hashable {
    /// So many positives beside 60 negatives.
    case positives
    /// So many negatives beside 60 positives.
    case negatives
    /// So many rows, 40 % of them positive on average.
    case rows
    /// So many rows of the first of three classes, and 40 of each other.
    case rareClass
    /// A group of so many rows, 40 % of them positive on average, beside one of 100. Codes are twice the group's number,
    /// and one more for a positive.
    case groupRows
    /// Five groups of so many rows beside one of 200.
    case fiveGroups
    /// A group of so many positives and 40 negatives beside one of 150 and 150.
    case groupPositives

    var name: String {
        switch self {
        case .positives: "positives, of 60 negatives"
        case .negatives: "negatives, of 60 positives"
        case .rows: "rows"
        case .rareClass: "rows of one class of three"
        case .groupRows: "rows of a group, of 100 others"
        case .fiveGroups: "rows of five groups each, of 200 others"
        case .groupPositives: "positives of a group"
        }
    }

    func draw(_ few: Int, _ kind: Pieces, _ numbers: inout Numbers) -> DrawnRows {
        func all(_ counts: [Int]) -> [Int32] {
            counts.enumerated().flatMap { Array(repeating: Int32($0), count: $1) }
        }
        func groups(_ counts: [Int], _ numbers: inout Numbers) -> [Int32] {
            counts.enumerated().flatMap { group, count in
                (0..<count).map { _ in Int32(2 * group) + (numbers.uniform() < 0.4 ? 1 : 0) }
            }
        }
        let pieces: [Int32] =
            switch self {
            case .positives: all([60, few])
            case .negatives: all([few, 60])
            case .rows: (0..<few).map { _ in numbers.uniform() < 0.4 ? 1 : 0 }
            case .rareClass: all([few, 40, 40])
            case .groupRows: groups([few, 100], &numbers)
            case .fiveGroups: groups([few, few, few, few, few, 200], &numbers)
            case .groupPositives: all([40, few, 150, 150])
            }
        return DrawnRows(pieces, kind, &numbers)
    }

    /// What each class makes up of the population.
    func shares(_ few: Int) -> [Double] {
        let share = Double(few) / Double(few + 60)
        return switch self {
        case .positives: [1 - share, share]
        case .negatives: [share, 1 - share]
        case .rows: [0.6, 0.4]
        case .rareClass: [Double(few), 40, 40].map { $0 / Double(few + 80) }
        // Their gaps are 0 as their groups are equal.
        case .groupRows, .fiveGroups, .groupPositives: []
        }
    }
}

extension DrawnRows {
    /// Two classes; a score is made of a row's class and its first number.
    func scored(_ score: (Int32, Double) -> Double) throws -> ClassificationSample {
        let scores = zip(labels, first).map(score)
        return try ClassificationSample(
            labels: labels, probabilities: scores.flatMap { [1 - $0, $0] }, classes: 2,
            weights: weights, clusters: clusters)
    }

    /// The same of two models, whose numbers correlate by 0.8.
    func pair(_ score: (Int32, Double) -> Double, _ other: (Int32, Double) -> Double) throws
        -> PairedComparison<ClassificationSample>
    {
        var rows = self
        rows.first = zip(first, second).map { 0.8 * $0 + 0.6 * $1 }
        return try PairedComparison(first: scored(score), second: rows.scored(other))
    }

    /// Three classes: the own class's signal is so much higher.
    func threeClasses(_ strength: Double) throws -> ClassificationSample {
        var probabilities: [Double] = []
        for (row, label) in labels.enumerated() {
            let signal = [first[row], second[row], third[row]].enumerated().map {
                Double.exp($1 + (Int32($0) == label ? strength : 0))
            }
            probabilities += signal.map { $0 / signal.reduce(0, +) }
        }
        return try ClassificationSample(
            labels: labels, probabilities: probabilities, classes: 3, weights: weights,
            clusters: clusters)
    }

    /// Normal targets, and predictions with an error of so many of their standard deviations.
    func numbers(_ error: Double) throws -> RegressionSample {
        try RegressionSample(
            targets: first, predictions: zip(first, second).map { $0 + error * $1 },
            weights: weights, clusters: clusters)
    }

    func numberPair(_ error: Double, _ other: Double) throws -> PairedComparison<RegressionSample> {
        var rows = self
        rows.second = zip(second, third).map { 0.8 * $0 + 0.6 * $1 }
        return try PairedComparison(first: numbers(error), second: rows.numbers(other))
    }
}
