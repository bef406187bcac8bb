/// What sort of values a setting has, for who goes through them.
package enum SettingShape: Sendable, Hashable {
    case real
    case integer
    /// All that it may be.
    case words([String])
}

extension SettingValue {
    package static var shape: SettingShape? { nil }
    package var settingText: String? { nil }
}

extension SettingValue where Self: RawRepresentable & CaseIterable, RawValue == String {
    package static var shape: SettingShape? { .words(allCases.map(\.rawValue)) }
    package var settingText: String? { rawValue }
}

extension SettingValue where Self: BinaryInteger {
    package static var shape: SettingShape? { .integer }
    package var settingText: String? { "\(self)" }
}

extension SettingValue where Self: BinaryFloatingPoint {
    package static var shape: SettingShape? { .real }
    package var settingText: String? { "\(self)" }
}

extension Bool {
    package static var shape: SettingShape? { .words(["true", "false"]) }
    package var settingText: String? { "\(self)" }
}

extension Optional where Wrapped: SettingValue {
    package static var shape: SettingShape? { Wrapped.shape }
    package var settingText: String? { flatMap(\.settingText) }
}
