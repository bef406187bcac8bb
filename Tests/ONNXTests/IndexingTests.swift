import ONNX
import Testing

/// Indices out of data: those that name nothing are errors with the index and the extent.
@Suite struct IndexTests {
    @Test func indicesMustBeWithinTheExtent() throws {
        func gather(_ index: Int) -> OneOperator {
            OneOperator("Gather", [counting(3, 2), list(index)])
        }
        gather(3).isRefused(as: .input, saying: "index 3 of 3")
        gather(-4).isRefused(as: .input, saying: "index -4 of 3")
        gather(.max).isRefused(as: .input)
        gather(.min).isRefused(as: .input)
        #expect(try floats(gather(-1).tensor()) == [4, 5])
        OneOperator("Gather", [ONNXTensor([0], [Float]()), list(0)])
            .isRefused(as: .input, saying: "index 0 of 0")
        OneOperator("Gather", [counting(3), ONNXTensor([1], [Float(0)])])
            .isRefused(as: .malformed, saying: "whole numbers")
        OneOperator("Gather", [.scalar(Float(1)), list(0)]).isRefused(as: .malformed)
    }

    @Test func rowsOfTextsAreWhole() throws {
        let rows = ONNXTensor([2, 2], ["a", "b", "c", "d"])
        #expect(
            try OneOperator("Gather", [rows, list(1, 0)]).tensor()
                == ONNXTensor([2, 2], ["c", "d", "a", "b"]))
    }

    @Test func gathersEndAtTheLimit() {
        var gather = OneOperator(
            "Gather", [counting(1, 1_000), .vector([Int64](repeating: 0, count: 1_000))])
        gather.limits.tensorElements = 500_000
        gather.isRefused(as: .limit)
        var tuples = OneOperator(
            "GatherND",
            [counting(1, 1_000), ONNXTensor([1_000, 1], [Int64](repeating: 0, count: 1_000))])
        tuples.limits.tensorElements = 500_000
        tuples.isRefused(as: .limit)
    }

    @Test func elementsAndTuplesAreChecked() throws {
        func elements(_ indices: ONNXTensor) -> OneOperator {
            OneOperator("GatherElements", [counting(2, 2), indices], ["axis": .int(1)])
        }
        elements(ONNXTensor([1, 1], [Int64(2)])).isRefused(as: .input, saying: "index 2 of 2")
        elements(ONNXTensor([3, 1], [Int64(0), 0, 0])).isRefused(as: .input)
        elements(list(0)).isRefused(as: .input)
        #expect(
            try floats(elements(ONNXTensor([1, 3], [Int64(-1), 0, 1])).tensor()) == [1, 0, 1])
        func tuples(_ indices: ONNXTensor, batches: Int64 = 0) -> OneOperator {
            OneOperator("GatherND", [counting(2, 2), indices], ["batch_dims": .int(batches)])
        }
        tuples(ONNXTensor([1, 2], [Int64(0), 2])).isRefused(as: .input, saying: "index 2 of 2")
        tuples(ONNXTensor([1, 3], [Int64(0), 0, 0])).isRefused(as: .input)
        tuples(ONNXTensor([5, 0], [Int64]())).isRefused(as: .input)
        tuples(.scalar(Int64(0))).isRefused(as: .input)
        tuples(ONNXTensor([1, 1], [Int64(0)]), batches: 2).isRefused(as: .input)
        tuples(ONNXTensor([1, 1], [Int64(0)]), batches: -1).isRefused(as: .input)
        tuples(ONNXTensor([3, 1], [Int64(0), 0, 0]), batches: 1).isRefused(as: .input)
        #expect(
            try floats(tuples(ONNXTensor([2, 1], [Int64(-1), 0]), batches: 1).tensor()) == [1, 2])
    }

    @Test func updatesMustFit() throws {
        func scatter(
            _ indices: ONNXTensor, _ updates: ONNXTensor, _ reduction: String = "none"
        ) -> OneOperator {
            OneOperator(
                "ScatterElements", [counting(3), indices, updates],
                ["reduction": .string(Array(reduction.utf8))])
        }
        scatter(list(3), .vector([Float(9)])).isRefused(as: .input, saying: "index 3 of 3")
        scatter(list(0, 1), .vector([Float(9)])).isRefused(as: .input)
        scatter(list(0), list(9)).isRefused(as: .malformed, saying: "int64 in float")
        scatter(list(0), .vector([Float(9)]), "mean").isRefused(as: .unsupported, saying: "mean")
        #expect(try floats(scatter(list(-1, 0), .vector([Float(9), 8])).tensor()) == [8, 1, 9])
        #expect(
            try floats(scatter(list(1, 1), .vector([Float(9), 8]), "add").tensor()) == [0, 18, 2])
        #expect(
            try floats(scatter(list(2, 2), .vector([Float(9), 8]), "mul").tensor()) == [0, 1, 144])
        func tuples(_ indices: ONNXTensor, _ updates: ONNXTensor) -> OneOperator {
            OneOperator("ScatterND", [counting(2, 2), indices, updates])
        }
        tuples(ONNXTensor([1, 1], [Int64(2)]), counting(1, 2)).isRefused(as: .input)
        tuples(ONNXTensor([1, 1], [Int64(1)]), counting(1, 3)).isRefused(as: .input)
        #expect(
            try floats(tuples(ONNXTensor([1, 1], [Int64(-1)]), counting(1, 2)).tensor())
                == [0, 1, 0, 1])
        let texts = OneOperator(
            "ScatterElements", [.vector(["a", "b"]), list(1), .vector(["é"])])
        #expect(try texts.tensor() == .vector(["a", "é"]))
        OneOperator(
            "ScatterElements", [.vector(["a"]), list(0), .vector(["b"])],
            ["reduction": .string(Array("add".utf8))]
        ).isRefused(as: .unsupported, saying: "string")
    }

    @Test func classesAreCounted() throws {
        func oneHot(_ indices: ONNXTensor, _ depth: Int64) -> OneOperator {
            OneOperator("OneHot", [indices, .scalar(depth), .vector(["no", "yes"])])
        }
        oneHot(list(0), 0).isRefused(as: .input)
        oneHot(list(0), -1).isRefused(as: .input)
        oneHot(list(0), 1 << 40).isRefused(as: .limit)
        OneOperator("OneHot", [list(0), .scalar(Int64(2)), .vector([Float(0)])])
            .isRefused(as: .malformed)
        #expect(
            try oneHot(list(-1, 2, .min), 2).tensor()
                == ONNXTensor([3, 2], ["no", "yes", "no", "no", "no", "no"]))
    }

    @Test func placesThatAreNotZero() throws {
        func places(_ tensor: ONNXTensor, opset: Int = 13) throws -> ONNXTensor {
            try OneOperator("NonZero", [tensor], opset: opset).tensor()
        }
        let values = ONNXTensor([2, 2], [Float(0), .nan, -0.0, 1])
        #expect(try places(values) == ONNXTensor([2, 2], [Int64(0), 1, 1, 1]))
        #expect(try places(.scalar(Float(1))).shape == [0, 1])
        #expect(try places(.scalar(Float(1)), opset: 9).shape == [1, 1])
        #expect(try places(ONNXTensor([0, 3], [Float]())).shape == [2, 0])
    }

    @Test func textsAreDifferentIfTheirBytesAre() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let unique = OneOperator("Unique", [.vector([composed, decomposed, composed])], outputs: 4)
        let values = try #require(String.array(unique.tensor().elements))
        #expect(values.map { Array($0.utf8) } == [Array(decomposed.utf8), Array(composed.utf8)])
        #expect(try integers(unique.tensor(1)) == [1, 0])
        #expect(try integers(unique.tensor(2)) == [1, 0, 1])
        #expect(try integers(unique.tensor(3)) == [1, 2])
        let numbers = OneOperator("Unique", [.vector([Float.nan, 2, .nan, 1])], outputs: 4)
        #expect(try integers(numbers.tensor(1)) == [3, 1, 0])
        #expect(try integers(numbers.tensor(3)) == [1, 1, 2])
    }

    @Test func poolsOfNGramsAreChecked() throws {
        func vectorize(
            counts: [Int64] = [0, 2], indexes: [Int64] = [1, 0, 2], skips: Int64 = 0,
            shortest: Int64 = 1, weights: [Float] = []
        ) -> OneOperator {
            OneOperator(
                "TfIdfVectorizer", [list(5, 6, 5, 6)],
                [
                    "min_gram_length": .int(shortest), "max_gram_length": .int(2),
                    "max_skip_count": .int(skips), "mode": .string(Array("TFIDF".utf8)),
                    "ngram_counts": .ints(counts), "ngram_indexes": .ints(indexes),
                    "pool_int64s": .ints([5, 6, 5, 6]), "weights": .floats(weights),
                ])
        }
        vectorize(counts: [0, 9]).isRefused(as: .malformed)
        vectorize(counts: [2, 0]).isRefused(as: .malformed)
        vectorize(counts: [-1, 2]).isRefused(as: .malformed)
        vectorize(indexes: [1, 0]).isRefused(as: .malformed, saying: "2 indices")
        vectorize(indexes: [1, 0, -1]).isRefused(as: .malformed)
        vectorize(indexes: [1, 0, .max]).isRefused(as: .malformed)
        vectorize(indexes: [1, 0, 1 << 40]).isRefused(as: .limit)
        vectorize(skips: -1).isRefused(as: .malformed)
        vectorize(shortest: 0).isRefused(as: .malformed)
        vectorize(weights: [1]).isRefused(as: .malformed)
        #expect(try floats(vectorize().tensor()) == [2, 2, 2])
        // 5 and 6 lie one or three places apart, so that the distance may be as large as can be.
        #expect(
            try floats(vectorize(skips: .max, weights: [1, 10, 100]).tensor()) == [20, 2, 300])
        var long = vectorize(skips: .max)
        long.inputs = [.tensor(.vector([Int64](repeating: 5, count: 50_000)))]
        long.isRefused(as: .limit)
    }
}
