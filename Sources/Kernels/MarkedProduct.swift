import CVouchKernels

/// The columns of a product's left factor from `first` on, which are mostly 0: marks of classes, and numbers among them.
///
/// Each of `rows` rows stands `members` times in the product, its columns scaled anew for each member.
package struct MarkedColumns: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        /// `[rows, width]` numbers.
        case values(width: Int)
        /// `[rows]` indices of the one column of `classes` that is 1.
        case mark(classes: Int)

        package var width: Int {
            switch self {
            case .values(let width), .mark(let width): width
            }
        }

        /// Columns that are not 0.
        package var filled: Int {
            switch self {
            case .values(let width): width
            case .mark: 1
            }
        }
    }

    package var rows: Int
    package var members: Int
    package var n: Int
    package var first: Int
    package var parts: [Part]
    package var hasScales: Bool
    package var hasBias: Bool
    package var appliesReLU: Bool

    package init(
        rows: Int, members: Int, n: Int, first: Int, parts: [Part], hasScales: Bool, hasBias: Bool,
        appliesReLU: Bool
    ) {
        self.rows = rows
        self.members = members
        self.n = n
        self.first = first
        self.parts = parts
        self.hasScales = hasScales
        self.hasBias = hasBias
        self.appliesReLU = appliesReLU
    }

    /// Columns of the whole left factor.
    package var k: Int { parts.reduce(first) { $0 + $1.width } }
    package var filled: Int { parts.reduce(0) { $0 + $1.filled } }

    /// At most so many columns of a row may be other than 0.
    package static var mostFilled: Int { Int(VK_MOST_MARKED) }
}

/// Where the operands of `MarkedColumns` lie.
package struct MarkedOperands: Sendable {
    package var parts: [Region]
    /// `[k, n]`.
    package var weights: Region
    /// `[members, k]`.
    package var scales: Region?
    /// `[n]`.
    package var bias: Region?
    /// `[rows · members, n]`: the sums over the columns before `first`.
    package var c: Region

    package init(parts: [Region], weights: Region, scales: Region?, bias: Region?, c: Region) {
        self.parts = parts
        self.weights = weights
        self.scales = scales
        self.bias = bias
        self.c = c
    }

    package var reads: [Region] {
        parts + [weights, c] + [scales, bias].compactMap { $0 }
    }
}

extension Workspace {
    /// Adds what the columns bring to the sums in `c`, in the columns' order, then the bias, then the ReLU.
    ///
    /// - Precondition: every mark is one of its columns.
    package func addMarked(_ columns: MarkedColumns, _ operands: MarkedOperands) {
        precondition(
            columns.filled <= MarkedColumns.mostFilled
                && operands.weights.count == columns.k * columns.n
                && operands.c.count == columns.rows * columns.members * columns.n
                && (operands.bias?.count ?? 0) == (columns.hasBias ? columns.n : 0)
                && (operands.scales?.count ?? 0)
                    == (columns.hasScales ? columns.members * columns.k : 0)
                && operands.parts.count == columns.parts.count
                && zip(operands.parts, columns.parts).allSatisfy {
                    switch $1 {
                    case .values(let width): $0.count == columns.rows * width
                    case .mark: $0.count == columns.rows
                    }
                },
            "the regions do not fit the columns")
        var shape = vk_marked_shape(
            rows: Int64(columns.rows), members: Int64(columns.members), n: Int64(columns.n),
            k: Int64(columns.k), first: Int64(columns.first), relu: columns.appliesReLU)
        let count = columns.parts.count
        let bad = unsafe withUnsafeTemporaryAllocation(of: vk_columns.self, capacity: count) {
            (parts: UnsafeMutableBufferPointer<vk_columns>) -> Int64 in
            for (place, part) in columns.parts.enumerated() {
                let region = operands.parts[place]
                let described: vk_columns =
                    switch part {
                    case .values(let width):
                        unsafe vk_columns(values: pointer(region), indices: nil, width: Int64(width))
                    case .mark(let classes):
                        unsafe vk_columns(
                            values: nil, indices: indices(region), width: Int64(classes))
                    }
                unsafe parts.initializeElement(at: place, to: described)
            }
            let scales: UnsafeMutablePointer<Float>? = unsafe operands.scales.map {
                unsafe pointer($0)
            }
            let bias: UnsafeMutablePointer<Float>? = unsafe operands.bias.map {
                unsafe pointer($0)
            }
            return unsafe vk_add_marked(
                pointer(operands.c), &shape, parts.baseAddress, Int64(count),
                pointer(operands.weights), scales, bias)
        }
        precondition(bad < 0, "a mark of row \(bad) is not one of its columns")
    }
}
