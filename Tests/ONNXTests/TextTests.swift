import ONNX
import Testing

@Suite struct TextTests {
    private func match(_ pattern: String, _ texts: [String]) -> OneOperator {
        OneOperator(
            "RegexFullMatch", [.vector(texts)], ["pattern": .string(Array(pattern.utf8))])
    }

    /// With an engine that goes back and forth the second of these takes 2^50 steps.
    @Test(arguments: ["(a|aa)+$", "(a+)+$", "(a*)*b", "(a|a?)+b", "((a{0,40})*)*c"])
    func patternsTakeNoMoreThanTextTimesSteps(pattern: String) throws {
        let result = try match(pattern, [String(repeating: "a", count: 5_000) + "!"]).tensor()
        #expect(result == .vector([false]))
    }

    @Test(arguments: [
        "(", ")", "(?P<n", "(?=a)", "(?<!a)", "(?z)", "a**", "*a", "[", "[a", "[z-a]", "a{2,1}",
        "a{1001}", "((a{1000}){1000}){1000}", "\\", "\\1", "\\k", "\\C", "\\p{Greek}", "\\pX",
        "[[:x:]]",
        "\\x{110000}", "\\x{+1}", "\\xZZ", String(repeating: "(", count: 100_000),
    ])
    func patternsThatAreNotTakenAreRefused(pattern: String) {
        match(pattern, ["a"]).isRefused(as: .unsupported, saying: "pattern")
    }

    @Test func textsAreMatchedByScalars() throws {
        #expect(
            try match(".", ["e\u{301}", "\u{E9}", "\r\n", "\n"]).tensor()
                == .vector([false, true, false, false]))
        #expect(try match("\u{E9}", ["e\u{301}"]).tensor() == .vector([false]))
    }

    @Test func textsThatGrowEndAtTheLimit() {
        var concat = OneOperator(
            "StringConcat", [.vector([String(repeating: "a", count: 600)]), .vector(["b", "c"])])
        concat.limits.textBytes = 1_000
        concat.isRefused(as: .limit, saying: "1000 bytes")
        OneOperator("StringConcat", [.vector(["a", "b"]), .vector(["a", "b", "c"])])
            .isRefused(as: .input)
    }

    @Test func textsAreCutAtBytes() throws {
        func parts(_ text: String, _ delimiter: String, most: Int64 = -1) throws -> [String] {
            let split = OneOperator(
                "StringSplit", [.vector([text])],
                ["delimiter": .string(Array(delimiter.utf8)), "maxsplit": .int(most)], outputs: 2)
            let count = try integers(split.tensor(1))
            let parts = try #require(String.array(split.tensor().elements))
            #expect(count == [Int64(parts.count)])
            return parts
        }
        #expect(try parts("a\r\nb", "\n") == ["a\r", "b"])
        #expect(try parts("--a-", "-") == ["", "", "a", ""])
        #expect(try parts("ababab", "aba") == ["", "bab"])
        #expect(try parts("  a b  c ", "") == ["a", "b", "c"])
        #expect(try parts("  a b  c ", "", most: 1) == ["a", "b  c"])
        #expect(try parts("a,b", ",", most: 0) == ["a,b"])
        #expect(try parts("", ",") == [])
        var wide = OneOperator(
            "StringSplit", [.vector(["a,b,c,d"] + [String](repeating: "", count: 99))],
            ["delimiter": .string(Array(",".utf8))], outputs: 2)
        wide.limits.tensorElements = 300
        wide.isRefused(as: .limit)
    }

    @Test func textsAreNormalized() throws {
        func normalized(
            _ texts: [String], _ change: String, stops: [String] = [], sensitive: Int64 = 0
        ) throws -> ONNXTensor {
            try OneOperator(
                "StringNormalizer", [.vector(texts)],
                [
                    "case_change_action": .string(Array(change.utf8)),
                    "stopwords": .strings(stops.map { Array($0.utf8) }),
                    "is_case_sensitive": .int(sensitive), "locale": .string(Array("en_US".utf8)),
                ]
            ).tensor()
        }
        #expect(try normalized(["Aß", "É"], "UPPER") == .vector(["Aß", "É"]))
        #expect(try normalized(["AB", "É"], "LOWER") == .vector(["ab", "é"]))
        #expect(try normalized(["Ab", "x"], "NONE", stops: ["aB"]) == .vector(["x"]))
        #expect(
            try normalized(["Ab", "x"], "NONE", stops: ["aB"], sensitive: 1)
                == .vector(["Ab", "x"]))
        #expect(try normalized(["a"], "UPPER", stops: ["A"]) == .vector([""]))
        OneOperator("StringNormalizer", [ONNXTensor([2, 1], ["a", "b"])]).isRefused(as: .input)
        OneOperator("StringNormalizer", [counting(1)]).isRefused(as: .malformed)
    }
}
