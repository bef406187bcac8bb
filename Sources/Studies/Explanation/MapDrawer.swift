import Explanation
import ImageColumns
import Images
import Models
import Runs
import Tables

/// Draws maps of pictures of a table.
struct MapDrawer {
    private let request: MapRequest
    private let explained: ExplainedModel
    private let bundle: ModelBundle
    private let table: Table
    private let block: BlockPlace
    private let encoder: ImageEncoder
    private let method: PictureMethod

    /// - Throws: where the run's model has no maps of the column that is asked for.
    init(_ request: MapRequest, _ explained: ExplainedModel, of table: Table) throws {
        self.request = request
        self.explained = explained
        self.table = table
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

    /// - Parameters:
    ///   - rows: From 1.
    ///   - label: The class whose score is divided; the last in order if `nil`.
    func draw(_ rows: [Int], explaining label: String?) throws -> [(PictureMaps.Item, [UInt8])] {
        let explained = try explained.explaining(label)
        let own = table.selecting(rows: rows.map { $0 - 1 })
        guard let cells = own.column(named: block.column) else { return [] }
        if let missing = rows.indices.first(where: { cells.isMissing($0) }) {
            throw VouchError("row \(rows[missing]) of \(request.rows) has no picture in \"\(block.column)\"")
        }
        let features = try bundle.encoder.encode(own)
        let maps = try self.maps(of: bundle, features, explained.place)
        let alike = try correlations(of: maps, features, explained.place)
        let pictures = try PictureCells(column: block.column, table: own).values(of: Array(rows.indices)) {
            $0.with(channels: encoder.channels).resized(width: encoder.width, height: encoder.height)
        }
        return try maps.indices.map { place in
            let map = maps[place]
            let own = alike[place]
            let item = PictureMaps.Item(
                row: rows[place], picture: cells.text(place) ?? "", quantity: explained.scoreQuantity,
                score: map.score, base: map.base, height: map.height, width: map.width, values: map.values,
                peak: map.isEmpty ? [] : [map.peak.row + 1, map.peak.column + 1], halfShare: halfShare(map.values),
                controls: own,
                tellsOfWeights: own.isEmpty
                    ? nil : own.reduce(0, +) / Double(own.count) < PictureMaps.mostAlike)
            let drawing = MapDrawing(pictures[place], values: map.values, isSigned: map.isSigned).drawn
            return (item, try drawing.png())
        }
    }

    /// Of each map, its rank correlations with those of random weights, as many as are asked for.
    ///
    /// An empty map has no order of pixels, and its correlation is 0 with every other, which would pass for a
    /// difference. So an empty one is not compared, and where random weights give one, others are drawn.
    private func correlations(
        of maps: [PictureMap], _ features: EncodedFeatures, _ place: Int
    ) throws -> [[Double]] {
        var found = [[Double]](repeating: [], count: maps.count)
        for draw in 0..<PictureMaps.drawsPerControl * request.controls {
            let open = maps.indices.filter { !maps[$0].isEmpty && found[$0].count < request.controls }
            if open.isEmpty { break }
            let others = try self.maps(
                of: bundle.randomized(.allLayers, seed: request.seed &+ UInt64(draw)), features, place)
            for row in open where !others[row].isEmpty {
                found[row].append(AttributionComparison.rankCorrelation(maps[row].values, others[row].values))
            }
        }
        return found
    }

    private func maps(of model: ModelBundle, _ features: EncodedFeatures, _ place: Int) throws -> [PictureMap] {
        guard let encoded = model.encoded(explaining: place, threads: explained.threads) else { return [] }
        return try encoded.pictureMaps(
            of: features, block: block.name, column: block.column, method: method)
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
