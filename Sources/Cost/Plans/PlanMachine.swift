import Platform

/// The machine that a plan is of, as far as its pace depends on it.
package struct PlanMachine: Codable, Sendable, Hashable {
    package var processor: String
    package var threads: Int
    /// Of the program.
    package var version: String

    package init(processor: String, threads: Int, version: String) {
        self.processor = processor
        self.threads = threads
        self.version = version
    }

    /// This one.
    package init(threads: Int, version: String) {
        self.init(processor: Machine.processorName(), threads: threads, version: version)
    }
}
