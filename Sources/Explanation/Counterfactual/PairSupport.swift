import Tables

/// Which pairs of cells training rows have together.
///
/// Two cells *exclude each other* where the training rows have them together less than a twentieth as often as
/// independence would give, `n(a) n(b) / n`, and that would be five rows or more: 'husband' and 'never married', say.
/// Numbers are taken in up to 16 bins of about as many rows.
struct PairSupport: Sendable {
    /// For each axis, each bin's training rows as bits.
    private let members: [[[UInt64]]]
    private let sizes: [[Int]]
    /// The upper end of each bin but the last; empty for categories.
    private let edges: [[Double]]
    private let rows: Int

    private static let bins = 16
    private static let leastExpected = 5.0
    private static let leastRatio = 0.05
    /// More rows make the answer no other one.
    private static let mostRows = 50_000

    init(_ axes: [RowSpace.Axis]) {
        let all = axes.first?.codes.count ?? 0
        let step = max(1, (all + Self.mostRows - 1) / Self.mostRows)
        let chosen = Array(stride(from: 0, to: all, by: step))
        rows = chosen.count
        var members: [[[UInt64]]] = []
        var edges: [[Double]] = []
        for axis in axes {
            let own = Self.edges(axis, chosen)
            edges.append(own)
            let count = axis.kind == .category ? axis.count : own.count + 1
            var bits = [[UInt64]](
                repeating: [UInt64](repeating: 0, count: (chosen.count + 63) / 64), count: count)
            for (place, row) in chosen.enumerated() where axis.codes[row] >= 0 {
                let code = Int(axis.codes[row])
                let bin = axis.kind == .category ? code : Self.bin(axis.numbers[code], own)
                bits[bin][place >> 6] |= 1 << UInt64(place & 63)
            }
            members.append(bits)
        }
        self.members = members
        self.edges = edges
        sizes = members.map { $0.map { $0.reduce(0) { $0 + $1.nonzeroBitCount } } }
    }

    /// The bin of a cell; −1 for one that tells nothing.
    func bin(_ axis: Int, number: Double, code: Int32) -> Int32 {
        if sizes[axis].isEmpty { return -1 }
        if edges[axis].isEmpty, !number.isNaN { return 0 }
        if !number.isNaN { return Int32(Self.bin(number, edges[axis])) }
        return code
    }

    func exclude(_ axis: Int, _ bin: Int32, _ other: Int, _ otherBin: Int32) -> Bool {
        guard bin >= 0, otherBin >= 0 else { return false }
        let (a, b) = (Int(bin), Int(otherBin))
        let expected = Double(sizes[axis][a]) * Double(sizes[other][b]) / Double(rows)
        guard expected >= Self.leastExpected else { return false }
        var together = 0
        let (first, second) = (members[axis][a], members[other][b])
        for word in first.indices { together += (first[word] & second[word]).nonzeroBitCount }
        return Double(together) < Self.leastRatio * expected
    }

    /// Values at which bins end, so that each bin has about as many rows; a frequent value ends one alone.
    private static func edges(_ axis: RowSpace.Axis, _ rows: [Int]) -> [Double] {
        guard axis.kind != .category else { return [] }
        var counts = [Int](repeating: 0, count: axis.count)
        for row in rows where axis.codes[row] >= 0 { counts[Int(axis.codes[row])] += 1 }
        let share = Double(counts.reduce(0, +)) / Double(bins)
        var edges: [Double] = []
        var size = 0
        for code in counts.indices.dropLast() {
            size += counts[code]
            guard Double(size) >= share || Double(counts[code + 1]) >= share else { continue }
            edges.append(axis.numbers[code])
            size = 0
        }
        return edges
    }

    private static func bin(_ number: Double, _ edges: [Double]) -> Int {
        var (low, high) = (0, edges.count)
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
