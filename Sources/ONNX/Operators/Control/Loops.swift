/// `Loop`.
enum Loops {
    static let operators: [ONNXOperator] = [ONNXOperator("Loop", loop)]

    /// A loop without a count and a condition that stays true ends where the execution's work does.
    static func loop(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let most = try call.optionalInteger(0) ?? .max
        let isConditional = call.optionalValue(1) != nil
        var condition = isConditional ? try call.tensor(1) : .scalar(true)
        var goesOn = isConditional ? try call.truth(1) : true
        var carried: [ONNXValue] = []
        for index in 2..<max(call.inputs.count, 2) { carried.append(try call.value(index)) }
        let outputs = try call.body().outputs
        guard outputs.count >= 1 + carried.count else {
            throw call.failure(
                "carries \(carried.count) values, of which its body gives \(outputs.count) with the condition"
            )
        }
        var gathered = ScanOutputs(call, outputs.dropFirst(1 + carried.count))
        var iteration = 0
        while goesOn && iteration < most {
            let results = try call.run(
                graph: "body",
                [.tensor(.scalar(Int64(iteration))), .tensor(condition)] + carried)
            guard results.count == outputs.count, let next = results[0].tensor,
                let truths = Bool.array(next.elements), truths.count == 1
            else { throw call.failure("has a body whose first result is no truth") }
            if isConditional {
                condition = next
                goesOn = truths[0]
            }
            carried = Array(results[1..<1 + carried.count])
            try gathered.append(results[(1 + carried.count)...])
            iteration += 1
        }
        return carried + (try gathered.results().map { .tensor($0) })
    }
}
