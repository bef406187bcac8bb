import Images
import Platform
package import Tables

/// A column of pictures: cells are paths, or places in an archive of arrays, and each becomes a block of bytes.
///
/// Pictures are brought to one size, which is found on training rows, and kept as bytes; each channel is scaled to
/// mean 0 and standard deviation 1 over them.
package struct ImageEncoder: ColumnEncoder {
    package static let kind = ColumnKind.image
    package static let key = "images"

    package let column: String
    package let height: Int
    package let width: Int
    /// 1 where all pictures that were looked at are grey, else 3.
    package let channels: Int
    package let scale: ByteRows.Scale
    /// Whether a training row lacked it; then a 0/1 output says so.
    package let marksMissing: Bool

    /// Sizes, channels and scales are found on so many training rows, evenly spread.
    static let sampledRows = 1000
    /// Pictures with a longer side are made smaller.
    static let longestSide = 64

    package var outputs: ColumnOutputs {
        ColumnOutputs(
            mark: marksMissing ? column + " is missing" : nil,
            blocks: [BlockOutput(shape: [height, width, channels], bytes: scale)])
    }

    package init(
        fitting column: Column, in source: CellSource, rows: [Int]
    ) throws(TableError) {
        let known = rows.filter { !column.isMissing($0) }
        guard !known.isEmpty else { throw PictureCells.noPicture(column.name, source.table.name) }
        let count = min(known.count, Self.sampledRows)
        let sample = (0..<count).map { known[$0 * known.count / count] }
        let cells = PictureCells(column: column.name, table: source.table)
        let seen = try cells.values(of: sample) { picture in
            (width: picture.width, height: picture.height, isGrey: picture.isGrey)
        }
        let widths = seen.map(\.width).sorted(), heights = seen.map(\.height).sorted()
        let (wide, high) = (widths[count / 2], heights[count / 2])
        let longest = max(wide, high, Self.longestSide)
        let channels = seen.allSatisfy(\.isGrey) ? 1 : 3
        let width = max(1, wide * Self.longestSide / longest)
        let height = max(1, high * Self.longestSide / longest)
        let moments = try cells.values(of: sample) { picture in
            Self.moments(
                picture.with(channels: channels).resized(width: width, height: height))
        }
        var sums = [(sum: Int, squares: Int)](repeating: (0, 0), count: channels)
        for own in moments {
            for channel in 0..<channels {
                sums[channel].sum += own[channel].sum
                sums[channel].squares += own[channel].squares
            }
        }
        let pixels = Double(count * width * height)
        let centers = sums.map { Double($0.sum) / pixels }
        self.column = column.name
        self.width = width
        self.height = height
        self.channels = channels
        scale = ByteRows.Scale(
            centers: centers.map { Float($0) },
            spreads: zip(sums, centers).map { own, center in
                // Of pictures that are all of one value, bytes stay as they are.
                let variance = Double(own.squares) / pixels - center * center
                return variance < 1 ? 1 : Float(variance.squareRoot())
            })
        marksMissing = known.count < rows.count
    }

    package func encode(
        _ source: CellSource, into features: inout EncodedFeatures, at places: ColumnPlaces
    ) throws(TableError) {
        guard let cells = source.table.column(named: column) else { return }
        let known = (0..<cells.count).filter { !cells.isMissing($0) }
        let size = height * width * channels
        // A picture that is missing is one of the mean value, near zero as the network reads it.
        let mean = scale.centers.map { UInt8(min(max($0.rounded(), 0), 255)) }
        let missing = [[UInt8]](repeating: mean, count: height * width).flatMap { $0 }
        var writer = ByteRowsWriter(expected: cells.count * size)
        var failure: PlatformError?
        func add(_ row: Int, _ own: [UInt8]?) {
            guard failure == nil else { return }
            do throws(PlatformError) {
                while writer.count < row * size { try writer.append(missing) }
                if let own { try writer.append(own) }
            } catch {
                failure = error
            }
        }
        try PictureCells(column: column, table: source.table).each(of: known) { picture in
            picture.with(channels: channels).resized(width: width, height: height).bytes
        } body: { row, own in
            add(row, own)
        }
        add(cells.count, nil)
        do throws(PlatformError) {
            if let failure { throw failure }
            features.blocks[places.blocks.lowerBound].values = .bytes(
                try writer.finish(width: size, scale: scale))
        } catch {
            throw TableError(
                action: "keeping pictures", source: source.table.name, column: column,
                problem: error.reason + ", in \(error.path)",
                advice: error.nextStep + " TMPDIR names another folder for such files.")
        }
        features.markMissing(cells, at: places.mark)
    }

    /// Of each channel, in whole numbers, so that their order does not matter.
    private static func moments(_ picture: Picture) -> [(sum: Int, squares: Int)] {
        var sums = [(sum: Int, squares: Int)](repeating: (0, 0), count: picture.channels)
        for pixel in stride(from: 0, to: picture.bytes.count, by: picture.channels) {
            for channel in 0..<picture.channels {
                let value = Int(picture.bytes[pixel + channel])
                sums[channel].sum += value
                sums[channel].squares += value * value
            }
        }
        return sums
    }
}
