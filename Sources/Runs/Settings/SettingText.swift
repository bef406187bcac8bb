/// A sentence in which settings stand by their ids, so that whoever shows it names them as they are typed
/// there: `--width` at the command line.
package struct SettingText: Sendable, Hashable, ExpressibleByStringInterpolation {
    fileprivate enum Part: Sendable, Hashable {
        case text(String)
        case setting(String)
    }

    private var parts: [Part]

    package init(stringLiteral value: String) { parts = [.text(value)] }

    package init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    /// Ids of the settings that it names, in order.
    package var settings: [String] {
        parts.compactMap { if case .setting(let id) = $0 { id } else { nil } }
    }

    /// - Parameter name: What a setting is called, by its id.
    package func text(naming name: (String) -> String) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .setting(let id): name(id)
            }
        }.joined()
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        package init(literalCapacity: Int, interpolationCount: Int) {}

        package mutating func appendLiteral(_ literal: String) { parts.append(.text(literal)) }

        package mutating func appendInterpolation(_ value: some Any) {
            parts.append(.text("\(value)"))
        }

        package mutating func appendInterpolation(_ sentence: SettingText) {
            parts += sentence.parts
        }

        /// A setting, or an option that says what the columns are, by its id.
        package mutating func appendInterpolation(named id: String) {
            parts.append(.setting(id))
        }

        package mutating func appendInterpolation(named setting: any DeclaredSetting) {
            parts.append(.setting(setting.id))
        }
    }
}
