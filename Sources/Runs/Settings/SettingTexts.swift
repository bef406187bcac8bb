extension TrainConfiguration {
    /// Asks for settings by their ids, each as a person writes it.
    ///
    /// - Throws: `VouchError` naming the setting, its value and what would be accepted.
    package mutating func ask(for texts: [String: String]) throws(VouchError) {
        let ids = Settings.all.map(\.id)
        if let unknown = texts.keys.filter({ !ids.contains($0) }).min() {
            throw VouchError(
                "there is no setting \"\(unknown)\". There are: \(ids.joined(separator: ", "))")
        }
        let asked = Settings.all.compactMap { setting in
            texts[setting.id].map { (setting, $0) }
        }
        for (setting, text) in asked { try setting.set(text, in: &self) }
        // One that is of another, or that another took the place of.
        for (setting, text) in asked where !setting.holds(text, in: self) {
            throw VouchError(
                setting: """
                    \(named: setting) is \(text), which is lost beside the other settings: it needs \
                    one that is not given, or one that is given replaces it. Leave it out, or give \
                    what it needs
                    """)
        }
    }
}
