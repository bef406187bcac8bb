import Foundation
import Imports
import Kernels
import ONNX

/// Runs an ONNX model on stored inputs, compares what it gives with stored outputs, and times it.
///
/// `NetworkRuns MODEL FOLDER [THREADS [SECONDS]]`: the folder holds `input_0.pb` and so on in the order of the model's
/// inputs, and `output_0.pb` and so on of its outputs. Printed is one line of JSON. With a fifth argument, `pictures`,
/// it is cut before its classifier: the input is pixels of 0 to 255, `[rows, height, width, channels]`, and the output
/// features.

let arguments = CommandLine.arguments
guard arguments.count > 2 else {
    print("Give a model and a folder of inputs and outputs.")
    exit(2)
}
let folder = URL(filePath: arguments[2])
let threads = arguments.count > 3 ? Int(arguments[3]) ?? 1 : 1
let seconds = arguments.count > 4 ? Double(arguments[4]) ?? 0 : 0
let isOfPictures = arguments.count > 5 && arguments[5] == "pictures"

func values(_ ports: [ONNXPort], _ kind: String) throws -> [String: ONNXValue] {
    var found: [String: ONNXValue] = [:]
    for (index, port) in ports.enumerated() {
        let file = folder.appending(path: "\(kind)_\(index).pb")
        guard FileManager.default.fileExists(atPath: file.path) else { continue }
        found[port.name] = try ONNXReader.readValue(
            Data(contentsOf: file), as: port.kind, source: file.lastPathComponent)
    }
    return found
}

func numbers(_ value: ONNXValue?) -> [Double]? {
    func doubles(_ array: some NumberArray) -> [Double] { array.array.map(\.double) }
    return value?.tensor?.elements.numbers.map { doubles($0) }
}

/// The greatest |own − other|, and its share of the greatest |other|; infinite where they cannot be compared.
func difference(_ own: ONNXValue?, _ other: ONNXValue) -> (absolute: Double, relative: Double) {
    guard let a = numbers(own), let b = numbers(other), own?.tensor?.shape == other.tensor?.shape else {
        return own == other ? (0, 0) : (.infinity, .infinity)
    }
    var absolute = 0.0
    for (x, y) in zip(a, b) where !(x == y || (x.isNaN && y.isNaN)) {
        absolute = max(absolute, (x - y).isNaN ? .infinity : abs(x - y))
    }
    let greatest = b.reduce(0) { max($0, $1.isFinite ? abs($1) : 0) }
    return (absolute, absolute == 0 ? 0 : absolute / greatest)
}

func milliseconds(_ clock: ContinuousClock, since start: ContinuousClock.Instant) -> Double {
    (clock.now - start) / .milliseconds(1)
}

/// Milliseconds that this process worked, on all processors.
func processorMilliseconds() -> Double { Double(Foundation.clock()) / Double(CLOCKS_PER_SEC) * 1000 }

let clock = ContinuousClock()
var line: [String: Any] = [:]

/// What is timed, and what it is to give.
struct Work {
    var run: () throws -> [String: ONNXValue]
    var expected: [String: ONNXValue]
}

@MainActor func whole(_ model: ONNXModel, _ pool: WorkerPool) throws -> Work {
    let inputs = try values(model.graph.inputs.filter { model.graph.initializers[$0.name] == nil }, "input")
    let network = try ImportedNetwork(model)
    let program = try network.program(for: inputs)
    line["graphs"] = program.segments.count { if case .lowered = $0 { true } else { false } }
    line["interpreted"] = program.segments.reduce(0) {
        if case .interpreted(let part) = $1 { $0 + part.graph.nodes.count } else { $0 }
    }
    if program.whole == nil { line["obstacles"] = program.obstacles.prefix(3).map(\.description) }
    return Work(
        run: { try network.run(inputs, pool: pool) }, expected: try values(model.graph.outputs, "output"))
}

/// Features of pictures, as `Backbone` gives them.
@MainActor func pictures(_ model: ONNXModel, _ pool: WorkerPool) throws -> Work {
    func stored(_ name: String) throws -> ONNXTensor {
        try ONNXReader.readTensor(Data(contentsOf: folder.appending(path: name)), source: name)
    }
    let input = try stored("input_0.pb")
    let shape = input.shape
    guard case .float32(let pixels) = input.elements, shape.count == 4 else {
        throw ONNXError(.input, at: "input_0.pb", "is no pictures")
    }
    let backbone = try Backbone(model, height: shape[1], width: shape[2], scaling: .symmetric)
    line["cut"] = backbone.cut.words
    let size = shape[1] * shape[2] * shape[3]
    let run = {
        let features = try backbone.features(rows: shape[0], channels: shape[3], pool: pool) { row, target in
            for place in 0..<size { target[place] = pixels[row * size + place] }
        }
        return ["features": ONNXValue.tensor(ONNXTensor([shape[0], backbone.features], features))]
    }
    return Work(run: run, expected: ["features": .tensor(try stored("output_0.pb"))])
}

do {
    var start = clock.now
    let model = try ONNXReader.read(file: URL(filePath: arguments[1]))
    line["read_ms"] = milliseconds(clock, since: start)
    start = clock.now
    let pool = WorkerPool(threads: threads)
    let work = try isOfPictures ? pictures(model, pool) : whole(model, pool)
    line["prepare_ms"] = milliseconds(clock, since: start)
    start = clock.now
    let outputs = try work.run()
    line["first_ms"] = milliseconds(clock, since: start)
    var (absolute, relative) = (0.0, 0.0)
    for (name, expected) in work.expected {
        let own = difference(outputs[name], expected)
        (absolute, relative) = (max(absolute, own.absolute), max(relative, own.relative))
    }
    line["absolute"] = absolute.isFinite ? absolute : 1e300
    line["relative"] = relative.isFinite ? relative : 1e300
    if seconds > 0 {
        var times: [Double] = []
        let processor = processorMilliseconds()
        let all = clock.now
        repeat {
            start = clock.now
            let again = try work.run()
            times.append(milliseconds(clock, since: start))
            guard times.count > 1 || again == outputs else {
                throw ONNXError(.input, at: "the model", "gives other bits at its second run")
            }
        } while milliseconds(clock, since: all) < seconds * 1000 || times.count < 3
        // What the processor worked, by which runs on a busy machine compare.
        line["processor_ms"] = (processorMilliseconds() - processor) / Double(times.count)
        times.sort()
        line["least_ms"] = times[0]
        line["median_ms"] = times[times.count / 2]
        line["runs"] = times.count
    }
} catch {
    line["error"] = "\(error)"
}
print(String(decoding: try JSONSerialization.data(withJSONObject: line, options: [.sortedKeys]), as: UTF8.self))
