import Foundation
import Images
import Platform
import Tables
import Testing

/// A folder of its own, which goes with the test.
struct MadeFolder: ~Copyable {
    let path: String

    init(_ name: String) throws {
        path =
            FileManager.default.temporaryDirectory.path
            + "/vouch-\(name)-\(ProcessInfo.processInfo.processIdentifier)"
        try Files.remove(path)
        try Files.makeFolder(path)
    }

    deinit { try? Files.remove(path) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Files.makeFolder(Files.folder(of: path + "/" + name))
        try Data(bytes).write(to: URL(filePath: path + "/" + name))
    }

    /// A grey PNM whose pixels all have one value.
    func picture(_ name: String, _ value: UInt8 = 100, width: Int = 2, height: Int = 2) throws {
        try write(name, Array("P5 \(width) \(height) 255\n".utf8) + Array(repeating: value, count: width * height))
    }

    func link(_ name: String, to target: String) throws {
        try Files.makeFolder(Files.folder(of: path + "/" + name))
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }
}

@Suite struct PictureFolderTests {
    @Test func aFolderAClassIsATable() throws {
        let made = try MadeFolder("classes")
        for name in [
            "katze/2.pgm", "katze/10.pgm", "kleiner Hund/a b.pgm", "кот/новый/1.pgm", "kötér/x.jpg", "Zebra/y",
        ] {
            try made.picture(name)
        }
        try made.picture(".hidden/1.pgm")
        try made.picture("katze/.1.pgm")
        try made.write("katze/notes.txt", Array("hello".utf8))
        let folder = try PictureFolder.read(made.path)
        #expect(folder.classes == ["Zebra", "katze", "kleiner Hund", "kötér", "кот"])
        #expect(
            folder.entries.map(\.path) == [
                "Zebra/y", "katze/10.pgm", "katze/2.pgm", "kleiner Hund/a b.pgm", "kötér/x.jpg", "кот/новый/1.pgm",
            ])
        #expect(folder.hiddenCount == 2)
        #expect(folder.otherFiles == ["katze/notes.txt"])
        #expect(folder.parts.isEmpty && folder.refused.isEmpty)
        try folder.checkClasses()
        let table = folder.table()
        #expect(table.columns.map(\.name) == ["picture", "label"])
        #expect(table.columns[0].kind == .image)
        #expect(table.columns[0].text(5) == "кот/новый/1.pgm")
        #expect(
            (0..<6).map { table.columns[1].text($0) } == ["Zebra", "katze", "katze", "kleiner Hund", "kötér", "кот"])
        let reader = try PictureReader(made.path)
        #expect(try reader.picture("kleiner Hund/a b.pgm").bytes == [100, 100, 100, 100])
        #expect(try reader.load("kötér/x.jpg").notes == [.otherExtension])
    }

    @Test func partsAreReadWhereAllFoldersAreNamedSo() throws {
        let made = try MadeFolder("parts")
        for name in ["train/a/1.pgm", "train/b/1.pgm", "val/a/2.pgm", "Test/b/3.pgm"] { try made.picture(name) }
        let folder = try PictureFolder.read(made.path)
        #expect(folder.parts == [.train, .validation, .test])
        #expect(folder.classes == ["a", "b"])
        #expect(folder.table(of: .test).columns[0].text(0) == "Test/b/3.pgm")
        // A class may be called so, too.
        try made.picture("bus/x.pgm")
        let classes = try PictureFolder.read(made.path)
        #expect(classes.parts.isEmpty)
        #expect(classes.classes == ["Test", "bus", "train", "val"])
    }

    @Test func foldersWithoutClassesAreErrorsThatSayWhatToDo() throws {
        let made = try MadeFolder("one")
        func problem(_ body: () throws -> Void) -> String {
            do {
                try body()
                return "none"
            } catch let error as PictureError {
                return error.problem
            } catch {
                return "\(error)"
            }
        }
        #expect(problem { _ = try PictureFolder.read(made.path) } == "no picture in it, of 0 files")
        #expect(problem { _ = try PictureFolder.read(made.path + "/none") } == "no such folder")
        try made.picture("cat/1.pgm")
        #expect(problem { try PictureFolder.read(made.path).checkClasses() } == "one class only, \"cat\"")
        #expect(problem { _ = try PictureFolder.read(made.path + "/cat/1.pgm") }.hasPrefix("one picture, and neither"))
        try made.picture("2.pgm")
        #expect(
            problem { try PictureFolder.read(made.path).checkClasses() }
                == "1 pictures lie in no folder of a class, 2.pgm among them")
    }

    @Test func linksOutOfTheFolderAndWhatCannotBeOpenedAreNamed() throws {
        let outside = try MadeFolder("outside")
        try outside.picture("secret.pgm")
        let made = try MadeFolder("links")
        try made.picture("a/1.pgm")
        try made.link("a/inside.pgm", to: "1.pgm")
        try made.link("a/out.pgm", to: outside.path + "/secret.pgm")
        try made.link("a/circle", to: made.path)
        try made.link("b", to: outside.path)
        try made.link("a/nowhere.pgm", to: "gone.pgm")
        try made.picture("a/locked.pgm")
        let folder = try PictureFolder.read(made.path)
        #expect(folder.entries.map(\.path) == ["a/1.pgm", "a/inside.pgm", "a/locked.pgm"])
        #expect(folder.refused.map(\.path) == ["a/circle", "a/nowhere.pgm", "a/out.pgm", "b"])
        #expect(folder.refused.map(\.reason) == [.outside, .unreadable, .outside, .outside])
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: made.path + "/a/locked.pgm")
        if geteuid() != 0 {
            #expect(throws: PictureError.self) { _ = try PictureReader(made.path).picture("a/locked.pgm") }
        }
    }

    @Test func picturesComeInTheirOrderWithAnyNumberOfThreads() throws {
        let made = try MadeFolder("order")
        for place in 0..<300 {
            try made.picture("\(place % 3)/\(1000 + place).pgm", UInt8(place % 256), width: 1 + place % 7, height: 3)
        }
        try made.write("0/broken.pgm", Array("P5 2 2 255\n..".utf8))
        let cells = try PictureFolder.read(made.path).entries.map(\.path)
        let reader = try PictureReader(made.path)
        func values(_ threads: Int) -> [String] {
            var values: [String] = []
            reader.stream(cells, threads: threads) { place, result in
                switch result {
                case .success(let decoded): "\(place) \(decoded.picture.width) \(decoded.picture.bytes[0])"
                case .failure(let error): "\(place) \(error.reason) \(error.path)"
                }
            } body: { place, value in
                #expect(values.count == place)
                values.append(value)
            }
            return values
        }
        let one = values(1)
        #expect(one.count == 301)
        #expect(one.contains("100 truncated 0/broken.pgm"))
        #expect(values(2) == one && values(4) == one)
    }
}
