enum RecurrentNetwork: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let inputs = try RecurrentInputs<Number>(call, gates: 1)
        let activations = try RecurrentActivation.all(
            call, defaults: ["Tanh"], directions: inputs.directions.count)
        let hidden = inputs.hidden
        var states = try inputs.initial(5)
        var sequence = RecurrentSequence(inputs)
        for direction in inputs.directions.indices {
            let products = inputs.inputProducts(direction)
            let recurrence = inputs.recurrence(direction, gate: 0, count: 1)
            let (inputBias, recurrenceBias) = inputs.bias(direction)
            let activation = activations[direction]
            sequence.run(direction, &states, recurrence) {
                previous, place, item, products2, state in
                for unit in 0..<hidden {
                    let sum = products[place * hidden + unit] + products2[item * hidden + unit]
                    state[previous + unit] = activation(
                        inputs.clipped(sum + inputBias[unit] + recurrenceBias[unit]))
                }
            }
        }
        return inputs.results(sequence.outputs, [states])
    }
}

/// The states of all sequences, step by step, with what is given of them.
private struct RecurrentSequence<Number: ONNXReal> {
    let inputs: RecurrentInputs<Number>
    /// `[steps, directions, batch, hidden]`
    var outputs: [Number]

    init(_ inputs: RecurrentInputs<Number>) {
        self.inputs = inputs
        outputs = [Number](
            repeating: 0,
            count: inputs.steps * inputs.directions.count * inputs.batch * inputs.hidden)
    }

    /// Runs one direction.
    ///
    /// - Parameter update: Makes the state of one sequence at one step; is told where the state lies, which row of the
    ///   input's products is the step's, which sequence it is, and the recurrence's products of all sequences.
    mutating func run(
        _ direction: Int, _ states: inout [Number], _ recurrence: PackedColumns<Number>,
        _ update: (Int, Int, Int, [Number], inout [Number]) -> Void
    ) {
        let (batch, hidden) = (inputs.batch, inputs.hidden)
        guard batch > 0 else { return }
        var products = [Number](repeating: 0, count: batch * recurrence.columns)
        for step in 0..<inputs.steps {
            recurrence.multiply(
                states, at: direction * batch * hidden, count: batch, into: &products, at: 0,
                rowStep: recurrence.columns)
            for item in 0..<batch where step < inputs.lengths[item] {
                let time = inputs.directions[direction] ? inputs.lengths[item] - 1 - step : step
                let place = (direction * batch + item) * hidden
                update(place, time * batch + item, item, products, &states)
                let target = ((time * inputs.directions.count + direction) * batch + item) * hidden
                for unit in 0..<hidden { outputs[target + unit] = states[place + unit] }
            }
        }
    }
}

/// `GRU`, with the gates in the order z, r, h.
enum GatedRecurrentUnit: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let inputs = try RecurrentInputs<Number>(call, gates: 3)
        let activations = try RecurrentActivation.all(
            call, defaults: ["Sigmoid", "Tanh"], directions: inputs.directions.count)
        let hidden = inputs.hidden
        let isLinearFirst = try call.flag("linear_before_reset")
        var states = try inputs.initial(5)
        var sequence = RecurrentSequence(inputs)
        var update = [Number](repeating: 0, count: hidden)
        var reset = update
        var candidate = update
        for direction in inputs.directions.indices {
            let products = inputs.inputProducts(direction)
            let recurrence = inputs.recurrence(direction, gate: 0, count: isLinearFirst ? 3 : 2)
            let last = inputs.recurrence(direction, gate: 2, count: 1)
            let (inputBias, recurrenceBias) = inputs.bias(direction)
            let gate = activations[2 * direction]
            let activation = activations[2 * direction + 1]
            sequence.run(direction, &states, recurrence) {
                previous, place, item, products2, state in
                let row = place * 3 * hidden
                let row2 = item * recurrence.columns
                for unit in 0..<hidden {
                    let other = unit + hidden
                    update[unit] = gate(
                        inputs.clipped(
                            products[row + unit] + products2[row2 + unit] + inputBias[unit]
                                + recurrenceBias[unit]))
                    reset[unit] = gate(
                        inputs.clipped(
                            products[row + other] + products2[row2 + other] + inputBias[other]
                                + recurrenceBias[other]))
                }
                if isLinearFirst {
                    for unit in 0..<hidden {
                        let third = unit + 2 * hidden
                        candidate[unit] =
                            reset[unit] * (products2[row2 + third] + recurrenceBias[third])
                    }
                } else {
                    for unit in 0..<hidden { reset[unit] *= state[previous + unit] }
                    last.multiply(reset, at: 0, count: 1, into: &candidate, at: 0, rowStep: hidden)
                    for unit in 0..<hidden { candidate[unit] += recurrenceBias[unit + 2 * hidden] }
                }
                for unit in 0..<hidden {
                    let third = unit + 2 * hidden
                    let new = activation(
                        inputs.clipped(products[row + third] + inputBias[third] + candidate[unit]))
                    state[previous + unit] =
                        (1 - update[unit]) * new + update[unit] * state[previous + unit]
                }
            }
        }
        return inputs.results(sequence.outputs, [states])
    }
}

/// `LSTM`, with the gates in the order i, o, f, c. The cell is not clipped before its last function, as in ONNX
/// Runtime.
enum LongShortTermMemory: RealOperator {
    static func evaluate<Number: ONNXReal>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let inputs = try RecurrentInputs<Number>(call, gates: 4)
        let activations = try RecurrentActivation.all(
            call, defaults: ["Sigmoid", "Tanh", "Tanh"], directions: inputs.directions.count)
        let hidden = inputs.hidden
        let isCoupled = try call.flag("input_forget")
        var states = try inputs.initial(5)
        var cells = try inputs.initial(6)
        let count = inputs.directions.count * 3 * hidden
        var peepholes = [Number](repeating: 0, count: count)
        if call.optionalValue(7) != nil { peepholes = try call.reals(7, count: count, "peepholes") }
        var sequence = RecurrentSequence(inputs)
        for direction in inputs.directions.indices {
            let products = inputs.inputProducts(direction)
            let recurrence = inputs.recurrence(direction, gate: 0, count: 4)
            let (inputBias, recurrenceBias) = inputs.bias(direction)
            let bias = zip(inputBias, recurrenceBias).map { $0 + $1 }
            let peephole = direction * 3 * hidden
            let gate = activations[3 * direction]
            let candidate = activations[3 * direction + 1]
            let activation = activations[3 * direction + 2]
            sequence.run(direction, &states, recurrence) {
                previous, place, item, products2, state in
                let row = place * 4 * hidden
                let row2 = item * 4 * hidden
                for unit in 0..<hidden {
                    func sum(_ gate: Int) -> Number {
                        let at = gate * hidden + unit
                        return products[row + at] + products2[row2 + at] + bias[at]
                    }
                    let cell = cells[previous + unit]
                    let enters = gate(inputs.clipped(sum(0) + peepholes[peephole + unit] * cell))
                    let stays =
                        isCoupled
                        ? 1 - enters
                        : gate(
                            inputs.clipped(sum(2) + peepholes[peephole + 2 * hidden + unit] * cell))
                    let new = stays * cell + enters * candidate(inputs.clipped(sum(3)))
                    let leaves = gate(
                        inputs.clipped(sum(1) + peepholes[peephole + hidden + unit] * new))
                    cells[previous + unit] = new
                    state[previous + unit] = leaves * activation(new)
                }
            }
        }
        return inputs.results(sequence.outputs, [states, cells])
    }
}
