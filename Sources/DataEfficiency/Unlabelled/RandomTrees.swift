import TensorCore

/// Extremely randomised trees: a second opinion of few labelled rows that errs in other places than a network.
///
/// Every tree sees all rows. At a node some columns are drawn of those that vary there, of each one cut is drawn uniformly
/// between its least and its largest value, and the cut under which the outputs vary least within both sides is taken:
/// the largest `Σ over outputs of left²/leftWeight + right²/rightWeight`, with sums of outputs. A leaf says the mean of
/// its rows, and the forest the mean of its trees. Of classes the outputs are 1 for a row's own and 0 for the others, so
/// that the forest says shares that add up to 1.
///
/// Differs from the source in this: a tree sees at most `mostRows` rows, drawn by its number, and both sides of a cut
/// keep `fewestRows` or more. It is a function of its seed and its rows; their order is part of that.
///
/// - Complexity: O(trees · rows · log rows · columns · outputs), for at most `mostRows` rows.
/// - Source: Geurts et al. 2006, DOI 10.1007/s10994-006-6226-1.
package struct RandomTrees: Sendable {
    /// How a forest is grown.
    package struct Rule: Sendable, Hashable {
        package var trees = 200
        /// In a leaf.
        package var fewestRows = 2
        /// That one tree sees.
        package var mostRows = 1000
        /// Of the columns that vary at a node, those that are drawn.
        package var shareOfColumns = 0.5

        package init() {}
    }

    /// Rows of numbers, row-major.
    package struct Cells: Sendable {
        package var width: Int
        package var values: [Float]

        /// - Precondition: whole rows.
        package init(width: Int, values: [Float]) {
            precondition(width > 0 && values.count % width == 0, "rows of another width")
            self.width = width
            self.values = values
        }

        package var rows: Int { values.count / width }
    }

    private struct Node {
        /// −1 in a leaf.
        var column: Int32
        var cut: Float = 0
        /// The node of rows up to the cut; in a leaf the place of its first output.
        var first: Int32
        var second: Int32 = 0
    }

    private struct Tree {
        var nodes: [Node] = []
        var outputs: [Float] = []
    }

    package let outputs: Int
    private let width: Int
    private var trees: [Tree] = []

    /// - Parameters:
    ///   - cells: The rows to learn from, one or more; finite.
    ///   - answers: `[rows, outputs]`.
    ///   - weights: One a row, ≥ 0, their sum above 0; `nil` for ones.
    package init(
        _ cells: Cells, answers: [Float], outputs: Int, weights: [Float]? = nil,
        rule: Rule = Rule(), seed: UInt64
    ) {
        precondition(
            outputs > 0 && cells.rows > 0 && answers.count == cells.rows * outputs,
            "an answer a row")
        self.outputs = outputs
        width = cells.width
        let weights = weights ?? Array(repeating: 1, count: cells.rows)
        let known = (0..<cells.rows).filter { weights[$0] > 0 }
        let random = CounterRandom(seed: seed, name: "random trees")
        for number in 0..<rule.trees {
            var rows = known
            if rows.count > rule.mostRows {
                rows = random.permutation(of: rows.count, step: UInt32(2 * number + 1))
                    .prefix(rule.mostRows).map { known[$0] }
            }
            var growing = Growing(
                cells: cells, answers: answers, outputs: outputs, weights: weights, rule: rule,
                random: random, step: UInt32(2 * number), rows: rows)
            growing.grow()
            trees.append(growing.tree)
        }
    }

    /// What the forest says of rows: `[rows, outputs]`.
    ///
    /// - Precondition: they are as wide as those that it learned from.
    package func predictions(_ cells: Cells) -> [Float] {
        precondition(cells.width == width, "rows of another width")
        var said = [Float](repeating: 0, count: cells.rows * outputs)
        let share = 1 / Float(max(trees.count, 1))
        for tree in trees {
            for row in 0..<cells.rows {
                var node = tree.nodes[0]
                while node.column >= 0 {
                    let value = cells.values[row * width + Int(node.column)]
                    node = tree.nodes[Int(value <= node.cut ? node.first : node.second)]
                }
                for output in 0..<outputs {
                    said[row * outputs + output] += share * tree.outputs[Int(node.first) + output]
                }
            }
        }
        return said
    }
}

extension RandomTrees {
    /// One tree while it grows.
    private struct Growing {
        let cells: Cells
        let answers: [Float]
        let outputs: Int
        let weights: [Float]
        let rule: Rule
        let random: CounterRandom
        let step: UInt32
        /// Those of a node stand together.
        var rows: [Int]
        var tree = Tree()
        private var draws: UInt64 = 0

        init(
            cells: Cells, answers: [Float], outputs: Int, weights: [Float], rule: Rule,
            random: CounterRandom, step: UInt32, rows: [Int]
        ) {
            self.cells = cells
            self.answers = answers
            self.outputs = outputs
            self.weights = weights
            self.rule = rule
            self.random = random
            self.step = step
            self.rows = rows
        }

        private mutating func drawn() -> UInt64 {
            draws += 1
            return draws
        }

        mutating func grow() {
            tree.nodes.append(Node(column: -1, first: 0))
            var open: [(node: Int, range: Range<Int>)] = [(0, 0..<rows.count)]
            while let (node, range) = open.popLast() {
                guard range.count >= 2 * rule.fewestRows, let cut = bestCut(range) else {
                    tree.nodes[node] = leaf(range)
                    continue
                }
                let middle = part(range, by: cut)
                let first = tree.nodes.count
                tree.nodes[node] = Node(
                    column: Int32(cut.column), cut: cut.value, first: Int32(first),
                    second: Int32(first + 1))
                tree.nodes.append(Node(column: -1, first: 0))
                tree.nodes.append(Node(column: -1, first: 0))
                open.append((first, range.lowerBound..<middle))
                open.append((first + 1, middle..<range.upperBound))
            }
        }

        private mutating func leaf(_ range: Range<Int>) -> Node {
            let (sums, total) = sums(range)
            let place = tree.outputs.count
            tree.outputs += sums.map { Float($0 / total) }
            return Node(column: -1, first: Int32(place))
        }

        private func sums(_ range: Range<Int>) -> (sums: [Double], total: Double) {
            var sums = [Double](repeating: 0, count: outputs)
            var total = 0.0
            for place in range {
                let row = rows[place]
                let weight = Double(weights[row])
                total += weight
                for output in 0..<outputs {
                    sums[output] += weight * Double(answers[row * outputs + output])
                }
            }
            return (sums, total)
        }

        /// Of the drawn columns the best cut; `nil` where the outputs do not vary, or no cut leaves rows enough.
        private mutating func bestCut(_ range: Range<Int>) -> (column: Int, value: Float)? {
            guard varies(range) else { return nil }
            let (all, total) = sums(range)
            var left = [Double](repeating: 0, count: outputs)
            var columns = Array(0..<cells.width)
            var wanted = max(1, Int((rule.shareOfColumns * Double(columns.count)).rounded(.up)))
            var best: (score: Double, column: Int, value: Float)?
            while wanted > 0, !columns.isEmpty {
                let place = random.integer(below: columns.count, step: step, index: drawn())
                columns.swapAt(place, columns.count - 1)
                let column = columns.removeLast()
                let (least, most) = bounds(of: column, range)
                guard least < most else { continue }
                wanted -= 1
                let share = Float(random.uniform(step: step, index: drawn()))
                let value = min(least + share * (most - least), most.nextDown)
                for output in 0..<outputs { left[output] = 0 }
                var (count, weight) = (0, 0.0)
                for place in range {
                    let row = rows[place]
                    guard cells.values[row * cells.width + column] <= value else { continue }
                    count += 1
                    weight += Double(weights[row])
                    for output in 0..<outputs {
                        left[output] +=
                            Double(weights[row]) * Double(answers[row * outputs + output])
                    }
                }
                guard count >= rule.fewestRows, range.count - count >= rule.fewestRows else {
                    continue
                }
                var score = 0.0
                for output in 0..<outputs {
                    let right = all[output] - left[output]
                    score += left[output] * left[output] / weight
                    score += right * right / (total - weight)
                }
                if best.map({ score > $0.score }) ?? true { best = (score, column, value) }
            }
            return best.map { ($0.column, $0.value) }
        }

        private func varies(_ range: Range<Int>) -> Bool {
            let first = rows[range.lowerBound] * outputs
            return range.contains { place in
                let own = rows[place] * outputs
                return (0..<outputs).contains { answers[own + $0] != answers[first + $0] }
            }
        }

        private func bounds(of column: Int, _ range: Range<Int>) -> (least: Float, most: Float) {
            var (least, most) = (Float.infinity, -Float.infinity)
            for place in range {
                let value = cells.values[rows[place] * cells.width + column]
                least = min(least, value)
                most = max(most, value)
            }
            return (least, most)
        }

        /// Rows up to the cut first, in their order.
        private mutating func part(
            _ range: Range<Int>, by cut: (column: Int, value: Float)
        ) -> Int {
            let isFirst = { [cells] (row: Int) in
                cells.values[row * cells.width + cut.column] <= cut.value
            }
            let own = rows[range]
            let parted = own.filter(isFirst) + own.filter { !isFirst($0) }
            rows.replaceSubrange(range, with: parted)
            return range.lowerBound + own.count(where: isFirst)
        }
    }
}
