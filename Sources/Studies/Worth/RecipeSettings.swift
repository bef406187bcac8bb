package import Runs
package import Tuning

extension SearchPoint {
    /// `learning-rate=0.002,width=256`: settings by their ids.
    ///
    /// A part without `=` belongs to the one before it, as in `quantiles=0.1,0.9`.
    ///
    /// - Throws: where a part names no setting, or one twice.
    package init(text: String) throws(VouchError) {
        var pairs: [(id: String, value: String)] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { $0.filter { $0 != " " } }
            if halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty {
                pairs.append((halves[0], halves[1]))
            } else if halves.count == 1, !halves[0].isEmpty, let last = pairs.indices.last {
                pairs[last].value += "," + halves[0]
            } else {
                throw VouchError(
                    "--settings is \"\(text)\"; write settings of `vouch train` with their values, such as "
                        + "learning-rate=0.002,width=256")
            }
        }
        for (place, pair) in pairs.enumerated()
        where pairs[..<place].contains(where: { $0.id == pair.id }) {
            throw VouchError(
                "--settings is \"\(text)\", which names \(pair.id) twice; leave one out")
        }
        self.init(Dictionary(uniqueKeysWithValues: pairs.map { ($0.id, $0.value) }))
    }

    /// As `init(text:)` reads it, by id.
    package var text: String {
        values.isEmpty
            ? "the default"
            : values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                .joined(separator: ", ")
    }

    /// A configuration with these settings; what follows from them is settled anew.
    ///
    /// - Throws: `VouchError` where there is no such setting, it is none of a recipe, its value cannot be, or the settings do
    ///   not go together.
    package func configured(_ asked: TrainConfiguration) throws(VouchError) -> TrainConfiguration {
        var result = asked
        for (id, text) in values.sorted(by: { $0.key < $1.key }) {
            let setting = try Self.setting(id)
            if text == SearchDomain.open { setting.reset(in: &result) }
        }
        return try result.asking(for: self)
    }

    /// A configuration with none of these settings asked for.
    func left(toTheRecipeIn asked: TrainConfiguration) throws(VouchError) -> TrainConfiguration {
        var result = asked
        for id in values.keys { try Self.setting(id).reset(in: &result) }
        try result.validate()
        return result
    }

    private static func setting(_ id: String) throws(VouchError) -> any DeclaredSetting {
        guard Settings.all.contains(where: { $0.id == id }) else {
            let known = Settings.ofRecipe.map(\.id)
            throw VouchError(
                "there is no setting \"\(id)\"; there is \(known.joined(separator: ", "))")
        }
        guard let setting = Settings.ofRecipe.first(where: { $0.id == id }) else {
            throw VouchError(
                setting:
                    "\(named: id) says which rows are learned from, what is predicted or what is measured, and is no part of a recipe; leave it out"
            )
        }
        return setting
    }
}
