/// The columns of a matrix, eight side by side for each row, so that a product reads them one after another.
struct PackedColumns<Number: ProductNumber> {
    private let panels: [SIMD8<Number>]
    let depth: Int
    let columns: Int

    /// - Parameters:
    ///   - start: Place of the matrix's first number.
    ///   - depth: Rows.
    ///   - rowStep: From a row to the next.
    ///   - columnStep: From a column to the next.
    init(
        _ matrix: [Number], at start: Int, depth: Int, columns: Int, rowStep: Int,
        columnStep: Int = 1
    ) {
        self.depth = depth
        self.columns = columns
        let count = (columns + 7) / 8
        let none = SIMD8<Number>(repeating: .zero)
        var panels = [SIMD8<Number>](repeating: none, count: count * depth)
        for panel in 0..<count {
            let lanes = min(8, columns - panel * 8)
            for row in 0..<depth {
                let place = start + row * rowStep + panel * 8 * columnStep
                var values = none
                for lane in 0..<lanes { values[lane] = matrix[place + lane * columnStep] }
                panels[panel * depth + row] = values
            }
        }
        self.panels = panels
    }

    /// `result[r, c] = Σ rows[r, k] · columns[k, c]`, where rows are dense.
    func multiply(
        _ rows: [Number], at start: Int, count: Int, into result: inout [Number], at place: Int,
        rowStep: Int
    ) {
        let panelCount = (columns + 7) / 8
        let panels = panels.span
        let rows = rows.span
        for row in stride(from: 0, to: count, by: 4) {
            // The last rows are computed again where fewer than four are left.
            let second = start + min(row + 1, count - 1) * depth
            let third = start + min(row + 2, count - 1) * depth
            let fourth = start + min(row + 3, count - 1) * depth
            let a0 = rows.extracting(start + row * depth..<start + (row + 1) * depth)
            let a1 = rows.extracting(second..<second + depth)
            let a2 = rows.extracting(third..<third + depth)
            let a3 = rows.extracting(fourth..<fourth + depth)
            for panel in 0..<panelCount {
                let b = panels.extracting(panel * depth..<(panel + 1) * depth)
                var s0 = SIMD8<Number>(repeating: .zero)
                var s1 = s0
                var s2 = s0
                var s3 = s0
                for k in 0..<depth {
                    let factor = b[k]
                    s0 = Number.adding(s0, a0[k], factor)
                    s1 = Number.adding(s1, a1[k], factor)
                    s2 = Number.adding(s2, a2[k], factor)
                    s3 = Number.adding(s3, a3[k], factor)
                }
                let lanes = min(8, columns - panel * 8)
                let target = place + row * rowStep + panel * 8
                store(s0, lanes, &result, target)
                if row + 1 < count { store(s1, lanes, &result, target + rowStep) }
                if row + 2 < count { store(s2, lanes, &result, target + 2 * rowStep) }
                if row + 3 < count { store(s3, lanes, &result, target + 3 * rowStep) }
            }
        }
    }

    @inline(__always)
    private func store(_ sums: SIMD8<Number>, _ lanes: Int, _ result: inout [Number], _ place: Int)
    {
        for lane in 0..<lanes { result[place + lane] = sums[lane] }
    }
}

/// Products of matrices that lie row by row in arrays.
enum MatrixProduct {
    /// `result[r, c] = Σ a[r, k] · b[k, c]`, summed in the order of `k`.
    ///
    /// - Parameters:
    ///   - bStep: From a row of `b` to the next.
    ///   - resultStep: From a row of the result to the next.
    static func multiply<Number: ProductNumber>(
        _ a: [Number], at aStart: Int, rows: Int, _ b: [Number], at bStart: Int, bStep: Int,
        depth: Int,
        columns: Int, into result: inout [Number], at place: Int, resultStep: Int
    ) {
        guard rows > 0, columns > 0, depth > 0 else { return }
        // Few rows do not pay for the packing of all columns.
        guard rows < 4 else {
            PackedColumns(b, at: bStart, depth: depth, columns: columns, rowStep: bStep)
                .multiply(a, at: aStart, count: rows, into: &result, at: place, rowStep: resultStep)
            return
        }
        var sums = [Number](repeating: .zero, count: columns)
        for row in 0..<rows {
            addRows(&sums, a, aStart + row * depth, b, bStart, bStep, depth)
            for column in 0..<columns {
                result[place + row * resultStep + column] = sums[column]
                sums[column] = .zero
            }
        }
    }

    /// `sums[c] += Σ a[k] · b[k, c]`
    private static func addRows<Number: ProductNumber>(
        _ sums: inout [Number], _ a: [Number], _ aStart: Int, _ b: [Number], _ bStart: Int,
        _ bStep: Int,
        _ depth: Int
    ) {
        let columns = sums.count
        let all = b.span
        var target = sums.mutableSpan
        for k in 0..<depth {
            let factor = a[aStart + k]
            let row = all.extracting(bStart + k * bStep..<bStart + k * bStep + columns)
            for column in 0..<columns {
                target[column] = target[column].adding(factor, times: row[column])
            }
        }
    }

    /// `result[r, c] = Σ a[r, k] · b[c, k]` of few rows, in four sums of which each takes every fourth product.
    static func multiply<Number: ProductNumber>(
        _ a: [Number], rows: Int, byRowsOf b: [Number], columns: Int, depth: Int,
        into result: inout [Number]
    ) {
        let (left, right) = (a.span, b.span)
        for row in 0..<rows {
            let x = left.extracting(row * depth..<(row + 1) * depth)
            for column in 0..<columns {
                let y = right.extracting(column * depth..<(column + 1) * depth)
                var (s0, s1, s2, s3) = (Number.zero, Number.zero, Number.zero, Number.zero)
                let even = depth / 4 * 4
                for k in stride(from: 0, to: even, by: 4) {
                    s0 = s0.adding(x[k], times: y[k])
                    s1 = s1.adding(x[k + 1], times: y[k + 1])
                    s2 = s2.adding(x[k + 2], times: y[k + 2])
                    s3 = s3.adding(x[k + 3], times: y[k + 3])
                }
                for k in even..<depth { s0 = s0.adding(x[k], times: y[k]) }
                result[row * columns + column] = s0.adding(s1).adding(s2.adding(s3))
            }
        }
    }

    /// A matrix with rows and columns exchanged.
    static func transposed<Number: ONNXElement>(
        _ matrix: [Number], at start: Int = 0, rows: Int, columns: Int
    ) -> [Number] {
        var result: [Number] = []
        result.reserveCapacity(rows * columns)
        for column in 0..<columns {
            for row in 0..<rows { result.append(matrix[start + row * columns + column]) }
        }
        return result
    }

    /// NumPy's `matmul`: a single axis is a row on the left and a column on the right, and axes before the last two
    /// stretch.
    static func product<Number: ProductNumber>(
        _ a: [Number], _ aShape: [Int], _ b: [Number], _ bShape: [Int], _ call: NodeCall
    ) throws(ONNXError) -> (shape: [Int], values: [Number]) {
        guard !aShape.isEmpty, !bShape.isEmpty else {
            throw call.failure(
                "cannot multiply \(aShape) by \(bShape): a number has no axes", kind: .input)
        }
        let left = aShape.count == 1 ? [1] + aShape : aShape
        let right = bShape.count == 1 ? bShape + [1] : bShape
        let rows = left[left.count - 2]
        let depth = left[left.count - 1]
        let columns = right[right.count - 1]
        guard right[right.count - 2] == depth else {
            throw call.failure(
                "cannot multiply \(aShape) by \(bShape): \(depth) columns meet \(right[right.count - 2]) rows",
                kind: .input)
        }
        let leftBatch = Array(left.dropLast(2))
        let rightBatch = Array(right.dropLast(2))
        guard let batch = Broadcasting.shape(leftBatch, rightBatch) else {
            throw call.failure(
                "cannot multiply \(aShape) by \(bShape): the axes before the last two do not fit",
                kind: .input)
        }
        let shape =
            batch + (aShape.count == 1 ? [] : [rows]) + (bShape.count == 1 ? [] : [columns])
        let count = try call.count(of: shape)
        var result = [Number](repeating: .zero, count: count)
        guard count > 0, depth > 0 else { return (shape, result) }
        try call.check(products: [count, depth])
        if rightBatch.allSatisfy({ $0 == 1 }) {
            multiply(
                a, at: 0, rows: count / columns, b, at: 0, bStep: columns, depth: depth,
                columns: columns,
                into: &result, at: 0, resultStep: columns)
            return (shape, result)
        }
        var lefts: [Int] = []
        var rights: [Int] = []
        Broadcasting.forEachPlace(in: batch, steps: Broadcasting.steps(of: leftBatch, in: batch)) {
            lefts.append($0 * rows * depth)
        }
        Broadcasting.forEachPlace(in: batch, steps: Broadcasting.steps(of: rightBatch, in: batch)) {
            rights.append($0 * depth * columns)
        }
        for (index, (aStart, bStart)) in zip(lefts, rights).enumerated() {
            multiply(
                a, at: aStart, rows: rows, b, at: bStart, bStep: columns, depth: depth,
                columns: columns,
                into: &result, at: index * rows * columns, resultStep: columns)
        }
        return (shape, result)
    }
}
