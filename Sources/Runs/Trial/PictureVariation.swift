import GraphIR
import ImageColumns
import Images
import Kernels
import Models
import Tables
import Training

extension Learner {
    /// How the pictures of training rows are varied: moved a little, and mirrored where that keeps their labels.
    var pictureVariations: [ImageAugmentation] {
        guard prepared.recipe.kind != ModelForms.baseline else { return [] }
        return prepared.encoder.blocks.compactMap { place in
            guard place.kind == .image, place.output.bytes != nil else { return nil }
            let shape = place.output.shape
            var variation = ImageAugmentation(
                height: shape[0], width: shape[1], channels: shape[2],
                shift: min(shape[0], shape[1]) / Self.sidesOfShift,
                flipsHorizontally: prepared.mirrored.contains(place.column))
            variation.port = place.block.port
            variation.repeatsEdges = true
            return variation
        }
    }

    /// A picture is moved by at most a part of its shorter side.
    private static let sidesOfShift = 28
}

extension PreparedData {
    /// Finds the columns of pictures that may be mirrored.
    ///
    /// - Parameter classes: One a row of the table; `nil` of a target that is a number, whose pictures are not
    ///   mirrored.
    mutating func settleMirroring(_ classes: [Int32]?) throws {
        let places = encoder.blocks.enumerated().filter { $0.element.kind == .image }
        guard !places.isEmpty, let classes else { return }
        let rows = MirrorCheck.sample(of: split.train, seed: 0)
        let features = try encoder.encode(table.selecting(rows: rows))
        for (index, place) in places {
            guard case .bytes(let pictures) = features.blocks[index].values else { continue }
            let check = MirrorCheck(
                pictures, shape: place.output.shape, labels: rows.map { classes[$0] })
            if check.keepsLabels { mirrored.insert(place.column) }
            recipe.settings.append(
                .init(
                    option: "mirroring of " + place.column, value: check.keepsLabels ? "yes" : "no",
                    reason: "\(check.right) of \(check.asked) training pictures are of their nearest one's class, "
                        + "\(check.mirroredRight) once mirrored; \(check.contradicted) lie near one of another class, "
                        + "\(check.mirroredContradicted) once mirrored"))
        }
    }
}
