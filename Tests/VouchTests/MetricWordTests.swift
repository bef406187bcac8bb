import Documents
import Evidence
import Runs
import Testing

/// Metrics are asked for by `MetricID`s, each declared once: what the compiler cannot see.
@Suite struct MetricWordTests {
    /// What is written like a metric and is none, by file.
    private static let others: [String: [String]] = [
        // Probes and figures that are called as what they measure first.
        "Cost/Probes/ModelSizeProbe.swift": ["id: \"modelSize\""],
        "Cost/Probes/PredictionLatency.swift": ["id: \"predictionLatency\""],
        "Explanation/Probes/AdditiveShapes.swift": ["id: \"termImportance\""],
        "Explanation/Probes/GlassBoxPrice.swift": ["id: \"glassBoxPrice\""],
        "Explanation/Probes/PermutationImportance.swift": ["id: \"permutationImportance\""],
        "Explanation/Probes/RuleRecovery.swift": ["id: \"ruleRecovery\""],
        "Generalization/Probes/CanaryExposure.swift": ["id: \"canaryExposure\""],
        "Generalization/Probes/ConformalCoverage.swift": ["id: \"conformalCoverage\""],
        "Generalization/Probes/TrainTestGap.swift": ["id: \"trainTestGap\""],
        "Generalization/Probes/WeakSegmentSearch.swift": ["id: \"weakSegments\""],
        "Tuning/Probes/SeedSpread.swift": ["id: \"seedSpread\""],
        // A kind of work, and the command.
        "Cost/Budget/Budget.swift": ["case .energy: \"energy\""],
        "Studies/Drift/Drift.swift": ["case .drift: \"drift\""],
        "VouchCLI/DriftCommand.swift": ["commandName: \"drift\""],
        // Columns of tables, and parts of a training's state.
        "Studies/LabelRules/RuleTables.swift": ["\"accuracy\""],
        "Runs/Folder/GraphCostText.swift": ["\"bytes moved\", \"parameters\""],
        "Runs/Folder/OutOfDistribution.swift": ["pair(\"energy\""],
        "Training/TrainingState.swift": ["(\"parameters\", optimizer.parameters)"],
        "Training/TrainingStanding.swift": ["\"validation losses\" : \"parameters\""],
    ]

    /// `MetricBounds` has the values of all metrics in one place (decision 27), below the modules that
    /// declare their ids: it knows them by their words.
    @Test func noMetricIsALiteral() throws {
        let words = Set(MetricRegistry.all.map(\.id.rawValue))
        for (path, text) in try SourceText.files(below: "Sources")
        where path != "Evidence/MetricBounds.swift" {
            for line in text.split(separator: "\n") where line.utf8.contains(UInt8(ascii: "\"")) {
                // What stands between two quotes.
                let pieces = line.split(separator: "\"", omittingEmptySubsequences: false)
                guard pieces.dropFirst().dropLast().contains(where: { words.contains(String($0)) })
                else { continue }
                let isDeclaration = line.contains("static let") && line.contains("= MetricID(\"")
                let isOther = Self.others[path, default: []].contains { line.contains($0) }
                #expect(isDeclaration || isOther, "\(path): \(line)")
            }
        }
    }

    /// How often each id is declared under its own name.
    private static func declarations() throws -> [String: Int] {
        var found: [String: Int] = [:]
        for (_, text) in try SourceText.files(below: "Sources") {
            for line in text.split(separator: "\n") where line.contains(" = MetricID(\"") {
                if let match = line.firstMatch(of: /static let (\w+) = MetricID\("(\w+)"\)/),
                    match.1 == match.2
                {
                    found[String(match.1), default: 0] += 1
                }
            }
        }
        return found
    }

    /// Each id of a registered metric is declared once.
    @Test func idsAreDeclaredOnce() throws {
        let found = try Self.declarations()
        for metric in MetricRegistry.all {
            #expect(found[metric.id.rawValue] == 1, "\(metric.id)")
        }
    }

    /// No bound is that of a metric which is called otherwise by now.
    @Test func boundsAreOfDeclaredMetrics() throws {
        let files = try SourceText.files(below: "Sources")
        let bounds = try #require(files.first { $0.path == "Evidence/MetricBounds.swift" })
        let words = bounds.text.matches(of: /"(\w+)"/).map { String($0.output.1) }
        #expect(words.count > 50)
        let found = try Self.declarations()
        for word in words { #expect(found[word] != nil, "\(word)") }
    }

    /// Reports hold ids as words.
    @Test func anIdIsStoredAsItsWord() throws {
        let stored = try JSON.encode([MetricID.rocAUC, .accuracy.difference, .seedSpread.ratio])
        #expect(
            String(decoding: stored, as: UTF8.self).filter { !$0.isWhitespace }
                == #"["rocAUC","accuracyDifference","seedSpreadRatio"]"#)
    }
}
