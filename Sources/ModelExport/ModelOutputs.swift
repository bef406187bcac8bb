import Models
import NN
import ONNXExport
import Prediction
import Tables

/// What a network's mean becomes: as `ModelBundle.predict` and the decision after it have it.
extension ModelBundle {
    /// - Parameter names: Those of columns, which an output must not have.
    func outputPorts(avoiding names: Set<String>) -> [ExportedPort] {
        func name(_ wanted: String) -> String {
            var name = wanted
            while names.contains(name) { name = "output_" + name }
            return name
        }
        guard target.task != .regression else {
            return [
                ExportedPort(
                    name: name("prediction"), type: .float64, shape: [nil, 1],
                    text: "\(target.column), in the unit of the training rows")
            ]
        }
        let classes = target.classes.enumerated().map { "\($0) is \"\($1)\"" }.joined(separator: ", ")
        let rule =
            target.task == .binary
            ? "\"\(target.classes[1])\" where its probability is \(threshold) or more" : "the most probable one"
        return [
            ExportedPort(
                name: name("decision"), type: .string, shape: [nil],
                text: "The class that is decided: \(rule)"),
            ExportedPort(
                name: name("probabilities"), type: .float32, shape: [nil, target.classes.count],
                text: "Of each class: \(classes)"),
        ]
    }

    /// - Parameters:
    ///   - ports: Of `outputPorts`.
    ///   - mean: `[N, outputs]`.
    func writeOutputs(_ ports: [ExportedPort], of mean: ONNXWritten, into writer: inout ONNXWriter) {
        let label = "output"
        let values: [ONNXWritten]
        switch target.task {
        case .regression:
            let scaled = writer.apply(
                "Mul", [writer.cast(mean, to: .float64, label: label), writer.number(target.scale)], label: label)
            values = [writer.apply("Add", [scaled, writer.number(target.center)], label: label)]
        case .binary:
            let positive = writer.cast(
                meansLogits ? probability(ofLogit: mean, into: &writer) : mean, to: .float64, label: label)
            let negative = writer.apply("Sub", [writer.number(1.0), positive], label: label)
            let both = writer.apply("Concat", [negative, positive], ["axis": .int(1)], label: label)
            let isPositive = writer.apply("GreaterOrEqual", [positive, writer.number(threshold)], label: label)
            let place = writer.apply(
                "Reshape", [writer.cast(isPositive, to: .int64, label: label), writer.list([-1])], label: label)
            values = [decision(place, into: &writer), writer.cast(both, to: .float32, label: label)]
        case .multiclass:
            var probabilities = mean
            if meansLogits {
                let exact = writer.cast(mean, to: .float64, label: label)
                probabilities = writer.cast(
                    writer.apply("Softmax", [exact], ["axis": .int(1)], label: label), to: .float32, label: label)
            }
            let place = writer.apply(
                "ArgMax", [probabilities], ["axis": .int(1), "keepdims": .int(0)], label: label)
            values = [decision(place, into: &writer), probabilities]
        }
        for (port, value) in zip(ports, values) {
            writer.output(port.name, value, port.type, shape: port.shape, text: port.text)
        }
    }

    /// As `predict` rounds it: the power in `Double`, what follows in `Float`.
    private func probability(ofLogit logit: ONNXWritten, into writer: inout ONNXWriter) -> ONNXWritten {
        let negated = writer.apply("Neg", [writer.cast(logit, to: .float64, label: "output")], label: "output")
        let power = writer.cast(
            writer.apply("Exp", [negated], label: "output"), to: .float32, label: "output")
        let sum = writer.apply("Add", [power, writer.number(Float(1))], label: "output")
        return writer.apply("Reciprocal", [sum], label: "output")
    }

    private func decision(_ place: ONNXWritten, into writer: inout ONNXWriter) -> ONNXWritten {
        let classes = writer.constant(.string(target.classes), shape: [target.classes.count], name: "classes")
        return writer.apply("Gather", [classes, place], ["axis": .int(0)], label: "output")
    }
}
