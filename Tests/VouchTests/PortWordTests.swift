import Foundation
import GraphIR
import TensorCore
import Testing

/// Inputs and outputs of graphs are `InputPort`s and `OutputPort`s: what the compiler cannot see.
@Suite struct PortWordTests {
    private static let inputs: [InputPort] = [
        .numeric, .categories, .label, .weight, .share, .penalty,
    ]
    private static let outputs: [OutputPort] = [
        .loss, .logits, .prediction, .quantiles, .hiddenFeatures, .memberFeatures, .memberLogits,
        .terms,
    ]

    /// Run folders hold these words.
    @Test func theWordsStay() {
        #expect(
            Self.inputs.map(\.rawValue)
                == ["numeric", "categories", "label", "weight", "share", "penalty"])
        #expect(
            Self.outputs.map(\.rawValue) == [
                "loss", "logits", "prediction", "quantiles", "hiddenFeatures", "memberFeatures",
                "memberLogits", "terms",
            ])
    }

    /// A stored graph has objects of values by name, as it had when names were strings.
    @Test func aGraphIsStoredAsBefore() throws {
        var builder = GraphBuilder()
        let x = builder.input(.numeric, [.rows, 2])
        builder.output(.logits, x)
        builder.output(.prediction, builder.unary(.sigmoid, x))
        let graph = try builder.build()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let bytes = try encoder.encode(graph)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains(#""inputs":{"numeric":0}"#), "\(text)")
        #expect(text.contains(#""outputs":{"logits":0,"prediction":1}"#), "\(text)")
        #expect(try JSONDecoder().decode(Graph.self, from: bytes) == graph)
    }

    /// What is written like a port and is none: parameters, columns of files, settings and words of reports.
    private static let others = [
        "\"weight\", [input", "\"weight\", [.fixed", "    \"weight\",",  // a parameter
        "?? [\"prediction\"]", "? [\"prediction\"]", "name(\"prediction\")",  // a column of a file, an output of one
        "header.append(\"weight\")", "column(named: \"weight\")", "($0, \"weight\")",
        "\"group\", \"value\", \"share\"", "\"share\": .number", "valueName: \"share\"",
        "\"loss\", \\.model.loss", "\"quantiles\", \\.model.quantiles",  // settings
        "quantity: String = \"prediction\"", "?? \"prediction\"",
        "[\"importance\", \"terms\"]", "header: [\"label\"", "name: \"label\", cells", "static let key = \"categories\"",
        ".category: \"categories\"", "$0[\"label\"]", "task[\"label\"]", "name + \"weight\"",
        "\"loss\": [QualityMetrics", "terms: row[\"terms\"]",  // a column of a study
        "labelColumn = \"label\"",  // of a folder of pictures
    ]

    @Test func noPortIsALiteral() throws {
        let words = (Self.inputs.map(\.rawValue) + Self.outputs.map(\.rawValue)).map { "\"\($0)\"" }
        for (path, text) in try SourceText.files(below: "Sources")
        where path != "GraphIR/Ports.swift" {
            for line in text.split(separator: "\n")
            where words.contains(where: { line.contains($0) }) {
                #expect(Self.others.contains { line.contains($0) }, "\(path): \(line)")
            }
        }
    }

    /// A port is made of a name where it is declared, or where a stored graph's is read.
    @Test func portsAreDeclaredInFivePlaces() throws {
        let files = try SourceText.files(below: "Sources").filter {
            $0.text.contains("InputPort(\"") || $0.text.contains("OutputPort(\"")
        }
        #expect(
            files.map(\.path) == [
                "CPURuntime/FoldedNorms.swift", "Explanation/Gradient/GraphPorts.swift",
                "GraphIR/Ports.swift", "Models/QuantizedModel.swift",
                "Runs/Trial/LineBlend.swift",
            ])
    }
}
