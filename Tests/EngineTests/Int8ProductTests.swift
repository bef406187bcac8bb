import Autodiff
import CPURuntime
import Foundation
import GraphIR
import Kernels
import TensorCore
import Testing

/// Products of whole numbers: exact under every set of instructions, and the same in bytes as in floats.
@Suite struct Int8ProductTests {
    /// What `Int8Helper` says of its process: `ISA hash wrong`.
    private struct Run: Equatable {
        var instructions: String
        var hash: String
        var wrong: Int

        init?(most instructions: String?) {
            let process = Process()
            let binaries = URL(fileURLWithPath: CommandLine.arguments[0])
                .deletingLastPathComponent()
            process.executableURL = binaries.appendingPathComponent("Int8Helper")
            var environment = ProcessInfo.processInfo.environment
            environment["ONEDNN_MAX_CPU_ISA"] = instructions
            process.environment = environment
            let output = Pipe()
            process.standardOutput = output
            do { try process.run() } catch { return nil }
            let text = String(
                decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let words = text.split(whereSeparator: \.isWhitespace)
            guard words.count >= 3, let wrong = Int(words[words.count - 1]) else { return nil }
            self.instructions = words.dropLast(2).joined(separator: " ")
            hash = String(words[words.count - 2])
            self.wrong = wrong
        }
    }

    private static let own = Run(most: nil)
    private static let known = ["SSE41", "AVX2", "AVX512_CORE", "AVX512_CORE_VNNI"]
    /// Runs with at most these instructions, where the processor has them.
    private static let runs: [String: Run] = Dictionary(
        uniqueKeysWithValues: known.compactMap { name in
            Run(most: name).flatMap { $0.instructions == name ? (name, $0) : nil }
        })

    private func expectExact(_ instructions: String) throws {
        let run = try #require(Self.runs[instructions])
        #expect(run.wrong == 0)
        #expect(run.hash == Self.own?.hash)
    }

    @Test func asItRunsHere() throws { #expect(try #require(Self.own).wrong == 0) }

    @Test(.enabled(if: runs["SSE41"] != nil, "this processor has no SSE4.1"))
    func underSSE41() throws { try expectExact("SSE41") }

    @Test(.enabled(if: runs["AVX2"] != nil, "this processor has no AVX2"))
    func underAVX2() throws { try expectExact("AVX2") }

    @Test(.enabled(if: runs["AVX512_CORE"] != nil, "this processor has no AVX-512"))
    func underAVX512() throws { try expectExact("AVX512_CORE") }

    @Test(.enabled(if: runs["AVX512_CORE_VNNI"] != nil, "this processor has no AVX-512 VNNI"))
    func underVNNI() throws { try expectExact("AVX512_CORE_VNNI") }

    /// What a next product takes in bytes, and what it would round itself if it got floats, are the same numbers: the
    /// middle value as a further output keeps it in floats.
    @Test(arguments: [1, 5, 40]) func bytesBetweenProductsChangeNothing(_ rows: Int) throws {
        func values(watching: Bool) throws -> (y: [Float], steps: [Plan.Step]) {
            var b = GraphBuilder()
            var y = b.input("x", [.rows, 37])
            for (layer, widths) in [(37, 35), (35, 34), (34, 3)].enumerated() {
                func parameter(_ name: String, _ shape: Shape, _ dtype: DType = .float32) -> Value {
                    b.scoped("layer\(layer)") {
                        $0.parameter(
                            name, shape, role: .state, initializer: .constant(0), dtype: dtype)
                    }
                }
                let outputs = Extent.fixed(widths.1)
                y = b.apply(
                    .int8Matmul,
                    [
                        y, parameter("int8", [.fixed(widths.0), outputs], .int8),
                        parameter("scale", [outputs]), parameter("bias", [outputs]),
                        parameter("range", [2]),
                    ])
                if layer == 0 { y = b.unary(.relu, y) }
                if watching { b.output("layer\(layer)", y) }
            }
            b.output("y", y)
            let graph = try b.build()
            var given = graph.sampleValues(rows: rows)
            for (name, tensor) in given where name.hasSuffix("range") {
                given[name] = Tensor(tensor.shape, [40.3, 61])
            }
            for (name, tensor) in given where name.hasSuffix("scale") {
                given[name] = Tensor(tensor.shape, tensor.values.map { $0 / 3000 })
            }
            let experiment = Experiment(
                graph: graph, rows: rows, given: given, outputs: graph.outputs.keys.sorted())
            let last = try #require(experiment.outputs.firstIndex(of: "y"))
            return (
                experiment.runtimeValues()[last].values.map(Float.init),
                experiment.plan().plan.steps
            )
        }
        func inBytes(_ steps: [Plan.Step]) -> Int {
            steps.count { if case .int8Matmul(_, let own) = $0 { own.next != nil } else { false } }
        }
        let (plain, watched) = (try values(watching: false), try values(watching: true))
        #expect(plain.y.map(\.bitPattern) == watched.y.map(\.bitPattern))
        #expect(inBytes(plain.steps) == 2 && inBytes(watched.steps) == 0)
        #expect(Set(plain.y).count > 1)
    }

    /// Ties go to the even byte, and what lies outside is cut off.
    @Test func bytesAreRoundedToEven() {
        let x: [Float] = [0.5, 1.5, 2.5, -0.5, -1.5, 300, -300, .infinity, -.infinity, .nan]
        let whole: [Float] = [0, 2, 2, 0, -2, 155, -100, 155, -100, -100]
        let parameters = Buffer(count: 1)
        parameters.copy(int8s: [1], to: 0)
        let arena = Buffer(x + [1, 0, 1, 100] + [Float](repeating: .nan, count: x.count))
        func region(_ offset: Int, _ count: Int) -> Region {
            Region(space: .arena, offset: offset, count: count)
        }
        let end = x.count
        Int8Product(
            Int8Shape(
                m: x.count, n: 1, k: 1, appliesReLU: false, takesBytes: false, givesBytes: false)
        ).run(
            Int8Operands(
                a: region(0, end), weight: Region(space: .parameters, offset: 0, count: 1),
                scale: region(end, 1), bias: region(end + 1, 1), range: region(end + 2, 2),
                next: nil, c: region(end + 4, end)),
            in: Workspace(arena: arena, parameters: parameters, results: Buffer(count: 0)))
        #expect(arena.floats(end + 4..<2 * end + 4) == whole)
    }

    /// Each set of parameters keeps its own weights, and sets may take turns.
    @Test func setsTakeTurns() {
        let product = Int8Product(
            Int8Shape(m: 2, n: 2, k: 2, appliesReLU: true, takesBytes: false, givesBytes: false))
        func region(_ offset: Int, _ count: Int) -> Region {
            Region(space: .arena, offset: offset, count: count)
        }
        let sets = [[1, 2, -3, 4], [-5, 6, 7, 8]].map { (weights: [Int8]) in
            let set = Buffer(count: 1)
            set.copy(int8s: weights, to: 0)
            return set
        }
        var found: [[Float]] = []
        for set in [0, 1, 0, 1] {
            let arena = Buffer([1, 2, 3, 4, 1, 1, 0, 0, 1, 0] + [Float](repeating: .nan, count: 4))
            product.run(
                Int8Operands(
                    a: region(0, 4), weight: Region(space: .parameters, offset: 0, count: 1),
                    scale: region(4, 2), bias: region(6, 2), range: region(8, 2), next: nil,
                    c: region(10, 4)),
                in: Workspace(arena: arena, parameters: sets[set], results: Buffer(count: 0)))
            found.append(arena.floats(10..<14))
        }
        #expect(found[0] == [0, 10, 0, 22] && found[1] == [9, 22, 13, 50])
        #expect(found[2] == found[0] && found[3] == found[1])
    }

    /// A graph with whole numbers has no gradient for what they depend on, and says so; nobody else reads bytes.
    @Test func whatCannotBe() throws {
        func parameter(_ b: inout GraphBuilder, _ name: String, _ shape: Shape, _ dtype: DType)
            -> Value
        {
            b.parameter(name, shape, role: .weight, initializer: .constant(0), dtype: dtype)
        }
        var b = GraphBuilder()
        let x = b.input("x", [.rows, 3])
        let weights = parameter(&b, "w", [3, 2], .int8)
        let two = parameter(&b, "two", [2], .float32)
        let y = b.apply(.int8Matmul, [x, weights, two, two, two])
        b.output("loss", b.sum(y, to: .scalar))
        let graph = try b.build()
        #expect(throws: GraphError.self) { try graph.differentiated(output: "loss") }
        #expect(throws: GraphError.self) {
            try graph.differentiated(
                output: "loss", withRespectTo: [x], parameters: false)
        }
        for wrong in [[x, weights, two, two, weights], [x, weights, x, two, two]] {
            var other = b
            other.output("wrong", other.apply(.int8Matmul, wrong))
            #expect(throws: GraphError.self) { try other.build() }
        }
        var other = b
        other.output("view", other.reshape(weights, [6]))
        let error = #expect(throws: GraphError.self) { try other.build() }
        #expect(error?.problem.contains("int8") ?? false)
    }
}
