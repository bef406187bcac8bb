import Images
import ONNX
import Platform
package import Tables

/// A column of pictures, each of which becomes the features that an imported network makes of it.
///
/// Features are scaled to mean 0 and standard deviation 1 over training rows. A picture that is missing has features
/// of 0, the mean.
package struct BackboneEncoder: ColumnEncoder {
    package static let kind = ColumnKind.image
    package static let key = "pictureFeatures"

    package let column: String
    /// One a feature.
    package let centers: [Float]
    /// Greater than 0.
    package let spreads: [Float]
    /// Whether a training row lacked the picture; then a 0/1 output says so.
    package let marksMissing: Bool
    package let backbone: PictureBackbone

    /// So many pictures are decoded before their features are computed.
    private static let piece = 256

    package var outputs: ColumnOutputs {
        ColumnOutputs(
            mark: marksMissing ? column + " is missing" : nil,
            blocks: [BlockOutput(shape: [centers.count])])
    }

    package init(fitting column: Column, in source: CellSource, rows: [Int]) throws(TableError) {
        guard let backbone = source.resources[PictureBackbone.self] else {
            throw TableError(
                action: "encoding", source: source.table.name, column: column.name,
                problem: "no backbone is there", advice: "Give its file with --backbone")
        }
        let known = rows.filter { !column.isMissing($0) }
        guard !known.isEmpty else { throw PictureCells.noPicture(column.name, source.table.name) }
        let width = backbone.features
        var sums = [Double](repeating: 0, count: width)
        var squares = sums
        try Self.each(known, column.name, source.table, backbone) { _, features in
            for part in 0..<width {
                sums[part] += Double(features[part])
                squares[part] += Double(features[part]) * Double(features[part])
            }
        }
        let count = Double(known.count)
        self.column = column.name
        self.backbone = backbone
        centers = sums.map { Float($0 / count) }
        spreads = zip(sums, squares).map { sum, square in
            let mean = sum / count
            let variance = square / count - mean * mean
            // A feature that is the same for all training pictures says nothing of them.
            return variance > 1e-12 * max(1, mean * mean) ? Float(variance.squareRoot()) : 1
        }
        marksMissing = known.count < rows.count
    }

    package func encode(
        _ source: CellSource, into features: inout EncodedFeatures, at places: ColumnPlaces
    ) throws(TableError) {
        guard let cells = source.table.column(named: column) else { return }
        let width = centers.count
        var numbers = [Float](repeating: 0, count: cells.count * width)
        let known = (0..<cells.count).filter { !cells.isMissing($0) }
        try Self.each(known, column, source.table, backbone) { row, own in
            for part in 0..<width { numbers[row * width + part] = (own[part] - centers[part]) / spreads[part] }
        }
        features.blocks[places.blocks.lowerBound].values = .numbers(numbers)
        features.markMissing(cells, at: places.mark)
    }

    /// Features of rows' pictures, one after another.
    private static func each(
        _ rows: [Int], _ column: String, _ table: Table, _ backbone: PictureBackbone,
        body: (_ row: Int, _ features: [Float]) -> Void
    ) throws(TableError) {
        let cells = PictureCells(column: column, table: table)
        for start in stride(from: 0, to: rows.count, by: piece) {
            let part = Array(rows[start..<min(start + piece, rows.count)])
            var pictures: [PreparedPicture] = []
            var coloured: Int?
            try cells.each(of: part) { picture in
                backbone.prepared(picture)
            } body: { row, prepared in
                if let prepared { pictures.append(prepared) } else { coloured = coloured ?? row }
            }
            if let coloured {
                throw TableError(
                    action: "encoding", source: table.name, line: table.lines?[coloured], row: coloured + 1,
                    column: column, problem: "the picture has colours, and the backbone takes grey ones",
                    advice: "Convert the pictures, or give another backbone")
            }
            let found: [[Float]]
            do throws(ONNXError) {
                found = try backbone.features(of: pictures)
            } catch {
                throw TableError(
                    action: "computing features of pictures", source: table.name, column: column,
                    problem: "\(error)", advice: "")
            }
            for (row, features) in zip(part, found) { body(row, features) }
        }
    }
}

extension BackboneEncoder: Codable, Hashable {
    private enum CodingKeys: String, CodingKey {
        case column, centers, spreads, marksMissing
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        column = try container.decode(String.self, forKey: .column)
        centers = try container.decode([Float].self, forKey: .centers)
        spreads = try container.decode([Float].self, forKey: .spreads)
        marksMissing = try container.decode(Bool.self, forKey: .marksMissing)
        let resources = decoder.userInfo[.columnResources] as? ColumnResources
        guard let own = resources?[PictureBackbone.self] else {
            throw DecodingError.dataCorruptedError(
                forKey: .column, in: container, debugDescription: "its backbone is not there")
        }
        guard own.features == centers.count, centers.count == spreads.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .centers, in: container,
                debugDescription: "they are \(centers.count), and the backbone has \(own.features) features")
        }
        backbone = own
    }

    package func encode(to encoder: any Swift.Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(column, forKey: .column)
        try container.encode(centers, forKey: .centers)
        try container.encode(spreads, forKey: .spreads)
        try container.encode(marksMissing, forKey: .marksMissing)
    }

    package static func == (left: BackboneEncoder, right: BackboneEncoder) -> Bool {
        left.column == right.column && left.centers == right.centers && left.spreads == right.spreads
            && left.marksMissing == right.marksMissing && left.backbone.record == right.backbone.record
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(column)
        hasher.combine(centers)
        hasher.combine(backbone.record)
    }
}
