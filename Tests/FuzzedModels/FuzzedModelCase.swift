import Foundation
import Imports
package import Kernels
package import ONNX
import ONNXProto
import Platform
import SwiftProtobuf

/// One changed model on its way through reading, checking, lowering and running.
package struct FuzzedModelCase {
    package let number: UInt64
    private let seed: SeedModel
    private let mutant: MutatedModel
    private let folder: String

    /// What a file and its execution may take here: a gigabyte or two, so that a bound of memory can be stated.
    package static let limits: ONNXLimits = {
        var limits = ONNXLimits()
        limits.tensorElements = 1 << 24
        limits.heldElements = 1 << 25
        limits.textBytes = 1 << 25
        return limits
    }()

    /// How far a case came, and what was wrong with it.
    package struct Outcome: Sendable {
        package var steps: [String] = []
        /// What no user should see; empty where all is well.
        package var faults: [String] = []
        /// What a user was told where a step was refused.
        package var refusals: [String] = []
    }

    /// - Parameters:
    ///   - seeds: Of which the number takes one.
    ///   - folder: Made by `prepare`; the case's file is `model/model.onnx` in it.
    package init(_ number: UInt64, of seeds: [SeedModel], in folder: String) {
        var draws = Draws(seed: number, name: "fuzzed model's seed")
        self.number = number
        self.folder = folder
        seed = draws.one(of: seeds)
        mutant = MutatedModel(seed, number)
    }

    /// What it is, so that people find their way.
    package var name: String { "\(seed.name): \(mutant.told)" }

    /// A folder with what external data may point to, within the model's folder and outside.
    package static func prepare(_ folder: String) throws {
        let own = folder + "/model"
        for place in [folder, own, own + "/folder"] where !Files.exists(place) { try Files.makeFolder(place) }
        try AtomicFile.write([UInt8](repeating: 0, count: 4_096), to: own + "/weights.bin")
        try AtomicFile.write([UInt8](repeating: 0xFF, count: 4_096), to: folder + "/weights.bin")
        if !Files.exists(own + "/pipe") { _ = unsafe mkfifo(own + "/pipe", 0o600) }
        if !Files.exists(own + "/link") { try Files.link(own + "/link", to: folder + "/weights.bin") }
    }

    /// Writes the case's file; a run that crashes leaves it.
    package func write() throws { try mutant.bytes.write(to: URL(filePath: folder + "/model/model.onnx")) }

    /// Runs the case.
    package func run(pool: WorkerPool) -> Outcome {
        var outcome = Outcome()
        let file = URL(filePath: folder + "/model/model.onnx")
        var model: ONNXModel?
        attempt("read", &outcome) { () throws(ONNXError) in
            model = try ONNXReader.readWhole(file: file, limits: Self.limits).model
        }
        guard let model else { return outcome }
        var plain: [String: ONNXValue]?
        var inputs: [String: ONNXValue] = [:]
        attempt("interpret", &outcome) { () throws(ONNXError) in
            let interpreter = try ONNXInterpreter(model, limits: Self.limits)
            for port in interpreter.required { inputs[port.name] = value(for: port) }
            plain = try interpreter.run(inputs)
        }
        var lowered: [String: ONNXValue]?
        attempt("lower", &outcome) { () throws(ONNXError) in
            let network = try ImportedNetwork(model, limits: Self.limits)
            lowered = try network.run(inputs, pool: pool)
        }
        if let plain, let lowered, let difference = Self.difference(lowered, plain) {
            outcome.faults.append("lowered and interpreted differ: \(difference)")
        }
        if mutant.isSame { checkSame(plain, &outcome) }
        return outcome
    }

    private func checkSame(_ found: [String: ONNXValue]?, _ outcome: inout Outcome) {
        var whole: [String: ONNXValue]?
        attempt("same", &outcome) { () throws(ONNXError) in
            whole = try ONNXInterpreter(ONNXReader.read(seed.bytes, source: seed.name)).run(seed.inputs)
        }
        guard let whole else { return }
        guard let found else {
            outcome.faults.append("is refused though nothing differs")
            return
        }
        if let difference = Self.difference(found, whole) {
            outcome.faults.append("differs from its seed: \(difference)")
        }
    }

    /// The seed's own where it fits, else zeros; `nil` where they would not be small.
    private func value(for port: ONNXPort) -> ONNXValue? {
        if let own = seed.inputs[port.name] {
            guard case .tensor(let type, _) = port.kind, let tensor = own.tensor else { return own }
            if tensor.type == type, port.allows(tensor.shape) { return own }
        }
        guard case .tensor(let type, let shape) = port.kind else { return seed.inputs.values.first }
        var count = 1
        let extents = (shape ?? [.fixed(2), .fixed(2)]).map { extent in
            if case .fixed(let fixed) = extent { fixed } else { 2 }
        }
        for extent in extents {
            guard (0...4_096).contains(extent), count <= 1 << 14 else { return nil }
            count *= extent
        }
        var zeros = Onnx_TensorProto()
        zeros.dims = extents.map { Int64($0) }
        zeros.dataType = Int32(type.rawValue)
        if let bytes = type.bytes {
            zeros.rawData = Data(count: count * bytes)
        } else {
            zeros.stringData = [Data](repeating: Data(), count: count)
        }
        guard let bytes: Data = try? zeros.serializedData() else { return nil }
        return (try? ONNXReader.readTensor(bytes, source: port.name)).map { .tensor($0) }
    }

    private func attempt(_ step: String, _ outcome: inout Outcome, _ body: () throws(ONNXError) -> Void) {
        do throws(ONNXError) {
            try body()
            outcome.steps.append(step)
        } catch {
            let text = "\(error)"
            if text.count < 20 || text.contains("Optional(") || error.place.isEmpty || error.problem.isEmpty {
                outcome.faults.append("\(step): no clear error: \(text)")
            }
            outcome.steps.append("\(step) refused")
            outcome.refusals.append("\(step): \(text)")
        }
    }

    // MARK: Comparison

    /// What differs by more than the order of sums makes, in outputs of ordinary numbers.
    private static func difference(_ found: [String: ONNXValue], _ expected: [String: ONNXValue]) -> String? {
        for (name, value) in expected.sorted(by: { $0.key < $1.key }) {
            guard let own = found[name] else { return "no \(name)" }
            if own == value { continue }
            guard let one = own.tensor, let other = value.tensor else {
                if own.kind != value.kind { return "\(name) is \(own.kind), not \(value.kind)" }
                continue
            }
            guard one.type == other.type, one.shape == other.shape else {
                return "\(name) is \(own.kind), not \(value.kind)"
            }
            guard let numbers = doubles(one), let others = doubles(other) else {
                if one != other { return "\(name) holds other texts" }
                continue
            }
            let scale = others.reduce(1e-6) { max($0, abs($1)) }
            guard scale < 1e15 else { continue }
            for (place, (number, other)) in zip(numbers, others).enumerated()
            where !(abs(number - other) <= 1e-3 * scale) && !(number.isNaN && other.isNaN) {
                return "\(name)[\(place)] is \(number), not \(other)"
            }
        }
        return nil
    }

    private static func doubles(_ tensor: ONNXTensor) -> [Double]? {
        func opened(_ numbers: some NumberArray) -> [Double] { numbers.array.map(\.double) }
        return tensor.elements.numbers.map { opened($0) }
    }
}

extension ONNXPort {
    /// Whether a tensor of these extents can be given.
    fileprivate func allows(_ shape: [Int]) -> Bool {
        guard case .tensor(_, let extents?) = kind else { return true }
        return extents.count == shape.count
            && zip(extents, shape).allSatisfy { if case .fixed(let fixed) = $0 { fixed == $1 } else { true } }
    }
}
