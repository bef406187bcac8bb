import Explanation
import Figures
import ImageColumns
import Images
import Models
import Runs
import Tables

/// What is asked of `vouch explain map`.
package struct MapRequest: Sendable {
    package var run: String
    /// A folder or an archive of pictures, or a file with a column of their paths.
    package var rows: String
    /// Which of them, from 1.
    package var chosen: [Int] = [1]
    /// The column of pictures; the only one if `nil`.
    package var column: String?
    package var method = PictureMapMethod.gradCAM
    /// The side of the squares that occlusion covers; a seventh of the shorter side if `nil`.
    package var side: Int?
    /// Steps of integrated gradients.
    package var steps: Int?
    /// The class whose score is divided; the one that is decided for each picture if `nil`.
    package var label: String?
    /// Drawings of random weights that the map is compared with; 0 for none.
    package var controls = 3
    package var seed: UInt64 = 0
    package var reading = TrainConfiguration.ReadingOptions()
    package var threads: Int?

    package init(run: String, rows: String) {
        self.run = run
        self.rows = rows
    }
}

/// How `vouch explain map` divides a score among pixels.
package enum PictureMapMethod: String, Sendable, Hashable, CaseIterable {
    case gradCAM = "grad-cam"
    case saliency
    case inputTimesGradient = "input-x-gradient"
    case integratedGradients = "integrated-gradients"
    case occlusion
}

/// Maps of pictures, to be shown.
package struct PictureMaps: Sendable, Encodable {
    /// In words.
    package var method: String
    package var pictures: [Item]

    package struct Item: Sendable, Encodable {
        package var row: Int
        /// As the column names it.
        package var picture: String
        /// What is divided, such as `logit of pneumonia`.
        package var quantity: String
        package var decided: String?
        package var score: Double
        package var base: Double
        package var height: Int
        package var width: Int
        /// `[height, width]`, row by row.
        package var values: [Double]
        /// From 1, from the upper left.
        package var peak: [Int]
        /// The least share of the pixels that hold half of the map's sizes.
        package var halfShare: Double
        /// Rank correlations of the sizes with those of random weights; empty where none were asked for.
        package var controls: [Double]
        /// Whether the map tells of the weights; `nil` where nothing was compared.
        package var tellsOfWeights: Bool?
    }

    /// A map that is as alike to those of random weights as this shows the picture, and not what was learned.
    package static let mostAlike = 0.5
}

/// Maps with their drawings, as PNG files.
package struct DrawnMaps: Sendable {
    package var maps: PictureMaps
    /// One a picture.
    package var drawings: [[UInt8]]
}

/// Which parts of pictures the scores of their classes came from.
///
/// - Throws: an error that names the option or the picture, and says what there is.
package func drawMaps(_ request: MapRequest) throws -> DrawnMaps {
    guard (0...100).contains(request.controls) else {
        throw VouchError("--controls is \(request.controls); it must be from 0 to 100")
    }
    var asked = ExplanationRequest(run: request.run, rows: request.rows)
    (asked.chosen, asked.reading, asked.threads) = (request.chosen, request.reading, request.threads)
    let decided = try DecidedClasses(asked)
    var items: [Int: (PictureMaps.Item, [UInt8])] = [:]
    var method = ""
    let labels = request.label.map { [$0] } ?? Set(request.chosen.map { decided.classes[$0] }).sorted {
        ($0 ?? "") < ($1 ?? "")
    }
    for label in labels {
        let rows = request.label == nil ? request.chosen.filter { decided.classes[$0] == label } : request.chosen
        let drawer = try MapDrawer(request, label: label)
        method = drawer.methodText
        for (row, found) in zip(rows, try drawer.draw(rows)) {
            var found = found
            found.0.decided = decided.classes[row]
            items[row] = found
        }
    }
    let ordered = request.chosen.compactMap { items[$0] }
    return DrawnMaps(maps: PictureMaps(method: method, pictures: ordered.map(\.0)), drawings: ordered.map(\.1))
}

/// Draws maps of one class.
private struct MapDrawer {
    private let request: MapRequest
    private let explained: ExplainedModel
    private let bundle: ModelBundle
    private let table: Table
    private let block: BlockPlace
    private let encoder: ImageEncoder
    private let method: PictureMethod

    init(_ request: MapRequest, label: String?) throws {
        self.request = request
        explained = try ExplainedModel(run: request.run, label: label, threads: request.threads)
        bundle = try explained.model.requireNetwork()
        if let obstacle = bundle.gradientObstacle {
            throw VouchError("\(request.run): \(obstacle). Maps need one")
        }
        let blocks = bundle.encoder.blocks.filter { $0.kind == .image }
        let names = blocks.map { "\"\($0.column)\"" }.joined(separator: ", ")
        guard !blocks.isEmpty else {
            throw VouchError(
                "\(request.run) learned from no pictures, and maps are of pictures. Explain its columns with vouch "
                    + "explain rows")
        }
        let named = blocks.filter { request.column == nil || $0.column == request.column }
        guard let block = named.first, named.count == 1 else {
            throw VouchError(
                named.isEmpty
                    ? "--column is \(request.column ?? ""), which holds no pictures that the run learned from; there "
                        + "is \(names)"
                    : "the run learned from several columns of pictures; name one with --column: \(names)")
        }
        self.block = block
        guard let encoder = bundle.encoder.columns.lazy.compactMap({ $0 as? ImageEncoder }).first(where: {
            $0.column == block.column
        }) else {
            throw VouchError(
                "\(request.run) learned from features that its backbone makes of pictures, so that no map reaches the "
                    + "pixels. Explain the picture as one column with vouch explain rows, or train without --backbone")
        }
        self.encoder = encoder
        method = try request.pictureMethod(block.output.shape)
        table = try explained.rows(of: request.rows, request.reading, chosen: request.chosen)
    }

    var methodText: String {
        let mean = "with the mean of the training pictures, channel by channel"
        return switch method {
        case .gradCAM: "Grad-CAM of the last layer that has places: what speaks for the class, not against it"
        case .saliency: "Saliency: the size of the gradient, summed over channels"
        case .inputTimesGradient: "Input × gradient, summed over channels"
        case .integratedGradients(let steps): "Integrated gradients in \(steps) steps, compared \(mean)"
        case .occlusion(let side): "Occlusion: squares of \(side) × \(side) pixels are replaced \(mean)"
        }
    }

    func draw(_ rows: [Int]) throws -> [(PictureMaps.Item, [UInt8])] {
        let own = table.selecting(rows: rows.map { $0 - 1 })
        guard let cells = own.column(named: block.column) else { return [] }
        if let missing = rows.indices.first(where: { cells.isMissing($0) }) {
            throw VouchError("row \(rows[missing]) of \(request.rows) has no picture in \"\(block.column)\"")
        }
        let features = try bundle.encoder.encode(own)
        let maps = try self.maps(of: bundle, features)
        let others = try (0..<request.controls).map { draw in
            try self.maps(of: bundle.randomized(.allLayers, seed: request.seed &+ UInt64(draw)), features)
        }
        let pictures = try PictureCells(column: block.column, table: own).values(of: Array(rows.indices)) {
            $0.with(channels: encoder.channels).resized(width: encoder.width, height: encoder.height)
        }
        return try maps.indices.map { place in
            let map = maps[place]
            let alike = others.map {
                AttributionComparison.rankCorrelation(map.values, $0[place].values)
            }
            let item = PictureMaps.Item(
                row: rows[place], picture: cells.text(place) ?? "", quantity: explained.scoreQuantity,
                score: map.score, base: map.base, height: map.height, width: map.width, values: map.values,
                peak: [map.peak.row + 1, map.peak.column + 1], halfShare: halfShare(map.values), controls: alike,
                tellsOfWeights: alike.isEmpty
                    ? nil : alike.reduce(0, +) / Double(alike.count) < PictureMaps.mostAlike)
            let drawing = MapDrawing(pictures[place], values: map.values, isSigned: map.isSigned).drawn
            return (item, try drawing.png())
        }
    }

    private func maps(of model: ModelBundle, _ features: EncodedFeatures) throws -> [PictureMap] {
        guard let encoded = model.encoded(explaining: explained.place, threads: explained.threads) else { return [] }
        return try encoded.pictureMaps(of: features, block: block, method: method)
    }

    /// The least share of the pixels that hold half of all sizes; 1 of a map without any.
    private func halfShare(_ values: [Double]) -> Double {
        let sizes = values.map(abs).sorted(by: >)
        let half = sizes.reduce(0, +) / 2
        guard half > 0 else { return 1 }
        var sum = 0.0
        for (place, size) in sizes.enumerated() {
            sum += size
            if sum >= half { return Double(place + 1) / Double(sizes.count) }
        }
        return 1
    }
}

extension MapRequest {
    fileprivate func pictureMethod(_ shape: [Int]) throws(VouchError) -> PictureMethod {
        if let side, method != .occlusion {
            throw VouchError("--side is \(side), and is for --method occlusion; leave it out")
        }
        if let steps, method != .integratedGradients {
            throw VouchError("--steps is \(steps), and is for --method integrated-gradients; leave it out")
        }
        let shorter = min(shape[0], shape[1])
        switch method {
        case .gradCAM: return .gradCAM
        case .saliency: return .saliency
        case .inputTimesGradient: return .inputTimesGradient
        case .integratedGradients:
            let steps = steps ?? 50
            guard (1...10_000).contains(steps) else {
                throw VouchError("--steps is \(steps); it must be from 1 to 10,000")
            }
            return .integratedGradients(steps: steps)
        case .occlusion:
            let side = side ?? max(1, shorter / 7)
            guard (1...shorter).contains(side) else {
                throw VouchError(
                    "--side is \(side); pictures are seen with \(shape[0]) × \(shape[1]) pixels, so that it must be "
                        + "from 1 to \(shorter)")
            }
            return .occlusion(side: side)
        }
    }
}

extension PictureMaps {
    /// For machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// For a terminal.
    package var text: String {
        var text = "\(method).\nWhat the model uses, not what causes the outcome.\n"
        for item in pictures {
            text += "\nPicture \(item.row), \(item.picture): \(item.quantity) is \(NumberText.plain(item.score))"
            text += item.decided.map { "; decided: \($0).\n" } ?? ".\n"
            text +=
                "  Strongest at row \(item.peak[0]), column \(item.peak[1]) of \(item.height) × \(item.width), from "
                + "the upper left; half of the map lies in \(NumberText.plain(100 * item.halfShare)) % of the pixels.\n"
            guard let tells = item.tellsOfWeights else { continue }
            let mean = item.controls.reduce(0, +) / Double(item.controls.count)
            let compared =
                "rank correlation \(NumberText.plain(mean)) with maps of random weights, mean of \(item.controls.count)"
            text +=
                tells
                ? "  Another model's map would be another: \(compared).\n"
                : "  Do not read this map: it shows the picture and not what was learned (\(compared); "
                    + "\(NumberText.plain(Self.mostAlike)) or more).\n"
        }
        return text
    }
}
