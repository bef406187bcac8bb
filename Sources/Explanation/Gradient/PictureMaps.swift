import Autodiff
import GraphIR
import Kernels
package import Tables
import TensorCore

/// Which parts of a picture a score came from, a number a pixel.
package struct PictureMap: Sendable, Hashable {
    package let height: Int
    package let width: Int
    /// `[height, width]`.
    package var values: [Double]
    /// The score of the picture, and that of what the method compares it with; 0 where it compares with nothing.
    package var score: Double
    package var base: Double
    /// Whether negative numbers speak against the class; else numbers are sizes.
    package let isSigned: Bool

    /// Whether no pixel has a number other than 0, as where Grad-CAM finds nothing that speaks for the class.
    package var isEmpty: Bool { values.allSatisfy { $0 == 0 } }

    /// The place of its largest size, from the left upper corner.
    package var peak: (row: Int, column: Int) {
        let place = values.indices.max { (abs(values[$0]), -$0) < (abs(values[$1]), -$1) } ?? 0
        return (place / width, place % width)
    }
}

/// How a score is divided among the pixels of a picture.
///
/// What it compares with is a picture of the training pictures' mean, channel by channel, which is 0 as the network
/// reads it; other columns stay as they are.
package enum PictureMethod: Sendable, Hashable {
    /// `Σ |∂f|` over a pixel's channels.
    case saliency
    /// `Σ x · ∂f` over a pixel's channels.
    case inputTimesGradient
    /// `Σ x · ∫₀¹ ∂f(α·x) dα` over a pixel's channels, by nodes of Gauss-Legendre quadrature: complete.
    case integratedGradients(steps: Int)
    /// `max(0, Σ_k (mean over places of ∂f/∂A_k) · A_k)` of the last map `A` that has places, brought to the picture's
    /// size by interpolation between centres. Source: Selvaraju et al. 2017, arXiv:1610.02391.
    case gradCAM
    /// What the score loses where a square is grey, without overlap: each of its pixels has that number. Source:
    /// Zeiler & Fergus 2014, arXiv:1311.2901.
    case occlusion(side: Int)

    package var isSigned: Bool {
        switch self {
        case .saliency, .gradCAM: false
        default: true
        }
    }

    fileprivate var gradient: GradientMethod {
        switch self {
        case .saliency, .gradCAM: .saliency
        case .inputTimesGradient: .inputTimesGradient
        case .integratedGradients(let steps): .integratedGradients(.fixed(steps))
        case .occlusion: .occlusion
        }
    }
}

extension EncodedModel {
    /// Maps of a column's pictures, one a row; the mean over models.
    ///
    /// What is divided is the score before the last non-linearity.
    ///
    /// - Parameters:
    ///   - block: The name of the column's block, `[height, width, channels]` a row.
    ///   - column: What errors call it.
    /// - Throws: where the block has no places, or the network no layer of places for Grad-CAM.
    package func pictureMaps(
        of features: EncodedFeatures, block: String, column: String, method: PictureMethod
    ) throws(AttributionError) -> [PictureMap] {
        let shape = features.blocks.first { $0.name == block }?.shape ?? []
        guard shape.count == 3 else {
            throw AttributionError(
                "drawing a map of \"\(column)\"",
                "the model sees features that another network made of the picture, and no pixels",
                "Explain it as one column with vouch explain rows, or train without --backbone")
        }
        var maps: [PictureMap] = []
        for own in weights {
            let part = try PictureMapping(self, own, InputPort(block), shape, method)
            for (row, map) in try part.maps(of: features).enumerated() {
                if maps.count == row {
                    maps.append(map)
                } else {
                    for place in map.values.indices { maps[row].values[place] += map.values[place] }
                    maps[row].score += map.score
                    maps[row].base += map.base
                }
            }
        }
        let share = 1 / Double(weights.count)
        for row in maps.indices {
            maps[row].values = maps[row].values.map { $0 * share }
            maps[row].score *= share
            maps[row].base *= share
        }
        return maps
    }
}

/// The maps of one model.
private struct PictureMapping {
    private let method: PictureMethod
    private let explainer: GradientExplainer
    private let lookup: PointLookup
    /// Numbers of a row's points.
    private let width: Int
    /// Of the points, those of the block, in order.
    private let own: [Int]
    /// Height, width and channels of what is divided: of the picture, or of the last map.
    private let shape: [Int]
    private let picture: [Int]
    /// The group of each pixel, and how many there are.
    private let cells: [Int]
    private let cellCount: Int

    init(
        _ model: EncodedModel, _ weights: Buffer, _ port: InputPort, _ picture: [Int], _ method: PictureMethod
    ) throws(AttributionError) {
        self.method = method
        self.picture = picture
        var inner: [(value: Value, origins: [InputOrigin])] = []
        if method == .gradCAM {
            let last = try model.graph.lastMap(of: port)
            shape = last.shape
            let count = shape.reduce(1, *)
            inner = [(last.value, (0..<count).map { InputOrigin(input: port, place: $0) })]
        } else {
            shape = picture
        }
        let points = try PredictionPoints(model.graph, output: model.score.output, inner: inner)
        width = points.width
        own = points.origins.indices.filter { points.origins[$0].input == port }
        let (high, wide, channels) = (shape[0], shape[1], shape[2])
        var side = 1
        if case .occlusion(let asked) = method { side = asked }
        let across = (wide + side - 1) / side
        cells = (0..<high * wide).map { $0 / wide / side * across + $0 % wide / side }
        cellCount = ((high + side - 1) / side) * across
        var groups = [Int](repeating: cellCount, count: points.width)
        for (place, point) in own.enumerated() { groups[point] = cells[place / channels] }
        explainer = try GradientExplainer(
            points, model.score, parameters: weights, groups: groups, groupCount: cellCount + 1,
            method: method.gradient, threads: model.threads)
        lookup = PointLookup(points, weights, threads: model.threads)
    }

    func maps(of features: EncodedFeatures) throws(AttributionError) -> [PictureMap] {
        let all = lookup.points(of: features)
        var maps: [PictureMap] = []
        for row in 0..<features.rows {
            let points = Array(all[row * width..<(row + 1) * width])
            maps.append(method == .gradCAM ? activations(points) : try divided(points, row))
        }
        return maps
    }

    private func divided(_ points: [Float], _ row: Int) throws(AttributionError) -> PictureMap {
        var baseline = points
        for place in own { baseline[place] = 0 }
        let found = try explainer.contributions(of: points, baselines: baseline, seed: 0, first: row)[0]
        return PictureMap(
            height: shape[0], width: shape[1], values: cells.map { found.samples[$0] }, score: found.value,
            base: method.isSigned ? found.base : 0, isSigned: method.isSigned)
    }

    private func activations(_ points: [Float]) -> PictureMap {
        let gradient = explainer.gradient(at: points)
        let (places, channels) = (shape[0] * shape[1], shape[2])
        var weights = [Double](repeating: 0, count: channels)
        for (number, point) in own.enumerated() { weights[number % channels] += gradient[point] / Double(places) }
        var sums = [Double](repeating: 0, count: places)
        for (number, point) in own.enumerated() {
            sums[number / channels] += weights[number % channels] * Double(points[point])
        }
        return PictureMap(
            height: picture[0], width: picture[1],
            values: interpolated(sums.map { max(0, $0) }, from: (shape[0], shape[1]), to: (picture[0], picture[1])),
            score: explainer.values(of: points)[0], base: 0, isSigned: false)
    }
}

/// Between the centres of cells; beyond the outermost centres as there.
private func interpolated(
    _ values: [Double], from: (height: Int, width: Int), to: (height: Int, width: Int)
) -> [Double] {
    func axis(_ count: Int, _ wanted: Int) -> [(low: Int, high: Int, share: Double)] {
        (0..<wanted).map { place in
            let center = (Double(place) + 0.5) * Double(count) / Double(wanted) - 0.5
            let bounded = min(max(center, 0), Double(count - 1))
            let low = Int(bounded)
            return (low, min(low + 1, count - 1), bounded - Double(low))
        }
    }
    let columns = axis(from.width, to.width)
    return axis(from.height, to.height).flatMap { row in
        columns.map { column in
            func between(_ y: Int) -> Double {
                let start = y * from.width
                return values[start + column.low] * (1 - column.share) + values[start + column.high] * column.share
            }
            return between(row.low) * (1 - row.share) + between(row.high) * row.share
        }
    }
}

extension Graph {
    /// The last value that has places, `[rows, height, width, channels]`, on the way from an input of pictures.
    fileprivate func lastMap(of port: InputPort) throws(AttributionError) -> (value: Value, shape: [Int]) {
        guard let input = inputs[port] else { throw Self.noMap }
        let active = activeNodes(from: [input])
        let found = nodes.indices.last { index in
            let shape = nodes[index].shape
            return active[index] && index != input.index && shape.rowAxis == 0 && shape.bound(rows: 1).count == 4
        }
        guard let found else { throw Self.noMap }
        return (Value(found), Array(nodes[found].shape.bound(rows: 1).dropFirst()))
    }

    private static var noMap: AttributionError {
        AttributionError(
            "drawing a map by Grad-CAM", "the network has no layer that has places, as convolutions have",
            "Use another method, such as integrated-gradients or occlusion")
    }
}
