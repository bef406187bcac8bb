import Tables

/// A column's cells as a few codes, so that a table of counts tells what the column knows.
struct CellCodes: Sendable {
    /// One a row, from 0.
    var codes: [Int32]
    var levels: Int

    /// The most bins of numbers and the most categories with a code of their own.
    private static let mostBins = 64
    private static let mostCategories = 1000
    /// Fewer rows of a category share a code.
    private static let leastRows = 5

    init(_ column: Column) {
        if let numbers = column.measures {
            self.init(numbers: numbers)
        } else {
            let own = column.coded
            self.init(categories: own.codes, count: own.values.count)
        }
    }

    /// Bins of about equally many rows; a value that fills a bin has it alone, missing cells too.
    init(numbers: [Double]) {
        let most = min(Self.mostBins, max(4, numbers.count / 20))
        let sorted = numbers.filter { !$0.isNaN }.sorted()
        let least = max(1, sorted.count / most)
        var distinct: [(value: Double, count: Int)] = []
        for value in sorted {
            if let last = distinct.last, last.value == value {
                distinct[distinct.count - 1].count += 1
            } else {
                distinct.append((value, 1))
            }
        }
        // The largest value of each bin.
        var tops: [Double] = []
        if distinct.count <= most {
            tops = distinct.map(\.value)
        } else {
            var filled = 0
            for (index, entry) in distinct.enumerated() {
                if entry.count >= least, filled > 0 {
                    tops.append(distinct[index - 1].value)
                    filled = 0
                }
                filled += entry.count
                if filled >= least {
                    tops.append(entry.value)
                    filled = 0
                }
            }
            if filled > 0, let last = distinct.last { tops.append(last.value) }
        }
        levels = tops.count + 1
        codes = numbers.map { number in
            if number.isNaN { return Int32(tops.count) }
            var low = 0
            var high = tops.count - 1
            while low < high {
                let middle = (low + high) / 2
                if tops[middle] < number { low = middle + 1 } else { high = middle }
            }
            return Int32(low)
        }
    }

    private init(categories: [Int32], count: Int) {
        var rows = [Int](repeating: 0, count: count)
        for code in categories where code >= 0 { rows[Int(code)] += 1 }
        let kept = rows.indices.filter { rows[$0] >= Self.leastRows }
            .sorted { (rows[$1], $0) < (rows[$0], $1) }.prefix(Self.mostCategories)
        var renamed = [Int32](repeating: Int32(kept.count), count: count)
        for (position, code) in kept.enumerated() { renamed[code] = Int32(position) }
        levels = kept.count + 2
        codes = categories.map { $0 < 0 ? Int32(kept.count + 1) : renamed[Int($0)] }
    }

    /// The pairs of codes of two columns as codes.
    init(_ first: CellCodes, _ second: CellCodes) {
        levels = first.levels * second.levels
        let width = Int32(second.levels)
        codes = zip(first.codes, second.codes).map { $0 * width + $1 }
    }
}
