/// A request that cannot be carried out: what is wrong and what to do next.
package struct VouchError: Error, Sendable, Hashable, CustomStringConvertible {
    private let sentence: SettingText

    /// With settings named by their ids.
    package var description: String { sentence.text { $0 } }

    /// Ids of the settings and other options that it is about, the one at fault first; none where it
    /// is about something else.
    package var settings: [String] { sentence.settings }

    package init(_ description: String) { sentence = SettingText(stringLiteral: description) }

    package init(setting sentence: SettingText) { self.sentence = sentence }

    /// - Parameter setting: What a setting is called where this is shown, by its id.
    package func text(naming setting: (String) -> String) -> String {
        sentence.text(naming: setting)
    }
}
