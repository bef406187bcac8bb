import Optim

/// What settings are where pictures are among the features and nothing was asked for: a short training, whose rate
/// rises and falls to 0, as fits two cores.
struct PictureRecipe {
    private let settling: Settling

    /// `nil` where no pictures are learned from, or by a model without layers.
    init?(_ settling: Settling) {
        guard settling.problem.hasPictures, settling.recipe.kind.form.settings.layers != nil,
            settling.recipe.kind != ModelForms.baseline
        else { return nil }
        self.settling = settling
    }

    /// A rule that gives way to this recipe.
    static func first<Value: Sendable>(
        _ own: @escaping @Sendable (PictureRecipe) -> Standard<Value>, _ other: @escaping FormSettings.Rule<Value>
    ) -> FormSettings.Rule<Value> {
        { PictureRecipe($0).map(own) ?? other($0) }
    }

    private static func rows(_ settling: Settling) -> Int { max(settling.problem.epochRows, 1) }

    var batch: Standard<Int> {
        let rows = Self.rows(settling)
        var batch = 32
        while batch < 128, batch * 128 < rows { batch *= 2 }
        return Standard(batch, "about 1/128 of \(rows) pictures, from 32 to 128")
    }

    /// Of pictures, over all epochs.
    private static let visits = 480_000

    /// Also of a linear model, which has a weight a pixel; `nil` without pictures.
    static func epochs(of settling: Settling) -> Standard<Int>? {
        guard settling.problem.hasPictures else { return nil }
        let rows = rows(settling)
        return Standard(
            min(max(visits / rows, 5), 30), "480,000 over the \(rows) pictures, 5 to 30")
    }

    var patience: Standard<Int> {
        Standard(settling.recipe.epochs, "all epochs, since the rate falls to 0 at their end")
    }

    var learningRate: Standard<Float> {
        Standard(5e-3 * (Float(settling.recipe.batchRows) / 128).squareRoot(), "5e-3 · √(batch/128) of pictures")
    }

    var weightDecay: Standard<Float> { Standard(5e-2, "of pictures, with a rate that is high for a short time") }

    var schedule: Standard<Schedule.Shape> {
        Standard(.oneCycle, "few epochs of pictures are best used by a rate that rises and falls to 0")
    }

    var refits: Standard<Int> { Standard(0, "none of pictures, whose trainings take long") }
}
