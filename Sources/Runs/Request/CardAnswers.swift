/// What a person says of a model and its data, by key, such as `model.details.license`.
package struct CardAnswers: Sendable, Hashable {
    package var texts: [String: String] = [:]

    /// Nothing yet.
    package init() {}
}
