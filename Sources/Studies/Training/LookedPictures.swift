import Images
import Statistics
import TensorCore

/// What is kept of the pictures of a folder that were decoded, in the folder's order.
struct LookedPictures {
    struct Looked: Sendable {
        let entry: PictureFolder.Entry
        let sketch: PictureSketch
        /// Of those that are looked at for marks.
        let cells: MarkCells?
        let format: PictureFormat
        let mode: String
        let notes: Set<PictureNote>
    }

    private(set) var pictures: [Looked] = []
    private(set) var failures: [PictureError] = []
    private var brokenOfClass: [String?: Int] = [:]

    init(_ folder: PictureFolder, threads: Int) throws {
        let reader = try PictureReader(folder.path)
        let entries = folder.entries
        let chosen = Set(
            CounterRandom(seed: 1, name: "pictures").permutation(of: entries.count).prefix(MarkSearch.mostPictures))
        reader.stream(entries.map(\.path), threads: threads) { place, result -> Result<Looked, PictureError> in
            result.map { decoded in
                let picture = decoded.picture
                let isLookedAt =
                    chosen.contains(place) && min(picture.width, picture.height) >= MarkCells.leastSide
                return Looked(
                    entry: entries[place], sketch: PictureSketch(picture),
                    cells: isLookedAt ? MarkCells(picture) : nil, format: decoded.format,
                    mode: decoded.mode, notes: decoded.notes)
            }
        } body: { place, result in
            switch result {
            case .success(let looked): pictures.append(looked)
            case .failure(let failure):
                failures.append(failure)
                brokenOfClass[entries[place].label, default: 0] += 1
            }
        }
    }

    var notes: [PictureNote: Int] {
        pictures.reduce(into: [:]) { counts, picture in
            for note in picture.notes { counts[note, default: 0] += 1 }
        }
    }

    func counts(_ text: (Looked) -> String) -> [String: Int] {
        pictures.reduce(into: [:]) { $0[text($1), default: 0] += 1 }
    }

    /// The most frequent first.
    var sizes: [PictureInspection.SizeCount] {
        var counts: [[Int]: Int] = [:]
        for picture in pictures { counts[[picture.sketch.width, picture.sketch.height], default: 0] += 1 }
        return counts.map { .init(width: $0.key[0], height: $0.key[1], pictures: $0.value) }
            .sorted { ($1.pictures, $0.width, $0.height) < ($0.pictures, $1.width, $1.height) }
    }

    func classCounts(_ folder: PictureFolder) -> [PictureInspection.ClassCount] {
        let names: [String?] = folder.classes + (folder.entries.contains { $0.label == nil } ? [nil] : [])
        var counts: [String?: Int] = [:]
        var parts: [String?: [String: Int]] = [:]
        for picture in pictures {
            counts[picture.entry.label, default: 0] += 1
            if let part = picture.entry.part {
                parts[picture.entry.label, default: [:]][part.rawValue, default: 0] += 1
            }
        }
        return names.map {
            .init(
                name: $0, pictures: counts[$0] ?? 0, parts: parts[$0] ?? [:], broken: brokenOfClass[$0] ?? 0)
        }
    }

    /// What training or its tests would stumble over.
    func warnings(_ folder: PictureFolder, _ counts: [PictureInspection.ClassCount]) -> [String] {
        var warnings: [String] = []
        do {
            try folder.checkClasses()
        } catch {
            warnings.append("training would stop here: \(error.problem). \(error.advice)")
        }
        for count in counts {
            guard let name = count.name else { continue }
            if count.pictures < 10 {
                warnings.append("the class \"\(name)\" has \(count.pictures) pictures that can be read")
            }
            for part in folder.parts where count.parts[part.rawValue] == nil {
                warnings.append("the class \"\(name)\" has no picture in \(part.rawValue)")
            }
        }
        return warnings
    }
}

// MARK: - What gives the label away

extension LookedPictures {
    /// The share of a class that must have what gives it away, and that the others may have.
    private static let leastShare = 0.3
    private static let mostElsewhere = 0.05
    private static let leastPictures = 20

    func giveaways(_ folder: PictureFolder, threads: Int) -> PictureInspection.Giveaways? {
        let places = Dictionary(uniqueKeysWithValues: folder.classes.enumerated().map { ($1, $0) })
        var cells: [MarkCells] = []
        var labels: [Int] = []
        for picture in pictures {
            guard let own = picture.cells, let label = picture.entry.label, let place = places[label] else { continue }
            cells.append(own)
            labels.append(place)
        }
        // A table of counts a class: of very many classes it would fill the memory, and each has few pictures.
        guard (2...100).contains(folder.classes.count) else { return nil }
        let search = MarkSearch(
            cells, labels: labels, classCount: folder.classes.count, seed: 1, permutations: 99, threads: threads)
        let marks = search.pValue > 0.05 ? [] : search.marks.compactMap { mark(of: $0, folder.classes) }
        return PictureInspection.Giveaways(
            pictures: search.pictureCount, pValue: search.pValue, marks: marks, files: fileGiveaways(folder))
    }

    /// `nil` where it is no good part of its class. The interval of the difference is Newcombe's (1998, DOI
    /// 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I, method 10), from Wilson's of both shares.
    private func mark(of found: SuspectedMark, _ classes: [String]) -> PictureInspection.Mark? {
        let own = Double(found.inClass) / Double(found.classCount)
        let others = Double(found.inOthers) / Double(found.otherCount)
        let z = 1.959_963_985
        let ofOwn = wilson(share: own, rows: Double(found.classCount), z: z)
        let ofOthers = wilson(share: others, rows: Double(found.otherCount), z: z)
        func root(_ first: Double, _ second: Double) -> Double { (first * first + second * second).squareRoot() }
        let lower = own - others - root(own - ofOwn.lower, ofOthers.upper - others)
        let upper = own - others + root(ofOwn.upper - own, others - ofOthers.lower)
        guard own >= Self.leastShare, others <= 2 * Self.mostElsewhere, lower > Self.leastShare / 2 else { return nil }
        return PictureInspection.Mark(
            label: classes[found.label], place: found.place, fromValue: found.values.lowerBound,
            toValue: found.values.upperBound, shareOfClass: own, shareOfOthers: others, difference: own - others,
            lower: lower, upper: upper)
    }

    private func fileGiveaways(_ folder: PictureFolder) -> [PictureInspection.FileGiveaway] {
        let kinds: [(name: String, text: (Looked) -> String)] = [
            ("size", { "\($0.sketch.width) x \($0.sketch.height)" }), ("format", { $0.format.name }),
            ("mode", \.mode),
        ]
        var ofClass: [String: Int] = [:]
        for picture in pictures { if let label = picture.entry.label { ofClass[label, default: 0] += 1 } }
        var found: [PictureInspection.FileGiveaway] = []
        for kind in kinds {
            let all = counts(kind.text)
            guard all.count > 1 else { continue }
            var counts: [String: [String: Int]] = [:]
            for picture in pictures {
                if let label = picture.entry.label { counts[label, default: [:]][kind.text(picture), default: 0] += 1 }
            }
            for label in folder.classes {
                guard let size = ofClass[label], size >= Self.leastPictures,
                    pictures.count - size >= Self.leastPictures,
                    let (value, count) = counts[label]?.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })
                else { continue }
                let share = Double(count) / Double(size)
                let elsewhere = Double((all[value] ?? count) - count) / Double(pictures.count - size)
                guard share >= Self.leastShare, elsewhere <= Self.mostElsewhere else { continue }
                found.append(
                    .init(label: label, kind: kind.name, value: value, shareOfClass: share, shareOfOthers: elsewhere))
            }
        }
        return found
    }
}
