import Runs
import TensorCore
import Tuning

/// A study's trials of whole fidelity as points and values, and what was left out.
struct JudgedTrials: Sendable {
    let study: String
    let axes: [SettingAxis]
    let standard: SearchPoint
    /// One a trial.
    let points: [SearchPoint]
    let places: [[Double]]
    let values: [Double]
    let ids: [Int]
    /// Why trials are not among these.
    let notes: [String]
    /// Of all that follows.
    let random = CounterRandom(seed: 59, name: "what matters")

    init(_ study: String) throws {
        let (space, trials, standard) = try finishedTrials(of: study)
        self.study = study
        axes = space.axes
        self.standard = standard
        guard axes.count > 1 else {
            throw VouchError("\(study) searches \(axes.count) setting; there is nothing to compare")
        }
        var (points, places, values): ([SearchPoint], [[Double]], [Double]) = ([], [], [])
        var (partial, failed, outside) = (0, 0, 0)
        for trial in trials {
            guard trial.plan.fidelity == .whole else {
                partial += 1
                continue
            }
            guard let value = trial.objective, value.isFinite else {
                failed += 1
                continue
            }
            guard let place = space.place(of: trial.plan.point) else {
                outside += 1
                continue
            }
            points.append(trial.plan.point)
            places.append(place)
            values.append(value)
        }
        (self.points, self.places, self.values) = (points, places, values)
        var known: [[Double]: Int] = [:]
        ids = places.map { place in
            let id = known[place] ?? known.count
            known[place] = id
            return id
        }
        func note(_ count: Int, _ reason: String) -> String? {
            count == 0 ? nil : "\(count) \(count == 1 ? "trial" : "trials") left out: \(reason)"
        }
        notes = [
            note(partial, "of fewer rows or epochs than a whole training"),
            note(failed, "without a finite number"),
            note(outside, "with a setting that is not known or outside of the space"),
        ].compactMap(\.self)
    }

    var kinds: [AxisKind] { axes.map(\.kind) }

    func tried(cap: Double = .infinity) -> TriedPoints {
        TriedPoints(axes: kinds, points: places, values: values, ids: ids, cap: cap)
    }

    /// What stands in the way of shares; `nil` where nothing does.
    func lack(_ tried: TriedPoints) -> String? {
        let (points, repeats) = (
            EffectImportance.leastPoints(axes: axes.count), EffectImportance.leastRepeats
        )
        var parts: [String] = []
        if tried.points.count < points {
            parts.append(
                "\(points - tried.points.count) more settings tried by whole trainings (there are "
                    + "\(tried.points.count) of \(points))")
        }
        if tried.repeats < repeats {
            parts.append(
                "\(repeats - tried.repeats) more trainings of the same settings under other seeds (there are "
                    + "\(tried.repeats) of \(repeats)): without them the seed's noise passes for an effect"
            )
        }
        return parts.isEmpty ? nil : "it takes " + parts.joined(separator: ", and ")
    }

    /// Points as one by their places, with the mean of the values.
    struct Tried {
        var point: SearchPoint
        var place: [Double]
        var mean: Double
        var count: Int
    }

    /// The point of the lowest mean; of points that are equal the earlier.
    func best() -> Tried? {
        let whole = tried()
        guard let place = whole.means.indices.min(by: { whole.means[$0] < whole.means[$1] }),
            let trial = ids.firstIndex(of: place)
        else { return nil }
        return Tried(
            point: points[trial], place: whole.points[place], mean: whole.means[place],
            count: ids.count { $0 == place })
    }

    /// The recipe's own settings, where they were trained.
    func standardTried() -> Tried? {
        let whole = tried()
        let wanted = axes.map { axis in standard.values[axis.id].flatMap { axis.place(of: $0) } }
        guard let trial = places.firstIndex(where: { zip($0, wanted).allSatisfy { $0 == $1 } })
        else { return nil }
        let place = ids[trial]
        return Tried(
            point: points[trial], place: places[trial], mean: whole.means[place],
            count: ids.count { $0 == place })
    }
}
