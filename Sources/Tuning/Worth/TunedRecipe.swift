/// What a search came to, as whoever searched tells it to whoever judges it.
package struct TunedRecipe: Hashable, Codable, Sendable {
    /// Settings by their ids that differ from the default; what is not named is left to the recipe.
    package var settings: [String: String]
    /// Trainings of the search, whole ones and parts of one.
    package var trials: Int
    /// Of a clock, what the search took.
    package var seconds: Double
    /// In joules; `nil` where it is not known.
    package var energy: Double?
    /// Whether a counter counted the energy; else it is an estimate.
    package var isEnergyCounted: Bool?
    /// The run that the search was for: a folder, from the place of the file that says it.
    package var run: String?
    /// Which rows the search held back, as `PreparedData.heldBackSHA256` says it; `nil` where nobody noted it.
    package var heldBackSHA256: String?
    /// What validation rows said while it went on.
    package var course: Course?
    /// Further settings that did well on validation rows, the best first, for an ensemble over settings.
    package var others: [[String: String]]?

    package init(settings: [String: String], trials: Int, seconds: Double, energy: Double? = nil) {
        self.settings = settings
        self.trials = trials
        self.seconds = seconds
        self.energy = energy
    }

    package var point: SearchPoint { SearchPoint(settings) }

    /// The best objective so far by what it took. Lower is better.
    package struct Course: Hashable, Codable, Sendable {
        /// The objective in words, such as `log loss`.
        package var objective: String
        /// `[points]`, in seconds, rising.
        package var seconds: [Double]
        /// `[points]`, the lowest objective on validation rows until then.
        package var best: [Double]
        /// The default's, on the same rows.
        package var standard: Double?

        package init(
            objective: String, seconds: [Double], best: [Double], standard: Double? = nil
        ) {
            self.objective = objective
            self.seconds = seconds
            self.best = best
            self.standard = standard
        }
    }

    /// What is wrong with it; `nil` where nothing is.
    package var complaint: String? {
        if trials < 0 { return "trials is \(trials); write how many there were" }
        if !(seconds >= 0 && seconds.isFinite) {
            return "seconds is \(seconds); write what the search took, 0 or more"
        }
        if let energy, !(energy >= 0 && energy.isFinite) {
            return "energy is \(energy); write joules, 0 or more, or leave it out"
        }
        if let course, course.seconds.count != course.best.count {
            return
                "course has \(course.seconds.count) seconds and \(course.best.count) values of best; "
                + "write as many"
        }
        return nil
    }
}
