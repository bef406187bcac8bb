import Evidence
import Platform
import RunStore
import Runs
import Tuning

extension StudyFolder {
    /// Whether a study stands at a place.
    static func stands(at place: String) -> Bool {
        Files.exists(place + "/" + StudyStore.fileName)
    }

    /// What the search came to, for who judges it on rows that it did not see.
    ///
    /// - Throws: where it is not over, or nothing keeps what is required.
    func tunedRecipe() throws -> TunedRecipe {
        let status = try status()
        guard status.standing == .over else {
            throw VouchError(
                "the study \(path) is not over, so that its incumbent may change: `vouch tune --resume \(path)` goes on")
        }
        guard let best = status.incumbent else {
            throw VouchError(
                "no trial of \(path) keeps what was required (\(request.requirements.joined(separator: "; "))), so that "
                    + "there is no recipe to judge: `vouch tune status \(path)` tells of the nearest")
        }
        let counted = try counted(trials())
        let standing = try standing(counted)
        var recipe = TunedRecipe(
            settings: best.settings, trials: counted.count, seconds: status.usage.wallSeconds,
            energy: status.usage.energy.value)
        recipe.isEnergyCounted = status.usage.energy.isMeasured
        recipe.run = try Files.absolutePath(place(of: StudyStore.Trial.first))
        recipe.heldBackSHA256 = request.heldBackSHA256
        recipe.course = course(standing, counted)
        recipe.others = others(standing, besides: best.settings)
        return recipe
    }

    /// The best whole training so far by the seconds of all trials; `nil` where more of the objective is better.
    private func course(
        _ standing: StudyStanding, _ trials: [StudyStore.Trial]
    ) -> TunedRecipe.Course? {
        guard !request.higherIsBetter else { return nil }
        let took = Dictionary(
            uniqueKeysWithValues: trials.map { ($0.number, $0.seconds ?? 0) })
        var (seconds, passed): ([Double], Double) = ([], 0)
        var (best, values): (FinishedTrial?, [Double]) = (nil, [])
        for trial in standing.trials {
            passed += took[trial.plan.number] ?? 0
            guard standing.isWhole(trial.plan), let objective = trial.objective,
                best.map({ standing.isBetter(trial, than: $0) }) ?? true
            else { continue }
            best = trial
            seconds.append(passed)
            values.append(objective)
        }
        guard let first = standing.trials.first, first.plan.number == StudyStore.Trial.first
        else { return nil }
        return TunedRecipe.Course(
            objective: request.chosenBy, seconds: seconds, best: values,
            standard: first.objective)
    }

    /// Settings of other whole trainings, the best first.
    private func others(
        _ standing: StudyStanding, besides settings: [String: String]
    ) -> [[String: String]] {
        var known: Set<[String: String]> = [settings, [:]]
        return standing.trials
            .filter { standing.isWhole($0.plan) && $0.objective != nil && standing.meetsAll($0) }
            .sorted { standing.isBetter($0, than: $1) }
            .compactMap { trial in
                let values = trial.plan.point.values
                return known.insert(values).inserted ? values : nil
            }.prefix(Self.mostOthers).map { $0 }
    }

    private static let mostOthers = 7

    /// Settings of whole trainings that count and are better than the default's, the best first, for another study to begin
    /// with.
    func bestPoints() throws -> [SearchPoint] {
        let standing = try standing(counted(trials()))
        let whole = standing.trials.filter { standing.isWhole($0.plan) && standing.meetsAll($0) }
        let standard = whole.first { $0.plan.point == .standard }
        let better = whole.filter { trial in
            trial.objective != nil && trial.plan.point != .standard
                && standard.map { standing.isBetter(trial, than: $0) } ?? true
        }
        var known: Set<SearchPoint> = []
        return better.sorted { standing.isBetter($0, than: $1) }.map(\.plan.point)
            .filter { known.insert($0).inserted }.prefix(Self.mostOthers + 1).map { $0 }
    }
}
