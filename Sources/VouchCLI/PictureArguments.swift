import ArgumentParser
import Runs

/// How pictures are read by a network that somebody else trained.
struct PictureArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            A network of pictures that somebody else trained, whose features are learned from in place of pixels. The \
            run keeps a copy.
            """, valueName: "model.onnx"))
    var backbone: String?

    @Option(
        help: ArgumentHelp(
            "The node or value of --backbone whose numbers are the features; what enters its classifier if not given.",
            valueName: "node"))
    var cut: String?

    @Option(
        help: ArgumentHelp(
            "How --backbone was trained to see pixels: \(BackboneRequest.pixelsHelp). It cannot be guessed.",
            valueName: "scaling"))
    var pixels: String?

    @Option(
        help: ArgumentHelp(
            """
            The side in pixels to which pictures are brought, where --backbone takes any: \
            \(BackboneRequest.usualSide) if not given.
            """, valueName: "pixels"))
    var backboneSide: Int?

    /// - Throws: where something is said of a backbone that is not given, or what it cannot do without is not.
    func request() throws -> BackboneRequest? {
        guard let backbone else {
            let others = [("--cut", cut != nil), ("--pixels", pixels != nil), ("--backbone-side", backboneSide != nil)]
            if let (name, _) = others.first(where: \.1) {
                throw ValidationError("\(name) is of a backbone, and none is given. Give its file with --backbone")
            }
            return nil
        }
        guard let pixels else {
            throw ValidationError(
                "--backbone needs --pixels, since a wrong guess would give worse features without a word: "
                    + BackboneRequest.pixelsHelp)
        }
        if let side = backboneSide, !(8...1024).contains(side) {
            throw ValidationError("--backbone-side is \(side); it must be from 8 to 1024")
        }
        let request = BackboneRequest(file: backbone, cut: cut, pixels: pixels, side: backboneSide)
        _ = try request.scaling
        return request
    }
}
