import Explanation
import Figures
package import Runs
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
        /// From 1, from the upper left; nothing where the map is empty.
        package var peak: [Int]
        /// The least share of the pixels that hold half of the map's sizes.
        package var halfShare: Double
        /// Rank correlations of the sizes with those of random weights, of maps that are not empty; none where the
        /// map itself is.
        package var controls: [Double]
        /// Whether the map tells of the weights; `nil` where nothing was compared.
        package var tellsOfWeights: Bool?
    }

    /// A map that is as alike to those of random weights as this shows the picture, and not what was learned.
    package static let mostAlike = 0.5

    /// Random weights are drawn at most so many times for each map that is compared, as some give empty maps.
    static let drawsPerControl = 5

    static let emptyText = "The map is empty: this method finds nothing in the picture that speaks for the class."
    static let uncomparedText =
        "Compared with no map of random weights: whether it shows what was learned is not known."
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
    let explained = try ExplainedModel(run: request.run, label: request.label, threads: request.threads)
    let table = try explained.rows(of: request.rows, request.reading, chosen: request.chosen)
    let decided = try DecidedClasses(of: table, request.chosen, by: explained).classes
    let drawer = try MapDrawer(request, explained, of: table)
    let byClass = Dictionary(grouping: request.chosen) { request.label ?? decided[$0] }
    var items: [Int: PictureMaps.Item] = [:]
    var drawings: [Int: [UInt8]] = [:]
    for (label, rows) in byClass.sorted(by: { ($0.key ?? "") < ($1.key ?? "") }) {
        for (item, drawing) in try drawer.draw(rows, explaining: label) {
            items[item.row] = item
            items[item.row]?.decided = decided[item.row]
            drawings[item.row] = drawing
        }
    }
    return DrawnMaps(
        maps: PictureMaps(method: drawer.methodText, pictures: request.chosen.compactMap { items[$0] }),
        drawings: request.chosen.compactMap { drawings[$0] })
}

extension MapRequest {
    func pictureMethod(_ shape: [Int]) throws(VouchError) -> PictureMethod {
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
            guard !item.peak.isEmpty else {
                text += "  \(Self.emptyText) Try another --method, such as occlusion.\n"
                continue
            }
            text +=
                "  Strongest at row \(item.peak[0]), column \(item.peak[1]) of \(item.height) × \(item.width), from "
                + "the upper left; half of the map lies in \(NumberText.plain(100 * item.halfShare)) % of the pixels.\n"
            guard let tells = item.tellsOfWeights else {
                text += "  \(Self.uncomparedText)\n"
                continue
            }
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
