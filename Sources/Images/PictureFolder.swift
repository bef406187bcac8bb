import Platform
package import Tables

extension ColumnKind {
    /// Cells that are paths of pictures.
    package static let image = ColumnKind(rawValue: "image")
}

/// What was set aside for what, where folders or arrays are named after it.
package enum PicturePart: String, Sendable, Hashable, Codable, CaseIterable {
    case train, validation, test

    /// By the name of a folder or an array, such as `val`.
    package init?(named name: some StringProtocol) {
        switch name.lowercased() {
        case "train", "training": self = .train
        case "val", "valid", "validation", "dev": self = .validation
        case "test", "testing": self = .test
        default: return nil
        }
    }
}

/// The pictures of a folder that has a folder a class, or of an archive of arrays; nothing is decoded yet.
package struct PictureFolder: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        /// Relative to the folder, as `PictureReader` takes it.
        package let path: String
        /// The class; `nil` where the picture lies in no folder of one.
        package let label: String?
        package let part: PicturePart?
    }

    /// The folder, or the archive.
    package let path: String
    /// Sorted by the bytes of their paths.
    package let entries: [Entry]
    /// In the order of their bytes.
    package let classes: [String]
    /// Not empty where the pictures are set apart, as in `train/CLASS/…` and `test/CLASS/…`.
    package let parts: [PicturePart]
    /// Files and folders that were not taken though they might hold pictures: links out of the folder, what cannot be
    /// opened.
    package let refused: [PictureError]
    /// Files that are no pictures by their names and their first bytes.
    package let otherFiles: [String]
    /// Files and folders whose names begin with a dot.
    package let hiddenCount: Int

    init(
        path: String, entries: [Entry], refused: [PictureError] = [], otherFiles: [String] = [],
        hiddenCount: Int = 0
    ) {
        self.path = path
        self.entries = entries
        classes = Set(entries.compactMap(\.label)).sorted(by: bytewise)
        let found = Set(entries.compactMap(\.part))
        parts = PicturePart.allCases.filter(found.contains)
        self.refused = refused
        self.otherFiles = otherFiles
        self.hiddenCount = hiddenCount
    }

    /// - Throws: `PictureError` where it is neither a folder nor an archive of pictures, or holds no picture.
    package static func read(
        _ path: String, limits: PictureLimits = .standard
    ) throws(PictureError) -> PictureFolder {
        let folder: PictureFolder
        switch Files.kind(of: path) {
        case .folder: folder = try FolderListing.read(path)
        case .file: folder = try PictureArchive(path, limits: limits).folder
        default:
            throw PictureError(
                path: path, reason: .notThere, problem: "no such folder", advice: "Check the spelling of the path.")
        }
        guard folder.entries.isEmpty else { return folder }
        let reasons = folder.refused.first.map {
            " The first of \(folder.refused.count) refused: \($0.problem) (\($0.path))."
        }
        throw PictureError(
            path: path, reason: .notThere,
            problem: "no picture in it, of \(folder.otherFiles.count) files",
            advice: "Pictures are PNG, JPEG, BMP or PNM files, a folder a class." + (reasons ?? ""))
    }

    /// - Throws: `PictureError` where the pictures do not have two classes at least, or some have none.
    package func checkClasses() throws(PictureError) {
        let unlabelled = entries.count { $0.label == nil }
        guard unlabelled == 0 else {
            let example = entries.first { $0.label == nil }?.path ?? ""
            throw PictureError(
                path: path, reason: .notThere,
                problem: "\(unlabelled) pictures lie in no folder of a class, \(example) among them",
                advice: "Give each class a folder, and each picture that of its class: "
                    + "\(Files.name(of: path))/cat/1.png, \(Files.name(of: path))/dog/2.png.")
        }
        guard classes.count > 1 else {
            throw PictureError(
                path: path, reason: .notThere,
                problem: "one class only, \(classes.first.map { "\"\($0)\"" } ?? "none")",
                advice: "A class is a folder in it; there must be two of them at least, or name the folder above.")
        }
    }

    /// A row a picture: `path`, cells of the kind `image`, and `label`. Of a part, or of all.
    package func table(of part: PicturePart? = nil) -> Table {
        let chosen = part.map { part in entries.filter { $0.part == part } } ?? entries
        let places = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, Int32($0)) })
        // Values are in the order of their first use.
        var order: [Int32: Int32] = [:]
        var values: [String] = []
        let codes = chosen.map { entry -> Int32 in
            guard let label = entry.label, let place = places[label] else { return -1 }
            if let known = order[place] { return known }
            order[place] = Int32(values.count)
            values.append(label)
            return Int32(values.count - 1)
        }
        return Table(
            name: Files.name(of: path), rowCount: chosen.count,
            columns: [
                Column(name: "picture", cells: .texts(chosen.map(\.path), kind: .image)),
                Column(name: "label", cells: .categories(codes: codes, values: values)),
            ])
    }
}

/// The order of the bytes, which is that of no language.
func bytewise(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }

/// What lies in a folder, and in the folders in it.
private struct FolderListing {
    private let root: String
    private let realRoot: String
    private var files: [String] = []
    private var refused: [PictureError] = []
    private var otherFiles: [String] = []
    private var hiddenCount = 0

    static func read(_ path: String) throws(PictureError) -> PictureFolder {
        var listing = try FolderListing(path)
        try listing.list("", depth: 0)
        let files = listing.files.sorted(by: bytewise)
        let places = files.map { $0.split(separator: "/") }
        // Folders are parts where all are named so and no picture lies in them but in folders of classes.
        let isParted =
            places.contains { PicturePart(named: $0[0]) == .train }
            && places.allSatisfy { $0.count > 2 && PicturePart(named: $0[0]) != nil }
        let entries = zip(files, places).map { file, place in
            let depth = isParted ? 1 : 0
            return PictureFolder.Entry(
                path: file, label: place.count > depth + 1 ? String(place[depth]) : nil,
                part: isParted ? PicturePart(named: place[0]) : nil)
        }
        return PictureFolder(
            path: path, entries: entries, refused: listing.refused.sorted { bytewise($0.path, $1.path) },
            otherFiles: listing.otherFiles.sorted(by: bytewise), hiddenCount: listing.hiddenCount)
    }

    private init(_ path: String) throws(PictureError) {
        root = path
        do {
            realRoot = try Files.absolutePath(path)
        } catch {
            throw PictureError(path: path, reason: .unreadable, problem: error.reason, advice: error.nextStep)
        }
    }

    private mutating func list(_ folder: String, depth: Int) throws(PictureError) {
        let names: [String]
        do {
            names = try Files.names(in: folder.isEmpty ? root : root + "/" + folder)
        } catch {
            let failure = PictureError(
                path: folder.isEmpty ? root : folder, reason: .unreadable, problem: error.reason, advice: error.nextStep
            )
            guard !folder.isEmpty else { throw failure }
            refused.append(failure)
            return
        }
        for name in names {
            let relative = folder.isEmpty ? name : folder + "/" + name
            let path = root + "/" + relative
            if name.hasPrefix(".") {
                hiddenCount += 1
            } else if Files.isFolder(path) {
                guard depth < 64 else {
                    refused.append(
                        PictureError(
                            path: relative, reason: .unsupported, problem: "folders are nested more than 64 deep",
                            advice: "Move the pictures up."))
                    continue
                }
                try list(relative, depth: depth + 1)
            } else {
                add(relative)
            }
        }
    }

    private mutating func add(_ relative: String) {
        let path = root + "/" + relative
        do {
            guard let kind = Files.kind(of: path), kind != .other else {
                refused.append(
                    PictureError(
                        path: relative, reason: .unreadable, problem: "a link to nothing, a device or a pipe",
                        advice: "Leave it, or put the picture in its place."))
                return
            }
            let real = try Files.absolutePath(path)
            let expected = (realRoot == "/" ? "" : realRoot) + "/" + relative
            let isLink = !real.utf8.elementsEqual(expected.utf8)
            if isLink, kind == .folder {
                refused.append(
                    PictureError(
                        path: relative, reason: .outside, problem: "a link to a folder, which is not followed",
                        advice: "Copy the pictures into this folder, or leave it."))
                return
            }
            let inside = realRoot == "/" ? "/" : realRoot + "/"
            guard !isLink || real.utf8.starts(with: inside.utf8) else {
                refused.append(
                    PictureError(
                        path: relative, reason: .outside, problem: "a link out of the folder, which is not followed",
                        advice: "Copy the picture into this folder, or leave it."))
                return
            }
            if isPictureName(relative) {
                files.append(relative)
            } else {
                let file = try PositionedFile(path)
                let head = try file.bytes(0..<min(file.count, 8))
                if let format = PictureFormat(of: head), format != .npz {
                    files.append(relative)
                } else {
                    otherFiles.append(relative)
                }
            }
        } catch {
            refused.append(
                PictureError(path: relative, reason: .unreadable, problem: error.reason, advice: error.nextStep))
        }
    }

    /// By its ending, which only chooses what is looked at: a file that is named so and is none is told as broken.
    private func isPictureName(_ name: String) -> Bool {
        guard let dot = name.utf8.lastIndex(of: 0x2E) else { return false }
        return Self.endings.contains(name[name.index(after: dot)...].lowercased())
    }

    private static let endings: Set<String> = PictureFormat.allCases
        .filter { $0 != .npz }
        .reduce(into: ["gif", "tif", "tiff", "webp", "heic", "avif"]) { $0.formUnion($1.extensions) }
}
