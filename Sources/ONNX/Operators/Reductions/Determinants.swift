enum Determinants {
    /// By elimination with the largest of each column as pivot, in double.
    static func determinant(_ call: NodeCall) throws(ONNXError) -> [ONNXValue] {
        let tensor = try call.tensor(0)
        guard tensor.rank >= 2, tensor.shape[tensor.rank - 1] == tensor.shape[tensor.rank - 2]
        else {
            throw call.failure(
                "wants square matrices, and gets extents \(tensor.shape)", kind: .input)
        }
        guard tensor.type.isFloat, let numbers = tensor.elements.doubles else {
            throw call.failure("wants floats, and gets \(tensor.type.name)")
        }
        let size = tensor.shape[tensor.rank - 1]
        let shape = Array(tensor.shape.dropLast(2))
        let count = try call.count(of: shape)
        try call.check(products: [count, size, size, size])
        // Of a matrix without rows it is the empty product.
        var results = [Double](repeating: 1, count: count)
        if size > 0 {
            for index in 0..<count {
                results[index] = determinant(
                    Array(numbers[index * size * size..<(index + 1) * size * size]), size)
            }
        }
        guard let elements = Elements.float64(results).converted(to: tensor.type) else {
            throw call.failure("wants floats, and gets \(tensor.type.name)")
        }
        return [.tensor(ONNXTensor(shape, elements))]
    }

    private static func determinant(_ matrix: [Double], _ size: Int) -> Double {
        var rows = matrix
        var product = 1.0
        for column in 0..<size {
            var pivot = column
            for row in column..<size
            where rows[row * size + column].magnitude > rows[pivot * size + column].magnitude {
                pivot = row
            }
            if pivot != column {
                product = -product
                for place in 0..<size { rows.swapAt(pivot * size + place, column * size + place) }
            }
            let head = rows[column * size + column]
            product *= head
            if head == 0 { return 0 }
            for row in column + 1..<size {
                let factor = rows[row * size + column] / head
                for place in column..<size {
                    rows[row * size + place] -= factor * rows[column * size + place]
                }
            }
        }
        return product
    }
}
