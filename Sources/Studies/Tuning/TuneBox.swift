import Documents
import Evidence
package import Figures
import Prediction
package import Runs
import Statistics
import TensorCore
import Tuning

/// What `vouch tune box` is asked for.
package struct BoxRequest: Sendable {
    package enum Center: String, Sendable, CaseIterable {
        /// The recipe's own settings, or those of the lowest loss.
        case standard = "default"
        case best
    }

    package var study: String
    package var center = Center.standard
    /// `0.5%` of the centre's loss, or a number in its unit.
    package var worseBy: String
    /// A run whose report shows what was found from then on.
    package var run: String?

    package init(_ study: String, worseBy: String) {
        self.study = study
        self.worseBy = worseBy
    }

    /// In the loss's unit.
    func loss(of value: Double) throws -> Double {
        let isShare = worseBy.hasSuffix("%")
        let text = isShare ? String(worseBy.dropLast()) : worseBy
        guard let number = Double(text.filter { $0 != " " }), number.isFinite, number > 0 else {
            throw VouchError(
                "--worse-by is \(worseBy); write a share such as 0.5%, or a number above 0 in the loss's unit"
            )
        }
        let loss = isShare ? number / 100 * abs(value) : number
        guard loss > 0 else {
            throw VouchError(
                "\(worseBy) of a loss of 0 is nothing; write --worse-by as a number in the loss's unit"
            )
        }
        return loss
    }
}

/// What `vouch tune box` answers.
package struct BoxAnswer: Encodable, Sendable {
    let study: String
    let around: String
    let center: [String: String]
    let centerLoss: Double
    let centerTrainings: Int
    let worseBy: Double
    let trials: Int
    /// `safe box`, `cannot tell` or `unreachable`.
    let verdict: String
    let reason: String
    let settings: [Range]
    /// Of the search space; `nil` without a box.
    let space: Double?
    /// How many more trials it takes: a guess.
    let moreTrials: Int?
    /// The least loss of which a box could be told.
    let leastWorseBy: Double?
    /// How far held-out trials stretched the surrogate's deviations.
    let stretch: Double?
    let notes: [String]
    package let figures: [Figure]

    struct Range: Encodable, Sendable {
        var setting: String
        /// Of a number.
        var lower: Double?
        var upper: Double?
        var isInteger: Bool
        var isLogarithmic: Bool
        /// Of a choice.
        var words: [String]?
        /// The whole range of the space: it can be left alone.
        var isWhole: Bool
    }

    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }
}

/// The largest box around a point of a study inside which no training is worse than a stated loss, with 95 %.
///
/// - Throws: `VouchError` where there is no such study, or the point was not trained.
package func tuneBox(
    _ request: BoxRequest, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> BoxAnswer {
    let judged = try JudgedTrials(request.study)
    guard let center = request.center == .best ? judged.best() : judged.standardTried() else {
        throw VouchError(
            request.center == .best
                ? "\(request.study) has no whole training with a loss yet. Search on"
                : "\(request.study) has not trained the recipe's own settings. Ask for --around best, or search on"
        )
    }
    let loss = try request.loss(of: center.mean)
    let answer = BoxDraft(judged, request, center, loss)
    if let lack = judged.lack(judged.tried()) { return answer.cannotTell(lack) }
    guard center.count > 1 else {
        return answer.cannotTell(
            "the \(request.center.rawValue) was trained once; it takes one more training of it under another seed"
        )
    }
    // Far above the limit a loss only says that it is above.
    let deviation = judged.tried().seedDeviation ?? 0
    let tried = judged.tried(cap: center.mean + 4 * max(loss, 2 * deviation))
    guard tried.repeats >= EffectImportance.leastRepeats else {
        return answer.cannotTell(
            "too few of the repeats are as good as the \(request.center.rawValue) to know the seed's noise there; "
                + "train it again under \(EffectImportance.leastRepeats - tried.repeats) more seeds"
        )
    }
    onEvent(.stage("Foretelling held-out trials"))
    let stretch = EffectSurrogate.stretch(tried, random: judged.random)
    onEvent(.stage("Growing a box around the \(request.center.rawValue)"))
    let surrogate = EffectSurrogate(tried, random: judged.random)
    var search = SafeBoxSearch(
        surrogate, around: center.place, loss: loss, stretch: stretch, random: judged.random)
    let told = answer.told(search.answer(), surrogate, stretch: stretch)
    if let run = request.run { try probeFile.add([told.probe()], to: run) }
    return told
}

/// An answer before it is known.
private struct BoxDraft {
    let judged: JudgedTrials
    let request: BoxRequest
    let center: JudgedTrials.Tried
    let loss: Double

    init(
        _ judged: JudgedTrials, _ request: BoxRequest, _ center: JudgedTrials.Tried, _ loss: Double
    ) {
        (self.judged, self.request, self.center, self.loss) = (judged, request, center, loss)
    }

    func answer(
        _ verdict: String, _ reason: String, settings: [BoxAnswer.Range] = [],
        space: Double? = nil, moreTrials: Int? = nil, least: Double? = nil,
        stretch: Double? = nil, figures: [Figure] = []
    ) -> BoxAnswer {
        BoxAnswer(
            study: request.study, around: request.center.rawValue,
            center: center.point.values.filter { one in
                judged.axes.contains { $0.id == one.key }
            }, centerLoss: center.mean, centerTrainings: center.count, worseBy: loss,
            trials: judged.values.count, verdict: verdict, reason: reason, settings: settings,
            space: space, moreTrials: moreTrials, leastWorseBy: least, stretch: stretch,
            notes: judged.notes, figures: figures)
    }

    func cannotTell(_ reason: String) -> BoxAnswer {
        answer(EffectShare.Verdict.cannotTell.rawValue, reason)
    }

    func told(
        _ found: SafeBoxAnswer, _ surrogate: EffectSurrogate, stretch: Double
    ) -> BoxAnswer {
        switch found {
        case .box(let box):
            let settings = judged.axes.indices.map { range(box, $0) }
            return answer(
                "safe box",
                "of trainings inside under other seeds at most 5 % are foretold to be worse by more",
                settings: settings, space: box.share(of: judged.kinds), stretch: stretch,
                figures: figures(box, surrogate))
        case .seedNoise(let least):
            return answer(
                "unreachable",
                "another seed alone makes a training worse by more, with the same settings: the least of which a box "
                    + "can be told is \(NumberText.plain(least))", least: least,
                stretch: stretch)
        case .worseNextToIt:
            return answer(
                EffectShare.Verdict.cannotTell.rawValue,
                "settings next to the \(request.center.rawValue) are foretold to be worse by more, each with some of "
                    + "the others; allow a larger loss", stretch: stretch)
        case .cannotTell(let more):
            return answer(
                EffectShare.Verdict.cannotTell.rawValue,
                "\(more) more trials, a guess: the surrogate is too unsure next to the \(request.center.rawValue)",
                moreTrials: more, stretch: stretch)
        }
    }

    private func range(_ box: SafeBox, _ place: Int) -> BoxAnswer.Range {
        let axis = judged.axes[place]
        if let words = axis.words {
            return BoxAnswer.Range(
                setting: axis.id, isInteger: false, isLogarithmic: false,
                words: box.words[place].map { words[$0] },
                isWhole: box.words[place].count == words.count)
        }
        var (lower, upper) = (
            axis.value(at: box.lower[place]), axis.value(at: box.upper[place])
        )
        var isInteger = false
        if case .integer = axis.parameter.domain {
            isInteger = true
            // Whole numbers inside; ends that are whole but for rounding stay.
            (lower, upper) = ((lower - 1e-6).rounded(.up), (upper + 1e-6).rounded(.down))
        }
        return BoxAnswer.Range(
            setting: axis.id, lower: lower, upper: upper, isInteger: isInteger,
            isLogarithmic: axis.isLogarithmic, words: nil,
            isWhole: box.lower[place] == 0 && box.upper[place] == 1)
    }

    /// The slice of the two numbers whose ranges are the smallest part of theirs.
    private func figures(_ box: SafeBox, _ surrogate: EffectSurrogate) -> [Figure] {
        let numbers = judged.axes.indices.filter { judged.axes[$0].kind == .number }
            .sorted { box.upper[$0] - box.lower[$0] < box.upper[$1] - box.lower[$1] }
        guard numbers.count > 1 else { return [] }
        let pair = numbers.prefix(2).sorted()
        var figure = SensitivityMap(
            surrogate: surrogate, axes: judged.axes, center: center.place,
            centerName: "the \(request.center.rawValue)"
        ).figure(pair[0], pair[1], box: box, boxName: "safe box")
        figure.id = "safe-box"
        figure.title = "Where no training is worse by more than \(NumberText.plain(loss))"
        return [figure]
    }
}
