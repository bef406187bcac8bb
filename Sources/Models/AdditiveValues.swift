package import Kernels
import NN
package import Tables

/// Values of an additive model's functions, `[rows, outputs, terms]`.
package struct TermValues: Sendable {
    package var numbers: [Float]
    package let outputs: Int
    package let terms: Int

    /// Of one output, `[rows, terms]`.
    package func output(_ place: Int) -> [Float] {
        guard outputs > 1 else { return numbers }
        let width = outputs * terms
        return stride(from: place * terms, to: numbers.count, by: width).flatMap { start in
            numbers[start..<(start + terms)]
        }
    }
}

/// A model that is a sum of functions, read function by function.
extension ModelBundle {
    /// Places of a network's outputs for a row.
    package var outputPlaces: Range<Int> { 0..<network.task.outputs }

    /// What the functions of a class add up to, in words.
    ///
    /// Scores of several classes are known up to a number that all of them share, which their mean is taken for.
    package func additiveQuantity(of place: Int) -> String {
        let quantity =
            switch target.classes.count {
            case 0: target.column
            case 2: "log-odds of \(target.classes[place])"
            default: "log-probability of \(target.classes[place]) above all classes' mean"
            }
        return encoder.repair == nil ? quantity : quantity + ", of repaired numbers"
    }

    /// Rows as the model's functions get them: a function is one of repaired numbers, if they are repaired.
    package func read(_ table: Table) throws(TableError) -> Table {
        guard let repair = encoder.repair else { return table }
        return try repair.repaired(table)
    }

    /// Of each output of one model; of several classes less their mean.
    package func intercepts(model: Int) -> [Double] {
        guard let tensor = parameters.tensor(named: "intercept") else {
            return outputPlaces.map { _ in 0 }
        }
        let own = parameters.values(of: tensor, model: model).map {
            Double($0) * target.scale + target.center
        }
        let mean = own.count > 1 ? own.reduce(0, +) / Double(own.count) : 0
        return own.map { $0 - mean }
    }

    /// The values of one model's functions: log-odds, or the target's unit; of several classes less the classes' mean.
    ///
    /// - Throws: where the model is no sum of functions.
    package func terms(
        _ features: EncodedFeatures, model: Int, pool: WorkerPool
    ) throws(ModelError) -> TermValues {
        let scale = Float(target.scale)
        let raw = try values(of: .terms, features, model: model, pool: pool).numbers
        let terms = network.additive?.terms ?? 1
        let outputs = outputPlaces
        var result = TermValues(
            numbers: raw.map { $0 * scale }, outputs: outputs.count, terms: terms)
        guard outputs.count > 1 else { return result }
        for row in 0..<features.rows {
            for term in 0..<terms {
                let places = outputs.map { (row * outputs.count + $0) * terms + term }
                let mean = places.reduce(0) { $0 + result.numbers[$1] } / Float(places.count)
                for place in places { result.numbers[place] -= mean }
            }
        }
        return result
    }

    /// The mean over models of what each function says of raw rows.
    package func meanTerms(_ table: Table, pool: WorkerPool) throws -> TermValues {
        let features = try encoder.encode(table)
        var result = try terms(features, model: 0, pool: pool)
        for model in 1..<max(count, 1) {
            let more = try terms(features, model: model, pool: pool).numbers
            for place in more.indices { result.numbers[place] += more[place] }
        }
        result.numbers = result.numbers.map { $0 / Float(count) }
        return result
    }

    /// The mean over models of an output of raw rows: log-odds, or the target's unit; of several classes above their mean.
    package func meanOutput(_ output: Int, _ table: Table, pool: WorkerPool) throws -> [Double] {
        let features = try encoder.encode(table)
        let width = outputPlaces.count
        var sum = [Double](repeating: 0, count: table.rowCount)
        for model in 0..<count {
            let more = try values(of: .logits, features, model: model, pool: pool).numbers
            for row in sum.indices {
                let own = more[(row * width)..<((row + 1) * width)].map(Double.init)
                sum[row] += own[output] - (width > 1 ? own.reduce(0, +) / Double(width) : 0)
            }
        }
        return sum.map { $0 / Double(count) * target.scale + target.center }
    }
}
