import ImageColumns
package import Models

extension InputKinds {
    /// Those that every run of this program can have. A module that brings a kind for everybody is added
    /// here; who brings one alone hands over `shipped.adding(…)`.
    package static let shipped = InputKinds.tables.adding(
        InputKind(ImageEncoder.self, stem: ImageStem.self))
}
