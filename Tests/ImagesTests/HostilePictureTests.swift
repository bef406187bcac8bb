import Foundation
import Images
import Platform
import TensorCore
import Testing

/// Files that are no pictures, or were made to harm.
@Suite struct HostilePictureTests {
    private func bytes(_ name: String) throws -> [UInt8] {
        try Files.read(ReferencePicture.pictures + "/" + name)
    }

    private func reason(_ bytes: [UInt8], limits: PictureLimits = .standard) -> PictureError.Reason? {
        do {
            _ = try PictureFile.decode(bytes, path: "x.png", limits: limits)
            return nil
        } catch {
            #expect(!error.advice.isEmpty && !error.problem.isEmpty)
            return error.reason
        }
    }

    /// A PNG with another width and height, whose header has the right checksum.
    private func resized(_ png: [UInt8], _ width: UInt32, _ height: UInt32) -> [UInt8] {
        var png = png
        for place in 0..<4 {
            png[16 + place] = UInt8(truncatingIfNeeded: width >> UInt32(24 - 8 * place))
            png[20 + place] = UInt8(truncatingIfNeeded: height >> UInt32(24 - 8 * place))
        }
        let sum = checksum(png[12..<29])
        for place in 0..<4 { png[29 + place] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * place)) }
        return png
    }

    /// CRC-32 of PNG and ZIP, bit by bit.
    private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return ~sum
    }

    @Test func declaredSizesAreJudgedBeforeAnythingIsAllocated() throws {
        let png = try bytes("rgb8.png")
        #expect(reason(resized(png, 13, 9)) == nil)
        #expect(reason(resized(png, 60_000, 60_000)) == .tooLarge)
        #expect(reason(resized(png, 1, 4_000_000)) == .tooLarge)
        // Within the limits, and more than the file's bytes can give.
        #expect(reason(resized(png, 8000, 8000)) == .truncated)
        #expect(reason(resized(png, 0, 9)) == .damaged)
        #expect(reason(resized(png, .max, .max)) != nil)
        // The size of the JPEG is behind its marker FF C0: height, then width.
        var jpeg = try bytes("rgb444.jpg")
        let frame = try #require(jpeg.indices.first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        for place in 5...8 { jpeg[frame + place] = 0xEA }
        #expect(reason(jpeg) == .tooLarge)
        var bmp = try bytes("rgb.bmp")
        (bmp[20], bmp[24]) = (0xFF, 0xFF)
        #expect(reason(bmp) == .tooLarge)
        #expect(reason(Array("P6 60000 60000 255\n".utf8)) == .tooLarge)
        #expect(reason(Array("P5 8000 8000 255\n".utf8)) == .truncated)
        #expect(reason(Array("P5 99999999999999999999 1 255\n".utf8)) == .damaged)
        #expect(reason(png, limits: PictureLimits(pixels: 116)) == .tooLarge)
        #expect(reason(png, limits: PictureLimits(pixels: 117)) == nil)
    }

    /// A picture that goes on below its declared height is what it declares; what follows is not inflated.
    @Test func dataBeyondTheDeclaredSizeAreNotInflated() throws {
        let png = resized(try bytes("rgb8.png"), 13, 8)
        let whole = try PictureFile.read(ReferencePicture.pictures + "/rgb8.png")
        let cut = try PictureFile.decode(png, path: "x.png")
        #expect(cut.picture == whole.cropped(columns: 0..<13, rows: 0..<8))
        #expect(cut.notes == [.oddities])
    }

    @Test func filesThatEndEarlyAreErrorsAtEveryLength() throws {
        for name in [
            "rgb420.jpg", "rgb420-progressive.jpg", "rgb-restart.jpg", "rgb8.png", "grey16-interlaced.png",
            "rgb.bmp", "runs8.bmp", "palette4.bmp", "rgb.ppm", "one.pbm", "grey-text.pgm",
        ] {
            let whole = try bytes(name)
            let expected = try PictureFile.decode(whole, path: name).picture
            var complete = 0
            for count in 0..<whole.count {
                // Bytes that end the file may be missing where all pixels are there.
                if let decoded = try? PictureFile.decode(Array(whole.prefix(count)), path: name) {
                    // The last number of a text may lose digits unseen.
                    if !name.contains("text") { #expect(decoded.picture == expected, "\(name) cut to \(count)") }
                    complete += 1
                }
            }
            #expect(complete <= 16, "\(name)")
        }
        #expect(reason(Array(try bytes("rgb420.jpg").dropLast(200))) == .truncated)
        #expect(reason(Array(try bytes("rgb420-progressive.jpg").dropLast(2))) == .truncated)
        let ended = try PictureFile.decode(Array(try bytes("rgb420.jpg").dropLast(2)), path: "x.jpg")
        #expect(ended.notes == [.oddities])
        let trailing = try PictureFile.decode(try bytes("rgb420.jpg") + [1, 2, 3], path: "x.jpg")
        #expect(trailing.picture == ended.picture)
    }

    @Test func otherFilesAreNamedForWhatTheyAre() throws {
        #expect(reason([]) == .empty)
        #expect(reason(Array("hello".utf8)) == .notAPicture)
        #expect(reason(Array("GIF89a....".utf8)) == .otherFormat)
        #expect(reason(Array("RIFF....WEBPVP8 ".utf8)) == .otherFormat)
        #expect(reason([0] + Array("...ftypheic".utf8)) == .otherFormat)
        #expect(reason(try bytes("stored.npz")) == .otherFormat)
        #expect(reason([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) == .truncated)
        #expect(reason([0xFF, 0xD8, 0xFF]) == .truncated)
        #expect(reason(Array("BM".utf8)) == .truncated)
        #expect(reason(Array("P5 ".utf8)) == .damaged)
        do {
            _ = try PictureFile.decode(Array("GIF89a....".utf8), path: "a/b.png")
            Issue.record("a GIF was read")
        } catch {
            #expect(
                "\(error)"
                    == "reading the picture a/b.png: a GIF, which is not read. Convert it to PNG or JPEG, or leave it out."
            )
        }
    }

    /// Each scan over the whole picture can be a few bytes, so that time would grow without memory.
    @Test func scansWithoutEndAreRefused() throws {
        let jpeg = try bytes("rgb420-progressive.jpg")
        let scans = jpeg.indices.filter { $0 + 1 < jpeg.count && jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xDA }
        let last = try #require(scans.last)
        let scan = jpeg[last..<(jpeg.count - 2)]
        let many = Array(jpeg.dropLast(2)) + Array(repeatElement(scan, count: 200).joined()) + [0xFF, 0xD9]
        #expect(reason(many) != nil)
    }

    @Test func changedBytesNeverTrap() throws {
        let rounds = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == nil ? 12 : 2000
        let names = try Files.names(in: ReferencePicture.pictures).filter { !$0.hasSuffix(".npz") }
        let random = CounterRandom(seed: 1, name: "mutations")
        let limits = PictureLimits(pixels: 1 << 20)
        var failed = 0
        for (place, name) in names.enumerated() {
            let whole = try bytes(name)
            for round in 0..<rounds {
                let step = UInt32(place * rounds + round)
                var changed = whole
                for change in 0..<(1 + round % 4) {
                    let at = random.integer(
                        below: round % 2 == 0 ? min(whole.count, 60) : whole.count, step: step,
                        index: UInt64(2 * change))
                    changed[at] = UInt8(truncatingIfNeeded: random.bits(step: step, index: UInt64(2 * change + 1)))
                }
                if round % 5 == 4 { changed.removeLast(random.integer(below: changed.count, step: step, index: 99)) }
                if reason(changed, limits: limits) != nil { failed += 1 }
            }
        }
        #expect(failed > 0)
    }

    @Test func changedArchivesNeverTrap() throws {
        let rounds = ProcessInfo.processInfo.environment["VOUCH_VERIFY"] == nil ? 100 : 20_000
        let random = CounterRandom(seed: 2, name: "mutations")
        let path =
            FileManager.default.temporaryDirectory.path
            + "/vouch-archive-\(ProcessInfo.processInfo.processIdentifier).npz"
        defer { try? Files.remove(path) }
        var failed = 0
        for (kind, name) in ["stored.npz", "deflated.npz", "named.npz"].enumerated() {
            let whole = try bytes(name)
            for round in 0..<rounds {
                var changed = whole
                let step = UInt32(kind * rounds + round)
                for change in 0..<3 {
                    // The directory stands at the end.
                    let back = random.integer(
                        below: change == 0 ? 300 : whole.count, step: step, index: UInt64(2 * change))
                    changed[whole.count - 1 - back] = UInt8(
                        truncatingIfNeeded: random.bits(step: step, index: UInt64(2 * change + 1)))
                }
                try Data(changed).write(to: URL(filePath: path))
                do {
                    let folder = try PictureFolder.read(path)
                    let reader = try PictureReader(path)
                    for entry in folder.entries { _ = try reader.picture(entry.path) }
                } catch {
                    #expect(!error.advice.isEmpty)
                    failed += 1
                }
            }
        }
        #expect(failed > 10)
    }
}
