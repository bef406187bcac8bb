import GraphIR
import TensorCore

/// A model that is a sum of functions, each of one column or of a pair of columns, so that it can be read whole.
///
/// `output = intercept + Σ_c f_c(x_c) + Σ_(c,d) f_cd(x_c, x_d)`
///
/// With the encoded features e of a row, of which those of column c are `e_c`: `f_c = e_c·w_c` and
/// `f_cd = relu((e_c, e_d)·W + b)·v`. The curves of `f_c` come from the encoding: bins and values with codes of their own.
/// Pairs start at 0. Of several classes each has an output, with w, v and an intercept of its own.
///
/// - Source: Agarwal et al. 2021, arXiv:2004.13912, in the form of linear functions on piecewise-linear codes
///   (arXiv:2203.05556); pairs: Lou et al. 2013, DOI 10.1145/2487575.2487579.
package struct AdditiveForm: Hashable, Sendable, Codable {
    package var columns: [Column]
    /// Each once, the first place before the second.
    package var pairs: [Pair]

    package struct Column: Hashable, Sendable, Codable {
        package var name: String
        /// Its places among the encoded features.
        package var features: [Range<Int>]

        package init(name: String, features: [Range<Int>]) {
            self.name = name
            self.features = features
        }
    }

    /// Two places among the columns.
    package struct Pair: Hashable, Sendable, Codable {
        package var first: Int
        package var second: Int

        package init(_ first: Int, _ second: Int) {
            self.first = first
            self.second = second
        }
    }

    /// Hidden units of each pair's function.
    package static let pairWidth = 16

    package init(columns: [Column], pairs: [Pair]) {
        self.columns = columns
        self.pairs = pairs
    }

    /// Functions in all: columns, then pairs.
    package var terms: Int { columns.count + pairs.count }
}

extension TabularInput {
    /// The places of numeric outputs, of categories and of further blocks among the encoded features, in their order.
    ///
    /// Of numbers with an embedding the positions are no features of their own.
    package var featureRanges:
        (numeric: [Range<Int>], categories: [Range<Int>], blocks: [Range<Int>])
    {
        var end = 0
        func next(_ width: Int) -> Range<Int> {
            defer { end += width }
            return end..<(end + width)
        }
        let embedded = embedding?.numbers ?? 0
        let numeric = (0..<(numericWidth - embedded)).map { place in
            next(place < embedded ? embedding?.width ?? 1 : 1)
        }
        let categories = cardinalities.map { values in
            next(
                values <= TabularNetwork.oneHotLimit
                    ? values : TabularNetwork.embeddingWidth(values: values))
        }
        return (numeric, categories, (blocks ?? []).map { next($0.stem.width) })
    }
}

extension GraphBuilder {
    /// The functions' values, columns before pairs.
    ///
    /// - Parameter x: Encoded features, `[rows, features]`.
    /// - Returns: `[rows, outputs, terms]`.
    mutating func additiveTerms(_ x: Value, _ form: AdditiveForm, outputs: Int) -> Value {
        let features = shape(x)[1].count(rows: 1)
        let bound = 1 / Float(features).squareRoot()
        let columns = scoped("columns") { b in
            let weight = b.parameter(
                "weight", [.fixed(features), .fixed(outputs)], role: .weight,
                initializer: .uniform(bound: bound))
            let owners = b.mask(
                "owners", rows: features, parts: form.columns.map(\.features), width: 1)
            return b.sums(of: x, weight, owners)
        }
        guard !form.pairs.isEmpty else { return columns }
        let width = AdditiveForm.pairWidth
        let hidden = form.pairs.count * width
        let pairs = scoped("pairs") { b in
            let inputs = b.mask(
                "inputs", rows: features,
                parts: form.pairs.map {
                    form.columns[$0.first].features + form.columns[$0.second].features
                }, width: width)
            let weight = b.parameter(
                "weight", [.fixed(features), .fixed(hidden)], role: .weight,
                initializer: .uniform(bound: bound))
            let shift = b.parameter(
                "bias", [.fixed(hidden)], role: .bias, initializer: .uniform(bound: bound))
            let units = b.unary(.relu, b.add(b.matmul(x, b.multiply(weight, inputs)), shift))
            let shares = b.parameter(
                "shares", [.fixed(hidden), .fixed(outputs)], role: .weight,
                initializer: .constant(0))
            let owners = b.mask(
                "owners", rows: hidden,
                parts: form.pairs.indices.map { [($0 * width)..<(($0 + 1) * width)] }, width: 1)
            return b.sums(of: units, shares, owners)
        }
        return apply(.concatenate(axis: 2), [columns, pairs])
    }

    /// The weighted sum of each part's inputs, for each output.
    ///
    /// - Parameters:
    ///   - x: `[rows, inputs]`.
    ///   - weights: `[inputs, outputs]`.
    ///   - owners: `[inputs, parts]`, 1 where an input belongs to a part, else 0.
    /// - Returns: `[rows, outputs, parts]`.
    private mutating func sums(of x: Value, _ weights: Value, _ owners: Value) -> Value {
        let (inputs, outputs) = (shape(weights)[0], shape(weights)[1])
        let parts = shape(owners)[1]
        let each = multiply(
            reshape(weights, [inputs, outputs, 1]), reshape(owners, [inputs, 1, parts]))
        let width = Extent.fixed(outputs.count(rows: 1) * parts.count(rows: 1))
        return reshape(matmul(x, reshape(each, [inputs, width])), [.rows, outputs, parts])
    }

    /// A matrix that is not learned, `[rows, parts · width]`: 1 where the row belongs to the part, else 0.
    private mutating func mask(
        _ name: String, rows: Int, parts: [[Range<Int>]], width: Int
    ) -> Value {
        let columns = parts.count * width
        var values = [Float](repeating: 0, count: rows * columns)
        for (part, ranges) in parts.enumerated() {
            for row in ranges.joined() {
                for place in 0..<width { values[row * columns + part * width + place] = 1 }
            }
        }
        return parameter(
            name, [.fixed(rows), .fixed(columns)], role: .state, initializer: .values(values))
    }
}
