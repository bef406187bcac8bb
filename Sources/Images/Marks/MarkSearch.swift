import Tables
import TensorCore

/// A mark in a corner or along an edge that one class has and the others have not.
package struct SuspectedMark: Sendable, Hashable {
    /// Among the classes.
    package let label: Int
    /// Such as `top left corner`.
    package let place: String
    /// The values of the cell in pictures with the mark.
    package let values: ClosedRange<Int>
    /// Pictures with the mark among those of the class and the others, each counted by a rule that was found without
    /// it.
    package let inClass: Int
    package let classCount: Int
    package let inOthers: Int
    package let otherCount: Int

    /// The share of the class less that of the others.
    package var difference: Double {
        Double(inClass) / Double(classCount) - Double(inOthers) / Double(otherCount)
    }
}

/// Looks for what gives the label away without the picture: a cell of a corner or an edge whose values lie in a narrow
/// range, unlike what lies further in, in a good part of one class, while hardly any other picture has them there.
///
/// An object that reaches the edge of its pictures also tells classes apart, but by values that vary; a ground of one
/// value does, but it goes on further in, or other classes have it where nothing covers it. The rule of each class
/// (cell, and a range of 24 values) is found on three quarters of the pictures and counted on the fourth, in turn. A
/// permutation of the labels tells what the search finds by chance.
package struct MarkSearch: Sendable {
    /// By their difference, the greatest first; one a class.
    package let marks: [SuspectedMark]
    /// Of the greatest difference, among those of permuted labels.
    package let pValue: Double
    package let pictureCount: Int

    /// More pictures say no more.
    package static let mostPictures = 4000
    private static let folds = 4
    /// Steps of 8 values in a range.
    private static let window = 3
    /// Of a rule's pictures in other classes.
    private static let mostElsewhere = 0.05
    private static let leastInClass = 20

    /// - Parameter labels: Among `classCount`; one a picture.
    package init(_ cells: [MarkCells], labels: [Int], classCount: Int, seed: UInt64, permutations: Int, threads: Int) {
        pictureCount = cells.count
        let random = CounterRandom(seed: seed, name: "marks")
        // A channel that is that of grey pictures says nothing more.
        let isGrey = cells.allSatisfy(\.isGrey)
        let used = Array(stride(from: 0, to: MarkCells.count, by: isGrey ? 3 : 1))
        let values = cells.map { cell in used.map { cell.values[$0] } }
        let order = random.permutation(of: cells.count)
        var folds = [Int](repeating: 0, count: cells.count)
        for (place, picture) in order.enumerated() { folds[picture] = place % Self.folds }
        let parts = folds
        let found = Self.search(values, labels, classCount, parts)
        let marks = found.map { (rule: Rule) -> SuspectedMark in
            let low = 8 * rule.level
            return SuspectedMark(
                label: rule.label, place: MarkCells.place(of: used[rule.cell]),
                values: low...(low + 8 * Self.window - 1), inClass: rule.inClass,
                classCount: rule.classCount, inOthers: rule.inOthers, otherCount: cells.count - rule.classCount)
        }
        self.marks = marks.sorted { (left: SuspectedMark, right: SuspectedMark) -> Bool in
            left.difference == right.difference ? left.label < right.label : left.difference > right.difference
        }
        let own = self.marks.first?.difference ?? 0
        let permuted: [Double] = inParallel(permutations, threads: threads) { (number: Int) -> Double in
            let order = random.permutation(of: cells.count, step: UInt32(number + 1))
            let rules = Self.search(values, order.map { labels[$0] }, classCount, parts)
            return rules.map(\.difference).max() ?? 0
        }
        let reached = permuted.count { $0 >= own }
        pValue = Double(1 + reached) / Double(1 + permutations)
    }

    private struct Rule {
        var label: Int
        var cell: Int
        var level: Int
        var score: Double
        var inClass = 0
        var classCount = 0
        var inOthers = 0
        var difference = 0.0
    }

    private static func search(_ values: [[UInt8]], _ labels: [Int], _ classCount: Int, _ folds: [Int]) -> [Rule] {
        let cellCount = values.first?.count ?? 0
        let levels = 2 * MarkCells.levels
        let size = cellCount * levels
        // By fold, class, cell and level.
        var counts = [Int32](repeating: 0, count: Self.folds * classCount * size)
        var sizes = [[Int]](repeating: Array(repeating: 0, count: classCount), count: Self.folds)
        for (picture, cells) in values.enumerated() {
            sizes[folds[picture]][labels[picture]] += 1
            let first = (folds[picture] * classCount + labels[picture]) * size
            for cell in 0..<cellCount { counts[first + cell * levels + Int(cells[cell])] += 1 }
        }
        let classSizes = (0..<classCount).map { label in sizes.reduce(0) { $0 + $1[label] } }
        var all = [Int32](repeating: 0, count: size)
        var result: [Rule] = []
        var rules: [Rule?] = []
        for held in 0..<Self.folds {
            for place in 0..<size { all[place] = 0 }
            for fold in 0..<Self.folds where fold != held {
                for label in 0..<classCount {
                    let first = (fold * classCount + label) * size
                    for place in 0..<size { all[place] += counts[first + place] }
                }
            }
            for label in 0..<classCount {
                let own = (0..<size).map { place in
                    (0..<Self.folds).reduce(into: Int32(0)) { sum, fold in
                        if fold != held { sum += counts[(fold * classCount + label) * size + place] }
                    }
                }
                let ownCount = classSizes[label] - sizes[held][label]
                let rest = values.count - sizes[held].reduce(0, +) - ownCount
                rules.append(
                    classSizes[label] < leastInClass || rest < leastInClass
                        ? nil : best(label, own, all, cellCount, ownCount, rest))
            }
        }
        for label in 0..<classCount {
            let found = (0..<Self.folds).map { rules[$0 * classCount + label] }
            guard classSizes[label] >= leastInClass,
                var total = found.compactMap(\.self).max(by: { $0.score < $1.score })
            else { continue }
            total.classCount = classSizes[label]
            for (held, rule) in found.enumerated() {
                guard let rule else { continue }
                for other in 0..<classCount {
                    let first = (held * classCount + other) * size + rule.cell * levels + rule.level
                    for level in first..<(first + Self.window) {
                        let (plain, contrasted) = (Int(counts[level]), Int(counts[level + MarkCells.levels]))
                        if other == label { total.inClass += contrasted } else { total.inOthers += plain + contrasted }
                    }
                }
            }
            total.difference =
                Double(total.inClass) / Double(total.classCount)
                - Double(total.inOthers) / Double(max(values.count - total.classCount, 1))
            result.append(total)
        }
        return result
    }

    /// The rule of the greatest difference among those that other classes hardly meet.
    private static func best(
        _ label: Int, _ own: [Int32], _ all: [Int32], _ cellCount: Int, _ ownCount: Int, _ rest: Int
    ) -> Rule? {
        var best: Rule?
        for cell in 0..<cellCount {
            for level in 0...(MarkCells.levels - window) {
                let first = 2 * cell * MarkCells.levels + level
                var (inClass, inOthers): (Int32, Int32) = (0, 0)
                for place in first..<(first + window) {
                    let contrasted = place + MarkCells.levels
                    inClass += own[contrasted]
                    inOthers += all[place] - own[place] + all[contrasted] - own[contrasted]
                }
                let elsewhere = Double(inOthers) / Double(rest)
                guard elsewhere <= mostElsewhere else { continue }
                let score = Double(inClass) / Double(ownCount) - elsewhere
                if score > best?.score ?? 0 { best = Rule(label: label, cell: cell, level: level, score: score) }
            }
        }
        return best
    }
}
