import TensorCore

/// Plans a search: the default first, then points of which cheap trials choose those that are carried to whole trainings.
///
/// A rung follows from the study's seed and from finished rungs. New points are those of a portfolio first, then scattered
/// ones, which leave about half of the settings to the recipe; once `modelled` trials gave a number, a `ProcessSampler`
/// proposes them, which learns from trials of all levels. As losses of cheaper trainings are higher, each is taken less the
/// default's at its level. Ties go to the lower number; failures are the worst.
///
/// All trials learn by the study's seed: comparisons have it in common, and a whole trial is the run that `vouch train` makes of
/// its settings.
package struct HalvingPlanner: TrialPlanner {
    private let encoding: SpaceEncoding
    private let seed: UInt64
    private let portfolio: [SearchPoint]
    private let levels: [Fidelity]
    private let brackets: SearchBrackets
    private let fitted: @Sendable (SearchPoint) -> SearchPoint?

    /// Trials with a number from which on a model proposes.
    private static let modelled = 8

    /// - Parameters:
    ///   - standard: What the recipe settles on, as far as the space has it.
    ///   - portfolio: Points that are tried before others, in this order.
    ///   - levels: The cheapest first; the last is whole.
    ///   - trainings: How many whole trainings it may take, about; `nil` for no end.
    ///   - fitted: What of a point goes together, without what its other settings leave no place for; `nil` where it cannot
    ///     be tried. It must be a function of the point.
    package init(
        _ space: SearchSpace, seed: UInt64, standard: SearchPoint = .standard,
        portfolio: [SearchPoint] = [], levels: [Fidelity] = [.whole], trainings: Double? = nil,
        fitted: @escaping @Sendable (SearchPoint) -> SearchPoint? = { $0 }
    ) {
        encoding = SpaceEncoding(space, standard: standard)
        self.seed = seed
        self.portfolio = portfolio
        self.levels = levels.filter { $0 != .whole } + [.whole]
        self.fitted = fitted
        brackets = SearchBrackets(costs: self.levels.map(\.cost), trainings: trainings)
    }

    package func next(after finished: [FinishedTrial]) -> [PlannedTrial] {
        guard let last = finished.last else { return defaults() }
        // A rung is empty where all points of a small space were tried; those after it may carry some on.
        for rung in (last.plan.rung + 1)...(last.plan.rung + 2 * levels.count) {
            guard let planned = brackets.rung(rung - 1) else { return [] }
            let trials = trials(of: planned, rung: rung, after: finished)
            if !trials.isEmpty { return trials }
        }
        return []
    }

    /// The whole training first, so that there is an incumbent.
    private func defaults() -> [PlannedTrial] {
        let tried = brackets.comparesDefaults ? levels.reversed() : [.whole]
        return tried.enumerated().map { number, fidelity in
            PlannedTrial(
                number: number, rung: 0, point: .standard, fidelity: fidelity, seed: seed)
        }
    }

    private func trials(
        of rung: SearchBrackets.Rung, rung number: Int, after finished: [FinishedTrial]
    ) -> [PlannedTrial] {
        let first = finished.count
        let carried = rung.isFirst ? [] : carried(to: rung.level, rung.count, finished)
        let added = points(rung, rung.count - carried.count, first + carried.count, finished)
        return (carried.map(\.plan.point) + added).enumerated().map { place, point in
            PlannedTrial(
                number: first + place, rung: number, point: point, fidelity: levels[rung.level],
                seed: seed)
        }
    }

    /// The best of the level before, of all brackets, that went no further.
    private func carried(to level: Int, _ count: Int, _ finished: [FinishedTrial])
        -> [FinishedTrial]
    {
        let further = Set(
            finished.filter { trial in levels[level...].contains(trial.plan.fidelity) }
                .map(\.plan.point))
        let waiting = finished.filter {
            $0.plan.fidelity == levels[level - 1] && $0.loss != nil
                && !further.contains($0.plan.point)
        }
        return Array(TrialOrder(finished).sorted(waiting).prefix(count))
    }

    // MARK: - New points

    private func points(
        _ rung: SearchBrackets.Rung, _ count: Int, _ first: Int, _ finished: [FinishedTrial]
    ) -> [SearchPoint] {
        var tried = Set(finished.map(\.plan.point)).union([.standard])
        var found: [SearchPoint] = []
        func add(_ point: SearchPoint) -> Bool {
            guard found.count < count, let point = fitted(point), tried.insert(point).inserted
            else { return false }
            found.append(point)
            return true
        }
        for point in portfolio { _ = add(encoding.reduced(point)) }
        let known = finished.count { $0.loss != nil }
        if found.count < count, known >= Self.modelled {
            let sampler = ProcessSampler(encoding: encoding, seed: seed)
            _ = sampler.proposals(
                count - found.count, first: first + found.count, from: observations(finished),
                accept: { add(encoding.point(at: $0)) })
        }
        let scattered = ScatteredPoints(seed: seed, dimensions: encoding.count)
        for index in first..<first + 200 where found.count < count {
            _ = add(encoding.point(at: thinned(scattered.coordinates(index), index)))
        }
        return found
    }

    /// With about half of its coordinates as the recipe has them: far from the default most points are bad.
    private func thinned(_ coordinates: [Double], _ index: Int) -> [Double] {
        let random = CounterRandom(seed: seed, name: "search-kept")
        let step = UInt32(truncatingIfNeeded: index)
        let changed = random.integer(below: max(coordinates.count, 1), step: step, index: 0)
        return coordinates.indices.map { place in
            let isKept = random.uniform(step: step, index: UInt64(place) + 1) < 0.5
            return isKept && place != changed ? encoding.standard[place] : coordinates[place]
        }
    }

    private func observations(_ finished: [FinishedTrial]) -> [SearchObservation] {
        let constraints = Set(finished.flatMap(\.excess.keys)).sorted()
        let usual = usualLosses(finished)
        return finished.compactMap { trial in
            guard let level = levels.firstIndex(of: trial.plan.fidelity) else { return nil }
            let place = levels.count == 1 ? 1 : Double(level) / Double(levels.count - 1)
            let excess = constraints.compactMap { trial.excess[$0] }.filter(\.isFinite)
            return SearchObservation(
                coordinates: encoding.coordinates(of: trial.plan.point), fidelity: place,
                loss: trial.loss.map { $0 - usual[level] },
                excess: excess.count == constraints.count ? excess : [])
        }
    }

    /// Of the default at each level; 0 at all where it failed at one that was tried.
    private func usualLosses(_ finished: [FinishedTrial]) -> [Double] {
        let losses = levels.map { level in
            let tried = finished.filter { $0.plan.fidelity == level }
            return tried.isEmpty ? 0 : tried.first { $0.plan.point == .standard }?.loss
        }
        let known = losses.compactMap(\.self)
        return known.count == levels.count ? known : levels.map { _ in 0 }
    }
}
