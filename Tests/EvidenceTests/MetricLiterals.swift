import Evidence

// Tests write the names of metrics, as run folders hold them.
extension MetricID: ExpressibleByStringLiteral {
    package init(stringLiteral name: String) { self.init(name) }
}
