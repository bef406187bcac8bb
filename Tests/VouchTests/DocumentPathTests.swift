import Foundation
import Testing

/// What Documentation names is there: files, folders, types, functions and links.
@Suite struct DocumentPathTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// A page, by its path in the repository, without its blocks of code.
    private struct Page {
        var path: String
        var text: String

        /// What stands between backticks on one line.
        var spans: [String] { text.matches(of: /`([^`\n]+)`/).map { String($0.1) } }
    }

    private static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path())
            .filter { $0.hasSuffix(".md") }.sorted()
    }

    private static func pages(in folders: [String]) throws -> [Page] {
        try folders.flatMap { folder in
            try names(in: folder).map { name in
                let path = folder + "/" + name
                let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
                return Page(path: path, text: text.replacing(#/(?s)```.*?```/#, with: ""))
            }
        }
    }

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path())
    }

    private static let all = [
        "Documentation", "Documentation/Studies", "Documentation/Guides", "Documentation/Decisions",
    ]
    /// Decisions may name what was there before them.
    private static let ofToday = Array(all.prefix(3))

    // MARK: - Files

    /// `Target/Folder/File`, below Sources or from the repository's root; of `File.member` the file.
    @Test func pathsLeadToFiles() throws {
        for page in try Self.pages(in: Self.all) {
            for span in page.spans where span.wholeMatch(of: /[A-Z]\w*(?:\/[\w.\-]+)+/) != nil {
                let owner = span.replacing(/\.(?!swift$)[A-Za-z]\w*$/, with: "")
                let places = ["Sources/" + span, "Sources/" + owner, span]
                #expect(
                    places.contains { Self.exists($0) || Self.exists($0 + ".swift") },
                    "\(page.path): \(span)")
            }
        }
    }

    @Test func linksLeadSomewhere() throws {
        for page in try Self.pages(in: Self.all + ["."]) {
            let folder = Self.root.appending(path: page.path).deletingLastPathComponent()
            for match in page.text.matches(of: /\]\(([^)#\s]+)/) {
                let target = String(match.1)
                guard !target.hasPrefix("http") else { continue }
                let path = folder.appending(path: target).standardized.path()
                #expect(FileManager.default.fileExists(atPath: path), "\(page.path): \(target)")
            }
        }
    }

    // MARK: - Names

    /// Every word of the program and its tests, and those that name a type.
    private struct Vocabulary {
        private(set) var words: Set<String> = []
        private(set) var types: Set<String> = ["Double", "Float"]
        private(set) var files: Set<String> = []

        init() throws {
            let kinds: Set = ["struct", "enum", "class", "actor", "protocol", "typealias"]
            for (path, text) in try ["Sources", "Tests"].flatMap(SourceText.files) {
                files.insert(path.split(separator: "/").last.map(String.init) ?? path)
                var last = ""
                for part in text.utf8.split(whereSeparator: { !Self.isOfWord($0) }) {
                    let word = String(decoding: part, as: UTF8.self)
                    if kinds.contains(last) { types.insert(word) }
                    words.insert(word)
                    last = word
                }
            }
            for folder in ["Sources", "Tests"] {
                let targets = try FileManager.default.contentsOfDirectory(
                    atPath: root.appending(path: folder).path())
                types.formUnion(targets)
                words.formUnion(targets)
            }
        }

        private static func isOfWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    /// `Type`, `Type.member`, `function`, `Type(label:)` and `File.swift`.
    @Test func namesAreThoseOfTheProgram() throws {
        let known = try Vocabulary()
        #expect(known.types.contains("ModelBundle") && known.words.contains("trainRun"))
        for page in try Self.pages(in: Self.ofToday) {
            for span in page.spans {
                if span.wholeMatch(of: /\w+\.swift/) != nil {
                    #expect(known.files.contains(span), "\(page.path): \(span)")
                    continue
                }
                // One capital and nothing small is a placeholder, one small word a word.
                guard span.wholeMatch(of: /\w+(?:\.[A-Za-z]\w*)*(?:\([\w:]*\))?/) != nil,
                    let first = span.split(whereSeparator: { ".(:)".contains($0) }).first,
                    first.wholeMatch(of: /[A-Z]\w*[a-z]\w*|[a-z]+[A-Z]\w*/) != nil
                else { continue }
                if first.first?.isUppercase ?? false {
                    #expect(known.types.contains(String(first)), "\(page.path): \(span)")
                }
                for word in span.split(whereSeparator: { ".(:)".contains($0) }) {
                    #expect(known.words.contains(String(word)), "\(page.path): \(span)")
                }
            }
        }
    }

    // MARK: - The index

    /// Each folder of studies has a page, and each page and walk stands in the index.
    @Test func theIndexIsWhole() throws {
        let studies = try Self.names(in: "Documentation/Studies")
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appending(path: "Sources/Studies").path())
        #expect(Set(folders.map { $0 + ".md" }).isSubset(of: studies))
        let walks = try Self.names(in: "Documentation").filter { $0.hasPrefix("Adding") }
        #expect(walks.count > 5)
        let index = try String(
            contentsOf: Self.root.appending(path: "Documentation/README.md"), encoding: .utf8)
        for page in walks + studies.map({ "Studies/" + $0 }) {
            #expect(index.contains("](\(page))"), "\(page)")
        }
    }

    // MARK: - Walks

    /// Swift of a walk stands in the program or in its tests as it does there; a line with … says
    /// that something is left out.
    @Test func walksShowWhatIsThere() throws {
        let sources = Data(
            try ["Sources", "Tests"].flatMap(SourceText.files).flatMap { Self.plain($0.text) })
        for name in try Self.names(in: "Documentation") where name.hasPrefix("Adding") {
            let walk = try String(
                contentsOf: Self.root.appending(path: "Documentation/" + name), encoding: .utf8)
            for block in walk.matches(of: #/(?s)```swift\n(.*?)\n *```/#) {
                for part in String(block.1).split(separator: /(?m)^.*….*$/) {
                    // What is shown may begin or end within a line.
                    let lines = Data(Self.plain(String(part)).dropLast())
                    guard !lines.isEmpty else { continue }
                    #expect(sources.range(of: lines) != nil, "\(name): \(part)")
                }
            }
        }
    }

    /// The lines without what they are indented by, and without empty ones.
    private static func plain(_ text: String) -> [UInt8] {
        let (newline, space) = (UInt8(ascii: "\n"), UInt8(ascii: " "))
        var bytes: [UInt8] = []
        for line in text.utf8.split(separator: newline) {
            let written = line.drop { $0 == space }
            guard !written.isEmpty else { continue }
            bytes.append(contentsOf: written)
            bytes.append(newline)
        }
        return bytes
    }
}
