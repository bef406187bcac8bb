package import Cost
import Figures
import Platform
import RunStore
package import Runs
import Tuning

/// By what a study ends: as it was asked for, or as it was gone on with.
package struct StudyTerms: Codable, Sendable, Hashable {
    /// Of all commands that began it or went on with it; `nil` where trials are counted.
    package var budgetSeconds: Double?
    /// Trials of rungs after which the search ends; `nil` for no limit.
    package var limit: Int?
    /// Whether what is best in part is trained whole at the end.
    package var hasLast = true

    /// - Parameters:
    ///   - budget: A time.
    ///   - limit: Of trials.
    /// - Throws: where neither is given, or one cannot be.
    package init(budget: Budget?, limit: Int?, hasLast: Bool = true) throws(VouchError) {
        if let budget {
            guard budget.measure == .time else {
                throw VouchError(
                    setting: """
                        \(named: Settings.budget) is \(budget.text), and a study's is a time, such as 60s, 10m or 2h
                        """)
            }
            budgetSeconds = budget.amount
        } else if limit == nil {
            throw VouchError(
                setting: """
                    a study needs an end: say \(named: Settings.budget) 10m, or how many \(named: "trials") it has
                    """)
        }
        if let limit, limit < 1 {
            throw VouchError(setting: "\(named: "trials") is \(limit); it must be 1 or more")
        }
        self.limit = limit
        self.hasLast = hasLast
    }

    fileprivate init(_ request: StudyRequest) {
        budgetSeconds = request.budgetSeconds
        limit = request.limit
        hasLast = request.hasLast
    }
}

extension StudyFolder {
    /// By what it ends now.
    func terms() throws -> StudyTerms { try terms(store.terms()) }

    private func terms(_ text: String?) throws -> StudyTerms {
        try text.map { try Self.value(StudyTerms.self, $0, path) } ?? StudyTerms(request)
    }

    /// Numbers of the runs that it had ended with when it was gone on with. They stay: others may know them by their place.
    func formerIncumbents() throws -> [Int] {
        let trials = try trials()
        return try store.ends().enumerated().compactMap { place, end in
            let then = trials.filter {
                $0.number < 0 ? $0.number >= StudyStore.Trial.last - place : $0.number < end.counted
            }
            return try standing(then).incumbent?.plan.number
        }
    }

    /// The options that make the same study, whatever the clock: of each end after which it was gone on with, and of the last.
    func repeatedBy() throws -> [String] {
        func options(_ counted: Int, _ lastIsLeftOut: Bool, _ terms: StudyTerms) -> String {
            "--trials \(counted)" + (lastIsLeftOut || !terms.hasLast ? " --no-last" : "")
        }
        let earlier = try store.ends().map { end in
            options(end.counted, end.lastIsLeftOut, try terms(end.terms))
        }
        let counted = try counted(trials()).count { $0.number >= 0 }
        return earlier + [options(counted, try store.lastIsLeftOut(), try terms())]
    }

    // MARK: - Going on for longer

    /// What the study is to end by from now on.
    ///
    /// - Parameters:
    ///   - asked: The budget is of the command that goes on.
    ///   - began: When that command did.
    /// - Throws: where nothing could be tried by it.
    func prolonged(by asked: StudyTerms, began: Double) throws -> StudyTerms {
        let trials = try trials()
        let counted = counted(trials).count { $0.number >= 0 }
        if let limit = asked.limit, limit <= counted {
            throw VouchError(
                setting: """
                    \(named: "trials") is \(limit), and the study \(path) has \(counted) trials; the number is of all, so ask for \
                    more than these
                    """)
        }
        guard let budget = asked.budgetSeconds else { return asked }
        let ends = try ends(trials, asked, deadline: began + budget)
        let now = Clock.unixSeconds()
        guard now < ends.search else {
            throw VouchError(
                setting: """
                    \(named: Settings.budget) is \(Budget.seconds(budget).text), which is too small: reading took \
                    \(NumberText.plain((now - began).rounded(.up))) s, and the last training with its run is expected to take \
                    \(NumberText.plain((began + budget - ends.search).rounded(.up))) s (an estimate from this study's trials). \
                    Ask for several times as much; the study is as it was
                    """)
        }
        var terms = asked
        terms.budgetSeconds = try store.spentSeconds() + budget
        return terms
    }
}
