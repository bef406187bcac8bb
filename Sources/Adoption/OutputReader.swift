import Models
import ONNX
import RealModule
import Statistics

/// Reads what a model says of rows as predictions.
struct OutputReader: Sendable {
    private let output: RowMapping.Output
    /// What the model calls the classes, in the output's order.
    private let labels: [String: Int]
    /// Of each class in the order of the predictions, its place in the output.
    private let places: [Int]

    /// - Parameter places: Of each class in the order of the predictions, its place in the output; empty for a number.
    init(_ mapping: RowMapping, places: [Int]) {
        output = mapping.output
        labels = Dictionary(
            mapping.classLabels.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        self.places = places
    }

    /// Numbers of a row.
    private var width: Int { max(places.count, 1) }

    /// - Parameters:
    ///   - rows: As many as the model was given.
    ///   - used: The first so many are read; the others repeat one.
    /// - Returns: `[used, classes]`, or `[used]`.
    func values(
        _ value: ONNXValue, rows: Int, used: Int, rowNumber: (Int) -> String
    ) throws(ModelError) -> [Double] {
        switch output.meaning {
        case .number:
            let (numbers, width) = try table(value, rows)
            guard width == 1 else { throw misfit(value, "one number a row") }
            for row in 0..<used where !numbers[row].isFinite {
                let number = numbers[row].isNaN ? "nan" : "\(numbers[row])"
                throw ModelError(
                    "the model predicts \(number) for \(rowNumber(row)), which is no number that can be compared. "
                        + "Look at the row's cells, or say in rows.yaml what stands for missing ones")
            }
            return Array(numbers.prefix(used))
        case .label:
            return try decided(value, rows: rows, used: used)
        case .probabilities:
            let raw: [Double]
            if case .sequence(let maps) = value {
                raw = try mapped(maps, value, rows)
            } else {
                raw = try spread(value, rows)
            }
            return try checked(raw, used: used, rowNumber)
        }
    }

    private func misfit(_ value: ONNXValue, _ wanted: String) -> ModelError {
        ModelError(
            "output \"\(output.name)\" of the model is \(value.kind), where \(wanted) was expected (is: "
                + "\(output.meaning.rawValue)). Correct rows.yaml: name another output, or say otherwise what it is")
    }

    /// The numbers of a tensor `[rows]` or `[rows, …]`.
    private func table(
        _ value: ONNXValue, _ rows: Int
    ) throws(ModelError) -> (numbers: [Double], width: Int) {
        guard let tensor = value.tensor, let array = tensor.elements.numbers, rows > 0,
            tensor.shape.first ?? 1 == rows, tensor.count % rows == 0
        else { throw misfit(value, "a tensor with a row for each of \(rows)") }
        func doubles(_ array: some NumberArray) -> [Double] { array.array.map(\.double) }
        return (doubles(array), tensor.count / rows)
    }

    /// `[rows, classes]` in the output's order, of numbers of each class or of the last of two.
    private func spread(_ value: ONNXValue, _ rows: Int) throws(ModelError) -> [Double] {
        let (numbers, found) = try table(value, rows)
        guard found == width || (found == 1 && width == 2) else {
            throw misfit(value, "a number for each of \(width) classes")
        }
        if found == width {
            guard output.isLogits else { return numbers }
            var result: [Double] = []
            result.reserveCapacity(numbers.count)
            for row in 0..<rows { result += softmax(Array(numbers[row * width..<(row + 1) * width])) }
            return result
        }
        var result: [Double] = []
        result.reserveCapacity(2 * rows)
        for number in numbers {
            let positive = output.isLogits ? 1 / (1 + Double.exp(-number)) : number
            result.append(1 - positive)
            result.append(positive)
        }
        return result
    }

    /// Of a map from classes to numbers for each row.
    private func mapped(
        _ maps: [ONNXValue], _ value: ONNXValue, _ rows: Int
    ) throws(ModelError) -> [Double] {
        guard maps.count == rows else { throw misfit(value, "a map for each of \(rows) rows") }
        var result = [Double](repeating: .nan, count: rows * width)
        for (row, map) in maps.enumerated() {
            guard case .map(let entries) = map else { throw misfit(map, "a map from classes to numbers") }
            for entry in entries {
                let key =
                    switch entry.key {
                    case .text(let text): text
                    case .number(let number): String(number)
                    }
                guard let place = labels[key] else { throw unknown(key) }
                guard entry.value.count == 1, let array = entry.value.elements.numbers else {
                    throw misfit(map, "a map from classes to numbers")
                }
                func first(_ array: some NumberArray) -> Double { array.array[0].double }
                result[row * width + place] = first(array)
            }
            if output.isLogits {
                result.replaceSubrange(
                    row * width..<(row + 1) * width,
                    with: softmax(Array(result[row * width..<(row + 1) * width])))
            }
        }
        return result
    }

    private func unknown(_ label: String) -> ModelError {
        let known = labels.keys.sorted().prefix(20).joined(separator: ", ")
        return ModelError(
            "output \"\(output.name)\" of the model names the class \"\(label)\", which rows.yaml does not; it has "
                + "\(known). Say under `labels` what the model calls the classes, in their order")
    }

    private func decided(
        _ value: ONNXValue, rows: Int, used: Int
    ) throws(ModelError) -> [Double] {
        guard let tensor = value.tensor, tensor.count == rows else { throw misfit(value, "a label a row") }
        var result = [Double](repeating: 0, count: used * width)
        let inverse = Dictionary(places.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for row in 0..<used {
            let label =
                switch tensor.elements {
                case .string(let texts): texts[row]
                case .bool(let truths): truths[row] ? "1" : "0"
                default: Self.text(tensor.elements, row)
                }
            guard let place = labels[label], let own = inverse[place] else { throw unknown(label) }
            result[row * width + own] = 1
        }
        return result
    }

    private static func text(_ elements: Elements, _ row: Int) -> String {
        guard let array = elements.numbers else { return "" }
        func text(_ array: some NumberArray) -> String {
            let number = array.array[row]
            let whole = Double(number.integer)
            return whole == number.double ? String(number.integer) : "\(number.double)"
        }
        return text(array)
    }

    /// What probabilities may be off by, of sums in 32-bit floats.
    private static let slack = 1e-3

    /// Probabilities in the order of the predictions.
    private func checked(
        _ raw: [Double], used: Int, _ rowNumber: (Int) -> String
    ) throws(ModelError) -> [Double] {
        var result: [Double] = []
        result.reserveCapacity(used * width)
        for row in 0..<used {
            let own = raw[row * width..<(row + 1) * width]
            let sum = own.reduce(0, +)
            guard own.allSatisfy({ $0 >= -Self.slack && $0 <= 1 + Self.slack }),
                abs(sum - 1) <= Self.slack
            else {
                let numbers = own.prefix(6).map { $0.isNaN ? "nan" : "\($0)" }.joined(separator: ", ")
                throw ModelError(
                    "output \"\(output.name)\" of the model says \(numbers)\(width > 6 ? ", …" : "") of "
                        + "\(rowNumber(row)): these are no probabilities. "
                        + (own.contains(where: \.isNaN)
                            ? "Look at the row's cells, or say in rows.yaml what stands for missing ones"
                            : "If they are scores before softmax or the logistic function, write `logits: true` below "
                                + "`output` in rows.yaml"))
            }
            for place in places { result.append(min(max(raw[row * width + place], 0), 1)) }
        }
        return result
    }
}
