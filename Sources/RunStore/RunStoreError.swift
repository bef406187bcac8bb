/// A file of a run that cannot be used: which one, what is wrong, and what to do.
package struct RunStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    package var file: String
    package var problem: String
    package var nextStep: String

    package init(file: String, problem: String, nextStep: String) {
        self.file = file
        self.problem = problem
        self.nextStep = nextStep
    }

    package var description: String { "'\(file)': \(problem). \(nextStep)" }
}
