enum MatMul: ProductOperator {
    static func evaluate<Number: ProductNumber>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        let a = try call.factors(0, as: Number.self)
        let b = try call.factors(1, as: Number.self)
        let (shape, values) = try MatrixProduct.product(
            a, try call.tensor(0).shape, b, try call.tensor(1).shape, call)
        return call.result(shape, values)
    }
}

enum Gemm: ProductOperator {
    static func evaluate<Number: ProductNumber>(
        _ call: NodeCall, _: Number.Type
    ) throws(ONNXError) -> [ONNXValue] {
        var a = try call.factors(0, as: Number.self)
        let b = try call.factors(1, as: Number.self)
        let aShape = try call.tensor(0).shape
        let bShape = try call.tensor(1).shape
        guard aShape.count == 2, bShape.count == 2 else {
            throw call.failure("wants two matrices, and gets \(aShape) and \(bShape)", kind: .input)
        }
        let turnsA = try call.flag("transA")
        let turnsB = try call.flag("transB")
        let rows = turnsA ? aShape[1] : aShape[0]
        let depth = turnsA ? aShape[0] : aShape[1]
        let columns = turnsB ? bShape[0] : bShape[1]
        guard depth == (turnsB ? bShape[1] : bShape[0]) else {
            throw call.failure(
                "cannot multiply \(aShape)\(turnsA ? " transposed" : "") by \(bShape)\(turnsB ? " transposed" : "")",
                kind: .input)
        }
        let shape = [rows, columns]
        let count = try call.count(of: shape)
        try call.check(products: [rows, columns, depth])
        var result = [Number](repeating: .zero, count: count)
        if count > 0, depth > 0 {
            if turnsA { a = MatrixProduct.transposed(a, rows: depth, columns: rows) }
            if turnsB, rows >= 4 {
                PackedColumns(
                    b, at: 0, depth: depth, columns: columns, rowStep: 1, columnStep: depth
                )
                .multiply(a, at: 0, count: rows, into: &result, at: 0, rowStep: columns)
            } else if turnsB {
                MatrixProduct.multiply(
                    a, rows: rows, byRowsOf: b, columns: columns, depth: depth, into: &result)
            } else {
                MatrixProduct.multiply(
                    a, at: 0, rows: rows, b, at: 0, bStep: columns, depth: depth, columns: columns,
                    into: &result, at: 0, resultStep: columns)
            }
        }
        scale(&result, by: try call.float("alpha", default: 1))
        let beta = try call.float("beta", default: 1)
        // A third input by 0 is left out, as it is in ONNX Runtime, whatever it holds.
        guard beta != 0, let tensor = try call.optionalTensor(2) else { return call.result(shape, result) }
        guard Broadcasting.shape(tensor.shape, shape) == shape else {
            throw call.failure(
                "cannot stretch a third input of \(tensor.shape) to \(shape)", kind: .input)
        }
        var addend = Broadcasting.stretched(
            try call.factors(2, as: Number.self), tensor.shape, to: shape)
        scale(&addend, by: beta)
        for index in result.indices { result[index] = result[index].adding(addend[index]) }
        return call.result(shape, result)
    }

    private static func scale<Number: ProductNumber>(_ values: inout [Number], by factor: Float) {
        guard factor != 1 else { return }
        let double = Double(factor)
        if Number.isFloat {
            let factor = Number(double)
            for index in values.indices { values[index] = values[index].multiplying(factor) }
        } else {
            for index in values.indices { values[index] = Number(values[index].double * double) }
        }
    }
}
