import Platform
import RunStore
import Runs
package import Tuning

/// What a study tries first, beside the default; kept with its request, as its trials follow from it.
package struct StudyStart: Codable, Sendable, Hashable {
    /// Whether the program's portfolio is tried.
    package var usesPortfolio = true
    /// A study, the file of a tuned recipe or a run, whose settings are tried before the portfolio's.
    package var like: String?
    /// Of `like`, the best first; found when the study is begun.
    package var carried: [SearchPoint] = []
    /// Of the portfolio, in its order; found when the study is begun.
    package var learned: [SearchPoint] = []
    /// What tuning was expected to save, from other tables; told when the study is begun.
    package var forecast: GainForecast?

    package init() {}

    /// In the order in which they are tried.
    package var points: [SearchPoint] { carried + learned }

    /// With the points that lie in a study's space.
    ///
    /// What the study asks for as an option stays as it is asked for, and is left out of points.
    ///
    /// - Parameter say: Is told of points that were left out, and why.
    /// - Throws: where `like` is nothing that has settings, or none of what it has lies in the space.
    package func found(
        for request: StudyRequest, say: (String) -> Void
    ) throws -> StudyStart {
        var result = self
        result.learned =
            usesPortfolio
            ? SearchPortfolio.shipped.recipes.compactMap { try? Self.placed($0, in: request).get() }
                .filter { $0 != .standard } : []
        result.carried = try like.map { try carried($0, request, say) } ?? []
        return result
    }

    private func carried(
        _ place: String, _ request: StudyRequest, _ say: (String) -> Void
    ) throws -> [SearchPoint] {
        let placed = try Self.points(of: place).map { Self.placed($0, in: request) }
        let kept = placed.compactMap { try? $0.get() }.filter { $0 != .standard }
        let refused = placed.compactMap { result -> VouchError? in
            if case .failure(let error) = result { error } else { nil }
        }
        if let first = refused.first {
            guard !kept.isEmpty else {
                throw VouchError(
                    "--like \(place): \(first). Ask for it as an option, which stays as it is, or search it with --space")
            }
            say("--like \(place): \(refused.count) of \(placed.count) recipes are left out; the first: \(first)")
        } else if kept.isEmpty {
            say(
                "--like \(place) adds nothing to try: nothing there is better than the default settings, or all of it is asked "
                    + "for already")
        }
        return kept
    }

    /// - Returns: What of a point a study may try, or why it may not.
    private static func placed(
        _ point: SearchPoint, in request: StudyRequest
    ) -> Result<SearchPoint, VouchError> {
        let configuration = request.configuration
        var open = point
        for setting in Settings.all where setting.isAsked(in: configuration) {
            open.values[setting.id] = nil
        }
        // All trials of a study have its own folds.
        open.values[Settings.folds.id] = nil
        guard let fitted = configuration.fitted(open) else {
            return .failure(VouchError("\(StudyText.point(open)) is not possible here"))
        }
        if let misfit = request.space.misfit(fitted) { return .failure(VouchError(misfit)) }
        return .success(fitted)
    }

    /// For the study's status.
    var text: String {
        let parts = [
            like.map { "\(carried.count) of \($0)" },
            learned.isEmpty ? nil : "\(learned.count) of the program's portfolio",
        ]
        let named = parts.compactMap { $0 }.joined(separator: ", ")
        return (named.isEmpty ? "" : "Tried first after the default: \(named)\n")
            + (forecast.map { $0.text + "\n" } ?? "")
    }

    // MARK: - Points of what there is

    /// - Returns: Empty where the default was the best.
    /// - Throws: where nothing with settings stands there.
    private static func points(of place: String) throws -> [SearchPoint] {
        if StudyFolder.stands(at: place) { return try StudyFolder(place).bestPoints() }
        let isRun = Files.exists(place + "/" + Manifest.fileName)
        guard isRun, !Files.exists(place + "/" + TunedRecipeFile.name) else {
            return [try TunedRecipeFile(place).recipe.point].filter { $0 != .standard }
        }
        let configuration = try FinishedRun.configuration(of: place)
        var asked = SearchPoint.standard
        for setting in Settings.searched where setting.isAsked(in: configuration) {
            asked.values[setting.id] = setting.text(in: configuration)
        }
        return [asked].filter { $0 != .standard }
    }
}
