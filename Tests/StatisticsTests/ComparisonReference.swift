import Foundation
import Statistics
import Testing

/// What SciPy, statsmodels and scikit-learn say of pairs of models; written by
/// Reference/comparisons.py.
struct ComparisonReference: Decodable {
    struct Found: Decodable {
        var value: Double
        var standardError: Double?
        var degrees: Double?
        var pValue: Double?
        var lower: Double?
        var upper: Double?
    }

    struct Binary: Decodable, CustomTestStringConvertible {
        struct Discordant: Decodable {
            var onlyFirst: Int
            var onlySecond: Int
            var exact: Double
            var midP: Double
        }
        var name: String
        var labels: [Int32]
        var first: [Double]
        var second: [Double]
        var weights: [Double]?
        var clusters: [Int32]?
        var differences: [String: Found]
        var values: [String: Double]
        var deLong: Found?
        var mcNemar: Discordant?
        var accuracy: Found?
        var sensitivity: Found?
        var testDescription: String { name }

        func comparison() throws -> PairedComparison<ClassificationSample> {
            try PairedComparison(
                labels: labels, first: first.flatMap { [1 - $0, $0] },
                second: second.flatMap { [1 - $0, $0] }, classes: 2, weights: weights,
                clusters: clusters)
        }
    }

    struct Regression: Decodable, CustomTestStringConvertible {
        var name: String
        var targets: [Double]
        var first: [Double]
        var second: [Double]
        var weights: [Double]?
        var clusters: [Int32]?
        var differences: [String: Found]
        var testDescription: String { name }
    }

    struct Crossed: Decodable, CustomTestStringConvertible {
        var name: String
        var before: [[Double]]
        var after: [[Double]]
        var value: Double
        var standardError: Double
        var lower: Double
        var upper: Double
        var testDescription: String { name }
    }

    var versions: [String: String]
    var binary: [Binary]
    var regression: [Regression]
    var crossed: [Crossed]

    static let stored: ComparisonReference = {
        do {
            let file = Bundle.module.bundleURL.appending(path: "Reference/comparisons.json")
            return try JSONDecoder().decode(
                ComparisonReference.self, from: Data(contentsOf: file))
        } catch {
            fatalError("Reference/comparisons.json cannot be read: \(error)")
        }
    }()
}
