import ArgumentParser
import Platform
import Runs
import Studies

extension PictureMapMethod: ExpressibleByArgument {}

struct ExplainMapCommand: ChargedCommand {
    static let configuration = CommandConfiguration(
        commandName: "map",
        abstract: "Show which parts of a picture its class came from.",
        discussion: """
            The score of the class that is decided for a picture, or of --class, is divided among its pixels, as the \
            network sees it. --out draws it: the picture on the left, the map over it on the right; orange speaks for \
            the class, purple against it, beside the strongest of this picture.

            With --method, one of:
              grad-cam              the last layer that has places, weighed by its gradients
              saliency              the size of the gradient
              input-x-gradient      the gradient times the pixel
              integrated-gradients  gradients on the way from a grey picture: they sum to the score less that picture's
              occlusion             what the score loses where a square is grey

            A map can look right and tell nothing of the model. So each is compared with maps of the same network with \
            random weights; where those are alike, the command says not to read it.

            Examples:
              vouch explain map runs/xray new/ --row 3 --out why.png
              vouch explain map runs/xray new/ --row 1-20 --method occlusion --side 4 --out maps --json
            """)

    @OptionGroup var file: RowsOfFile

    @Option(help: "The column of pictures, where the run learned from several.")
    var column: String?

    @Option(help: "How the score is divided.")
    var method = PictureMapMethod.gradCAM

    @Option(name: .customLong("class"), help: "The class whose score is divided; the decided one if not given.")
    var label: String?

    @Option(help: "Pixels of a side of the squares of occlusion; a seventh of the shorter side if not given.")
    var side: Int?

    @Option(help: "Steps of integrated gradients; 50 if not given.")
    var steps: Int?

    @Option(help: "Networks of random weights that each map is compared with; 0 for none.")
    var controls = 3

    @Option(
        help: "A PNG file to draw the map to; of several pictures a folder, with a file row-N.png each.")
    var out: String?

    @Option(help: "Seed of the random weights.")
    var seed: UInt64 = 0

    @OptionGroup var form: FormArguments<TextForm>

    @Option(help: "Worker threads; all cores if not given.")
    var threads: Int?

    @OptionGroup(title: "Reading") var reading: ReadingArguments

    var charge: Charge? { Charge(.explanation, "map", file.folder) }

    mutating func carryOut() throws {
        var request = MapRequest(run: file.folder, rows: file.rows)
        if let chosen = file.chosen { request.chosen = chosen }
        (request.column, request.method, request.label) = (column, method, label)
        (request.side, request.steps, request.controls) = (side, steps, controls)
        (request.seed, request.threads, request.reading) = (seed, threads, reading.options)
        let drawings = out.map { path in
            request.chosen.count == 1 ? [path] : request.chosen.map { "\(path)/row-\($0).png" }
        }
        if let out, let drawings {
            let files = try OutputFiles(ofRun: file.folder, reads: ["what is explained": file.rows])
            try files.checkOutside(out, of: "--out")
            // Files can be looked at only in a folder that is there.
            if drawings.count > 1 { try Files.makeFolder(out) }
            for path in drawings { try files.check(["--out": path]) }
        }
        let found = try drawMaps(request)
        if let drawings {
            for (path, bytes) in zip(drawings, found.drawings) { try writeFile(bytes, to: path) }
        }
        Terminal(.output).write(try form.bytes(found.maps.text, found.maps.json()))
    }
}
