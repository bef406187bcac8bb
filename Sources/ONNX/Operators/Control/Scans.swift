/// `Scan`: a body at each place along an axis of its inputs.
enum Scans {
    static let operators: [ONNXOperator] = [ONNXOperator("Scan", scan)]

    static func scan(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        call.opset < 9 ? try batched(call) : try plain(call)
    }

    /// Flags or axes of an attribute, one for each of `count`.
    private static func list(
        _ call: NodeCall, _ name: String, _ count: Int
    ) throws(ONNXError) -> [Int] {
        guard let given = try call.optionalInts(name) else {
            return [Int](repeating: 0, count: count)
        }
        guard given.count == count else {
            throw call.failure("has \(given.count) '\(name)' for \(count) tensors")
        }
        return given
    }

    /// Inputs from `first` on as states and tensors that are scanned.
    private static func inputs(
        _ call: NodeCall, from first: Int
    ) throws(ONNXError) -> (states: [ONNXValue], scanned: [ONNXTensor]) {
        let count = try call.int("num_scan_inputs")
        guard count > 0, count <= call.inputs.count - first else {
            throw call.failure("is to scan \(count) of its \(call.inputs.count) inputs")
        }
        let states = call.inputs.count - first - count
        var values: [ONNXValue] = []
        for index in 0..<states { values.append(try call.value(first + index)) }
        var scanned: [ONNXTensor] = []
        for index in 0..<count { scanned.append(try call.tensor(first + states + index)) }
        return (values, scanned)
    }

    /// Ports of the body's outputs that are gathered.
    private static func gathered(
        _ call: NodeCall, behind states: Int
    ) throws(ONNXError) -> ArraySlice<ONNXPort> {
        let outputs = try call.body().outputs
        guard outputs.count >= states else {
            throw call.failure("has \(states) states, and its body gives \(outputs.count)")
        }
        return outputs[states...]
    }

    private static func plain(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let (states, scanned) = try inputs(call, from: 0)
        let ports = try gathered(call, behind: states.count)
        let directions = try list(call, "scan_input_directions", scanned.count)
        var axes = try list(call, "scan_input_axes", scanned.count)
        for index in axes.indices {
            axes[index] = try call.axis(axes[index], rank: scanned[index].rank)
        }
        let outputAxes = try list(call, "scan_output_axes", ports.count)
        let outputDirections = try list(call, "scan_output_directions", ports.count)
        let length = scanned[0].shape[axes[0]]
        for (tensor, axis) in zip(scanned, axes) where tensor.shape[axis] != length {
            throw call.failure(
                "scans \(length) places of one input and \(tensor.shape[axis]) of another",
                kind: .input)
        }
        var outputs = ScanOutputs(call, ports)
        let last = try iterate(
            call, states, scanned, axes: axes, directions: directions, length: length, &outputs)
        let results = try outputs.results(
            axes: outputAxes, isReversed: outputDirections.map { $0 != 0 })
        return last + results.map { .tensor($0) }
    }

    /// Runs the body `length` times, and returns the states after it.
    private static func iterate(
        _ call: NodeCall, _ first: [ONNXValue], _ scanned: [ONNXTensor], axes: [Int],
        directions: [Int], length: Int, _ outputs: inout ScanOutputs
    ) throws(ONNXError) -> [ONNXValue] {
        var states = first
        for step in 0..<length {
            var inputs = states
            for (index, tensor) in scanned.enumerated() {
                let place = directions[index] == 0 ? step : length - 1 - step
                inputs.append(.tensor(tensor.part(at: place, along: axes[index])))
            }
            let results = try call.run(graph: "body", inputs)
            states = Array(results.prefix(states.count))
            try outputs.append(results.dropFirst(states.count))
        }
        return states
    }

    /// Version 8: the first axis of every tensor is that of batches, the second one is scanned, and each batch may have
    /// its own length. Places behind it are 0 in the outputs, which ONNX leaves open.
    private static func batched(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let (states, scanned) = try inputs(call, from: 1)
        let ports = try gathered(call, behind: states.count)
        let directions = try list(call, "directions", scanned.count)
        guard let first = scanned.first, first.rank >= 2 else {
            throw call.failure("scans tensors of batches and places", kind: .input)
        }
        let (batches, extent) = (first.shape[0], first.shape[1])
        var stateTensors: [ONNXTensor] = []
        for state in states {
            guard let tensor = state.tensor, tensor.shape.first == batches else {
                throw call.failure(
                    "wants states of \(batches) batches, and gets \(state.kind)", kind: .input)
            }
            stateTensors.append(tensor)
        }
        for tensor in scanned
        where tensor.rank < 2 || Array(tensor.shape[..<2]) != [batches, extent] {
            throw call.failure("scans \(first.shape) beside \(tensor.shape)", kind: .input)
        }
        let lengths = try call.optionalList(0) ?? [Int](repeating: extent, count: batches)
        guard lengths.count == batches, lengths.allSatisfy({ (0...extent).contains($0) }),
            batches > 0
        else {
            throw call.failure(
                "gets lengths \(lengths) for \(batches) batches of \(extent) places", kind: .input)
        }
        var finals = [[ONNXTensor]](repeating: [], count: states.count)
        var outputs = [[ONNXTensor]](repeating: [], count: ports.count)
        for batch in 0..<batches {
            var gathered = ScanOutputs(call, ports)
            let last = try iterate(
                call, stateTensors.map { .tensor($0.part(at: batch, along: 0)) },
                scanned.map { $0.part(at: batch, along: 0) }, axes: scanned.map { _ in 0 },
                directions: directions, length: lengths[batch], &gathered)
            for (index, state) in last.enumerated() {
                guard let tensor = state.tensor else {
                    throw call.failure("wants tensors as states, and gets \(state.kind)")
                }
                finals[index].append(tensor)
            }
            for (index, tensor) in try gathered.results().enumerated() {
                let places = (0..<extent).map { $0 < lengths[batch] ? $0 : -1 }
                let shape = [extent] + tensor.shape.dropFirst()
                _ = try call.count(of: shape)
                let all = [places] + [[Int]?](repeating: nil, count: tensor.rank - 1)
                outputs[index].append(GridView(source: tensor.shape, places: all).copy(of: tensor))
            }
        }
        var results: [ONNXValue] = []
        for tensors in finals + outputs {
            results.append(.tensor(try call.stacked(tensors, axis: 0)))
        }
        return results
    }
}

extension ONNXTensor {
    /// What lies at one place along an axis, without that axis.
    ///
    /// - Precondition: there is the place.
    func part(at place: Int, along axis: Int) -> ONNXTensor {
        var shape = shape
        var steps = Broadcasting.steps(of: shape)
        shape.remove(at: axis)
        let step = steps.remove(at: axis)
        return StridedView(shape: shape, steps: steps, start: place * step).copy(of: self)
    }
}
