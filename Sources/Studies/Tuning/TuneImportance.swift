import Documents
import Evidence
package import Figures
import Prediction
package import Runs
import Statistics
import TensorCore
import Tuning

/// What `vouch tune importance` answers.
package struct ImportanceAnswer: Encodable, Sendable {
    let study: String
    /// Whole trainings that were compared, different settings among them, and trainings of the same settings.
    let trials: Int
    let points: Int
    let repeats: Int
    /// Standard deviation between seeds, in the objective's unit; its 95 % upper bound.
    let seedDeviation: Double?
    let seedDeviationUpper: Double?
    /// `told`, or `cannot tell` with what is lacking.
    let verdict: String
    let lack: String?
    let settings: [Share]
    /// That matter, or of which that cannot be ruled out: largest first, at most ten.
    let pairs: [Share]
    /// Higher interactions and fine detail.
    let rest: Share?
    let notes: [String]
    package let figures: [Figure]

    struct Share: Encodable, Sendable {
        var settings: [String]
        /// With all its pairs.
        var share: Double
        var lower: Double
        var upper: Double
        /// Without its pairs.
        var alone: Double
        var aloneLower: Double
        var aloneUpper: Double
        let level = 0.95
        var pValue: Double?
        var verdict: String

        init(_ settings: [String], _ whole: EffectShare.Part, _ alone: EffectShare.Part) {
            self.settings = settings
            (share, lower, upper) = (whole.share, whole.lower, whole.upper)
            (self.alone, aloneLower, aloneUpper) = (alone.share, alone.lower, alone.upper)
            verdict = ""
        }
    }

    private static let mostPairs = 10

    init(_ judged: JudgedTrials, _ tried: TriedPoints, cap: Double, lack: String) {
        self.init(judged, tried, cap: cap, nil, lack: lack, figures: [])
    }

    init(
        _ judged: JudgedTrials, _ tried: TriedPoints, cap: Double, _ found: EffectImportance?,
        lack: String?, figures: [Figure]
    ) {
        study = judged.study
        trials = judged.values.count
        points = tried.points.count
        repeats = tried.repeats
        seedDeviation = tried.seedDeviation
        seedDeviationUpper = tried.seedDeviationBound
        verdict = lack == nil ? "told" : EffectShare.Verdict.cannotTell.rawValue
        self.lack = lack
        let all = (found?.effects ?? []).map { effect in
            var share = Share(
                [effect.effect.first, effect.effect.second].compactMap { $0 }.map {
                    judged.axes[$0].id
                }, effect.whole, effect.alone)
            share.pValue = effect.pValue
            share.verdict = effect.verdict.rawValue
            return share
        }
        settings = all.filter { $0.settings.count == 1 }.sorted { $0.share > $1.share }
        pairs = Array(
            all.filter {
                $0.settings.count == 2
                    && $0.verdict != EffectShare.Verdict.mattersLittle.rawValue
            }
            .sorted { left, right in
                let (a, b) = (left.lower > 0, right.lower > 0)
                return a == b ? left.share > right.share : a
            }.prefix(Self.mostPairs))
        rest = found.map { Share([], $0.rest, $0.rest) }
        var notes = judged.notes
        if tried.capped > 0 {
            notes.append(
                "\(tried.capped) losses above \(NumberText.plain(cap)) count as that, so that trainings that failed "
                    + "to learn do not decide alone")
        }
        self.notes = notes
        self.figures = figures
    }

    package func json() throws -> [UInt8] { try JSON.encode(self) + [UInt8(ascii: "\n")] }

    /// As findings of a run's report.
    func probe() -> MeasuredProbe {
        MeasuredProbe(
            id: "whatMatters", drawback: .hyperParameters,
            measurements: settings.map { share in
                var found = Measurement(
                    metric: .settingShare, drawback: .hyperParameters, value: share.share,
                    interval: .init(
                        lower: share.lower, upper: share.upper,
                        method: "draws of a surrogate", varied: "trials, seeds"),
                    sample: .init(split: RowSplit.validation, rows: trials),
                    group: share.settings[0],
                    note: "estimated from \(trials) trials of a search; rows are trials here")
                found.verdict = share.verdict
                return found
            }, figures: figures, groups: [])
    }
}

/// Which settings of a study matter, with the seed's noise taken out.
///
/// - Parameter run: A run whose report shows what was found from then on.
/// - Throws: `VouchError` where there is no such study.
package func tuneImportance(
    _ study: String, run: String? = nil, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> ImportanceAnswer {
    let judged = try JudgedTrials(study)
    let cap = farOut(judged.values)
    let tried = judged.tried(cap: cap)
    if let lack = judged.lack(tried) {
        return ImportanceAnswer(judged, tried, cap: cap, lack: lack)
    }
    onEvent(.stage("Comparing \(judged.values.count) trials"))
    let found = EffectImportance(tried, random: judged.random)
    var figures = [importanceFigure(found, judged)]
    if let best = judged.best() {
        figures += SensitivityMap(
            surrogate: found.surrogate, axes: judged.axes, center: best.place,
            centerName: "the best that was tried"
        ).figures(found)
    }
    let answer = ImportanceAnswer(
        judged, tried, cap: cap, found, lack: nil, figures: figures)
    if let run { try probeFile.add([answer.probe()], to: run) }
    return answer
}

/// Above the third quartile by three times the distance between the quartiles: far out by Tukey 1977, ISBN 978-0-201-07616-5.
func farOut(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard sorted.count >= 4 else { return .infinity }
    let (low, high) = (sorted[sorted.count / 4], sorted[sorted.count * 3 / 4])
    return high > low ? high + 3 * (high - low) : .infinity
}

private func importanceFigure(_ found: EffectImportance, _ judged: JudgedTrials) -> Figure {
    let settings = found.effects.filter { $0.effect.second == nil }
        .sorted { $0.whole.share > $1.whole.share }
    return Figure(
        id: "what-matters", title: "Which settings matter",
        caption:
            "Of the loss's variance over the search space, the part of each setting with its pairs, and a 95 % "
            + "interval. The seed's noise is taken out; parts overlap where settings act together. Where the interval "
            + "begins at 0, chance explains it.",
        plot: .intervals(
            IntervalChart(
                axis: Axis("share of the variance", lower: 0, upper: 1),
                rows: settings.map {
                    .init(
                        label: judged.axes[$0.effect.first].id, value: $0.whole.share,
                        lower: $0.whole.lower, upper: $0.whole.upper,
                        count: found.surrogate.tried.points.count)
                })))
}
