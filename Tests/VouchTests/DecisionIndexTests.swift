import Foundation
import Testing

/// Documentation/Decisions/README.md lists every decision, by the number and the title that its file has.
@Suite struct DecisionIndexTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Documentation/Decisions")

    private struct Decision: Hashable {
        var number: Int
        var title: String
        var file: String
    }

    private static func text(_ file: String) throws -> String {
        try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    }

    /// As the files say, by their names' order.
    private static func written() throws -> [Decision] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path())
        return try names.filter { $0.hasSuffix(".md") && $0 != "README.md" }.sorted().map { file in
            let text = try text(file)
            let heading = try #require(
                try #/# (\d+)\. ([^\n]+)\n/#.prefixMatch(in: text), "\(file) has no heading")
            let number = try #require(Int(heading.1))
            #expect(Int(file.prefix(4)) == number, "\(file)")
            return Decision(number: number, title: String(heading.2), file: file)
        }
    }

    @Test func everyDecisionIsListed() throws {
        let line = #/\n\| (\d+) \| \[([^\n]+)\]\(([^)\n]+)\) \| ([^|\n]+) \| ([^|\n]+) \|/#
        let lines = try Self.text("README.md").matches(of: line)
        let listed = try lines.map { match in
            Decision(
                number: try #require(Int(match.1)), title: String(match.2), file: String(match.3))
        }
        let written = try Self.written()
        #expect(!written.isEmpty)
        #expect(listed == written)
        #expect(written.map(\.number) == Array(1...written.count))
    }
}
