import Platform
import RunStore
import Runs
import Testing

@Suite struct OutputFilesTests {
    @Test func noFileOfARunIsWrittenOver() throws {
        let scratch = try Scratch()
        let run = scratch.path + "/run"
        var writer = RunFolder.Writer()
        try writer.add("weights.safetensors", text: "weights")
        try writer.commit(to: run, overwrite: false)
        let error = #expect(throws: VouchError.self) {
            try OutputFiles().check(["--out": run + "/weights.safetensors"])
        }
        #expect(error?.description.contains("a file of the run") == true, "\(String(describing: error))")
        try OutputFiles().check(["--out": run + "/told.csv", "--json": scratch.path + "/told.json"])
    }

    @Test func noDrawingLiesAmongThePicturesThatAreRead() throws {
        let scratch = try Scratch()
        try Files.makeFolder(scratch.path + "/data/cats")
        let picture = try scratch.write(Array("P5\n1 1\n255\n0".utf8), to: "data/cats/1.pgm")
        let files = OutputFiles(reads: ["what is explained": scratch.path + "/data"])
        for path in [picture, scratch.path + "/data/cats/new.png", scratch.path + "/data"] {
            let error = #expect(throws: VouchError.self, "\(path)") { try files.checkOutside(path, of: "--out") }
            #expect(error?.description.contains("which is what is explained") == true)
        }
        try files.checkOutside(scratch.path + "/data.png", of: "--out")
    }
}
