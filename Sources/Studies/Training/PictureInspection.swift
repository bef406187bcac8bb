import Images
import Runs

/// What lies in a folder of pictures, as training would find it.
package struct PictureInspection: Encodable {
    /// The folder, or the archive.
    let source: String
    let pictures: Int
    let classes: [ClassCount]
    /// Pictures by format, and by mode.
    let formats: [String: Int]
    let modes: [String: Int]
    /// The most frequent ones first, such as `640 x 480`.
    let sizes: [SizeCount]
    let distinctSizes: Int
    let notes: [String: Int]
    let broken: Broken
    /// Files that are no pictures, and names that begin with a dot.
    let otherFiles: Int
    let hiddenFiles: Int
    let duplicates: Copies
    let nearDuplicates: Copies
    /// Pictures of nearly one value, among which no near duplicates are looked for.
    let flatPictures: Int
    /// Pictures with too many candidates for near duplicates to look at them all.
    let cutPictures: Int
    /// `nil` where there are not two classes.
    let giveaways: Giveaways?
    let warnings: [String]

    struct ClassCount: Encodable {
        /// `nil` of pictures in no folder of a class.
        let name: String?
        let pictures: Int
        /// By part, where folders of parts were found.
        let parts: [String: Int]
        let broken: Int
    }

    struct SizeCount: Encodable {
        let width: Int
        let height: Int
        let pictures: Int
    }

    struct Broken: Encodable {
        let count: Int
        let byReason: [String: Int]
        /// The first 10,000.
        let files: [BrokenFile]
    }

    struct BrokenFile: Encodable {
        let path: String
        let reason: String
        let problem: String
        let advice: String
    }

    struct Copies: Encodable {
        /// Pairs; of exact copies, each picture with the first of its pixels.
        let pairs: Int
        let pairsAcrossParts: Int
        let pairsOfOtherLabels: Int
        /// At most 10,000, those of other labels before those across parts before the rest.
        let listed: [Pair]
    }

    struct Pair: Encodable {
        let first: String
        let second: String
        let otherLabel: Bool
        let acrossParts: Bool
        /// Of near duplicates: 0 where equal, 0.1 at most.
        let distance: Double?
    }

    struct Giveaways: Encodable {
        /// Pictures that were looked at for marks.
        let pictures: Int
        /// Of the strongest mark, among permuted labels.
        let pValue: Double
        let marks: [Mark]
        let files: [FileGiveaway]
    }

    /// A mark in a corner or along an edge.
    struct Mark: Encodable {
        let label: String
        let place: String
        let fromValue: Int
        let toValue: Int
        let shareOfClass: Double
        let shareOfOthers: Double
        let difference: Double
        let lower: Double
        let upper: Double
    }

    /// A size, format or mode that one class has and others have not.
    struct FileGiveaway: Encodable {
        let label: String
        let kind: String
        let value: String
        let shareOfClass: Double
        let shareOfOthers: Double
    }

    /// The inspection for machines.
    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }
}

/// Looks at every picture of a folder or an archive; nothing is written.
///
/// - Complexity: each picture is decoded once; about a kilobyte a picture is kept.
package func inspectPictures(_ path: String, threads: Int) throws -> PictureInspection {
    let folder = try PictureFolder.read(path)
    let looked = try LookedPictures(folder, threads: threads)
    let known = looked.pictures.map(\.entry)
    func copies(_ pairs: [(first: Int, second: Int, distance: Float?)]) -> PictureInspection.Copies {
        let all = pairs.map { pair in
            let (first, second) = (known[pair.first], known[pair.second])
            return PictureInspection.Pair(
                first: first.path, second: second.path,
                otherLabel: first.label != nil && second.label != nil && first.label != second.label,
                acrossParts: first.part != second.part, distance: pair.distance.map(Double.init))
        }
        let ordered =
            all.filter(\.otherLabel) + all.filter { !$0.otherLabel && $0.acrossParts }
            + all.filter { !$0.otherLabel && !$0.acrossParts }
        return PictureInspection.Copies(
            pairs: all.count, pairsAcrossParts: all.count(where: \.acrossParts),
            pairsOfOtherLabels: all.count(where: \.otherLabel), listed: Array(ordered.prefix(10_000)))
    }
    var first: [PictureSketch.PixelHash: Int] = [:]
    var exact: [(first: Int, second: Int, distance: Float?)] = []
    for (place, picture) in looked.pictures.enumerated() {
        if let known = first[picture.sketch.pixelHash] {
            exact.append((known, place, nil))
        } else {
            first[picture.sketch.pixelHash] = place
        }
    }
    let near = NearDuplicates(looked.pictures.map(\.sketch), threads: threads)
    let giveaways = looked.giveaways(folder, threads: threads)
    let broken = folder.refused + looked.failures
    let (classes, sizes) = (looked.classCounts(folder), looked.sizes)
    return PictureInspection(
        source: path, pictures: looked.pictures.count, classes: classes,
        formats: looked.counts { $0.format.name }, modes: looked.counts(\.mode),
        sizes: Array(sizes.prefix(5)), distinctSizes: sizes.count,
        notes: looked.notes.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value },
        broken: PictureInspection.Broken(
            count: broken.count,
            byReason: broken.reduce(into: [:]) { $0[$1.reason.rawValue, default: 0] += 1 },
            files: broken.prefix(10_000).map {
                .init(path: $0.path, reason: $0.reason.rawValue, problem: $0.problem, advice: $0.advice)
            }),
        otherFiles: folder.otherFiles.count, hiddenFiles: folder.hiddenCount, duplicates: copies(exact),
        nearDuplicates: copies(near.pairs.map { ($0.first, $0.second, $0.distance) }),
        flatPictures: near.flatCount, cutPictures: near.cutCount, giveaways: giveaways,
        warnings: looked.warnings(folder, classes))
}
