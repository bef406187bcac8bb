import ONNXExport
import Tables

/// All columns of numbers of a row, `[N, columns]`, as `NumberEncoder` encodes them.
struct NumberBlock {
    let columns: [NumberEncoder]
    /// As they come, double; NaN where missing.
    let cells: ONNXWritten
    let isMissing: ONNXWritten
    /// Scaled and squashed, float; 0 where missing.
    let scaled: ONNXWritten
    /// 1 where missing, float.
    let marks: ONNXWritten

    /// - Parameter cells: Of each column, `[N, 1]` double.
    init(_ columns: [NumberEncoder], cells: [ONNXWritten], into writer: inout ONNXWriter) {
        self.columns = columns
        self.cells = writer.sideBySide(cells)
        isMissing = writer.apply("IsNaN", [self.cells])
        let squashed = writer.squashed(
            writer.scaled(self.cells, centers: columns.map(\.center), scales: columns.map(\.scale)))
        scaled = writer.apply("Where", [isMissing, writer.number(Float(0)), squashed])
        marks = writer.cast(isMissing, to: .float32)
    }
}

/// Positions among bins and codes of values of numbers, `[N, bins]`, as `NumberBins` gives them.
///
/// The edges of all columns lie side by side, each compared with its column's number; a running sum counts, for each
/// column, the edges that a number reaches. So a number is compared in `Double` and nothing of it is rounded.
struct BinBlock {
    /// Float.
    let positions: ONNXWritten
    /// Int32, numbered over all columns.
    let codes: ONNXWritten

    init(_ block: NumberBlock, _ bins: [NumberBins], into writer: inout ONNXWriter) {
        let places = bins.map { own in block.columns.firstIndex { $0.column == own.column } ?? 0 }
        let isAll = places == Array(block.columns.indices)
        func chosen(_ value: ONNXWritten, _ writer: inout ONNXWriter) -> ONNXWritten {
            isAll ? value : writer.apply("Gather", [value, writer.list(places)], ["axis": .int(1)])
        }
        let cells = chosen(block.cells, &writer)
        let isMissing = chosen(block.isMissing, &writer)
        positions = Self.positions(cells, isMissing, bins, &writer)
        codes = Self.codes(cells, bins, &writer)
    }

    private static func positions(
        _ cells: ONNXWritten, _ isMissing: ONNXWritten, _ bins: [NumberBins], _ writer: inout ONNXWriter
    ) -> ONNXWritten {
        // A column without bins has an edge that no number is beyond.
        let edges = bins.map { $0.binCount == 0 ? [Double.infinity] : $0.edges }
        let all = writer.constant(.float64(edges.flatMap { $0 }), shape: [edges.joined().count])
        let widths = edges.flatMap { own in own.indices.map { $0 + 1 < own.count ? own[$0 + 1] - own[$0] : 1 } }
        let isReached = writer.apply("GreaterOrEqual", [writer.repeated(cells, edges.map(\.count)), all])
        let reached = writer.sums(of: writer.cast(isReached, to: .int32), lengths: edges.map(\.count))
        func perColumn(_ values: [Int], _ writer: inout ONNXWriter) -> ONNXWritten {
            writer.constant(.int32(values.map { Int32($0) }), shape: [values.count])
        }
        let before = writer.apply("Sub", [reached, writer.constant(.int32([1]), shape: [])])
        let last = perColumn(bins.map { max($0.binCount - 1, 0) }, &writer)
        let bin = writer.apply("Max", [writer.apply("Min", [before, last]), writer.constant(.int32([0]), shape: [])])
        var starts: [Int] = []
        for own in edges.indices { starts.append(own == 0 ? 0 : starts[own - 1] + edges[own - 1].count) }
        let place = writer.apply("Add", [bin, perColumn(starts, &writer)])
        let low = writer.apply("Gather", [all, place], ["axis": .int(0)])
        let width = writer.apply(
            "Gather", [writer.constant(.float64(widths), shape: [widths.count]), place], ["axis": .int(0)])
        let share = writer.apply("Div", [writer.apply("Sub", [cells, low]), width])
        let inside = writer.cast(
            writer.apply("Add", [writer.cast(bin, to: .float64), share]), to: .float32)
        func doubles(_ values: [Double], _ writer: inout ONNXWriter) -> ONNXWritten {
            writer.constant(.float64(values), shape: [values.count])
        }
        let zero = writer.number(Float(0))
        let isBeyondFirst = writer.apply("Greater", [cells, doubles(edges.map { $0[0] }, &writer)])
        let isBeforeLast = writer.apply("Less", [cells, doubles(edges.map { $0[$0.count - 1] }, &writer)])
        let counts = writer.constant(.float32(bins.map { Float($0.binCount) }), shape: [bins.count])
        let begun = writer.apply("Where", [isBeyondFirst, inside, zero])
        return writer.apply("Where", [isMissing, zero, writer.apply("Where", [isBeforeLast, begun, counts])])
    }

    private static func codes(
        _ cells: ONNXWritten, _ bins: [NumberBins], _ writer: inout ONNXWriter
    ) -> ONNXWritten {
        // A column without atoms has one that no number equals.
        let atoms = bins.map { $0.atoms.isEmpty ? [Double.nan] : $0.atoms }
        var numbers: [Int32] = []
        for own in bins {
            let before = numbers.max() ?? 0
            numbers += own.atoms.isEmpty ? [0] : own.atoms.indices.map { before + Int32($0) + 1 }
        }
        let all = writer.constant(.float64(atoms.flatMap { $0 }), shape: [numbers.count])
        let isAtom = writer.apply("Equal", [writer.repeated(cells, atoms.map(\.count)), all])
        let own = writer.apply(
            "Mul", [writer.cast(isAtom, to: .int32), writer.constant(.int32(numbers), shape: [numbers.count])])
        return writer.sums(of: own, lengths: atoms.map(\.count))
    }
}

extension ONNXWriter {
    /// `[N, 1]` each to `[N, columns]`.
    mutating func sideBySide(_ columns: [ONNXWritten]) -> ONNXWritten {
        columns.count == 1 ? columns[0] : apply("Concat", columns, ["axis": .int(1)])
    }

    /// `(x − center) / scale` of each column, in `Double`.
    mutating func scaled(_ x: ONNXWritten, centers: [Double], scales: [Double]) -> ONNXWritten {
        let centered = apply("Sub", [x, constant(.float64(centers), shape: [centers.count])])
        return apply("Div", [centered, constant(.float64(scales), shape: [scales.count])])
    }

    /// As `Tables.squash`: of doubles, to floats.
    mutating func squashed(_ x: ONNXWritten) -> ONNXWritten {
        let bound = Squashing.bound
        let share = apply("Div", [x, number(bound)])
        let square = apply("Add", [apply("Mul", [share, share]), number(1.0)])
        let inside = cast(apply("Div", [x, apply("Sqrt", [square])]), to: .float32)
        let isPositive = apply("Greater", [x, number(0.0)])
        let beyond = apply("Where", [isPositive, number(Float(bound)), number(Float(-bound))])
        let isInside = apply("Less", [apply("Abs", [x]), number(Squashing.limit)])
        return apply("Where", [isInside, inside, beyond])
    }

    /// Each column so many times: `[N, columns]` to `[N, Σ counts]`.
    fileprivate mutating func repeated(_ x: ONNXWritten, _ counts: [Int]) -> ONNXWritten {
        let owners = counts.enumerated().flatMap { Array(repeating: $0, count: $1) }
        return apply("Gather", [x, list(owners)], ["axis": .int(1)])
    }

    /// The sums of runs of columns, each of one column or more: `[N, Σ lengths]` int32 to `[N, lengths]`.
    fileprivate mutating func sums(of x: ONNXWritten, lengths: [Int]) -> ONNXWritten {
        let running = apply("CumSum", [x, number(Int64(1))])
        var ends: [Int] = []
        for length in lengths { ends.append((ends.last ?? -1) + length) }
        let atEnds = apply("Gather", [running, list(ends)], ["axis": .int(1)])
        guard lengths.count > 1 else { return atEnds }
        let first = sliced(atEnds, axis: 1, 0..<1)
        let own = apply(
            "Sub", [sliced(atEnds, axis: 1, 1..<lengths.count), sliced(atEnds, axis: 1, 0..<lengths.count - 1)])
        return apply("Concat", [first, own], ["axis": .int(1)])
    }
}
