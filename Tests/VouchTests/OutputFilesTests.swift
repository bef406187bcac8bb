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
}
