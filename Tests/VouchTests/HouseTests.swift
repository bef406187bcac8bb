import Testing

/// What keeps the house in order and no compiler sees.
@Suite struct HouseTests {
    /// The library is a room, not a store: what it puts together lies in the targets below it.
    @Test func theLibraryStaysSmall() throws {
        let lines = try SourceText.files(below: "Sources/Vouch").map { Self.lines($0.text) }
        #expect(lines.reduce(0, +) <= 2_500)
    }

    @Test func noFileIsLong() throws {
        // What a generator wrote nobody reads.
        for (path, text) in try SourceText.files(below: "Sources") where !path.hasSuffix(".pb.swift") {
            #expect(Self.lines(text) <= 400, "\(path)")
        }
    }

    /// SwiftPM refuses an import that is no dependency only in a build from nothing: a module that lies in
    /// the build folder is found.
    @Test func importsPointUpward() throws {
        for (path, text) in try SourceText.assembled() {
            let target = String(path.prefix { $0 != "/" })
            let place = try #require(SourceText.assembly.firstIndex(of: target))
            for higher in SourceText.assembly[(place + 1)...] {
                #expect(
                    text.firstMatch(of: try Regex(#"(?m)^(\w+ )?import \#(higher)$"#)) == nil,
                    "\(path) imports \(higher)")
            }
        }
    }

    private static func lines(_ text: String) -> Int { text.count { $0 == "\n" } }
}
