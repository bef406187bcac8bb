import RunStore
package import Runs
import Tables

/// What went wrong with a table or its model: what, where, and what to do next.
public struct TableFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The whole sentence that a person would read.
    public let description: String
    /// What is wrong.
    public let problem: String
    /// What to do; `nil` where the problem says it.
    public let nextStep: String?
    /// The file at fault, where it is one.
    public let file: String?
    /// The line of the file, from 1.
    public let line: Int?
    /// The row of the table, from 1, without the header.
    public let row: Int?
    public let column: String?
    /// Ids of the settings (`TableSettings`) and names of the other arguments that it is about, the
    /// one at fault first.
    public let settings: [String]
}

extension TableFailure {
    /// - Parameter naming: What a setting is called where this is shown, by its id.
    package init(_ error: any PlainError, naming: (String) -> String = { $0 }) {
        let text = error.text(naming: naming)
        description = text
        settings = (error as? VouchError)?.settings ?? []
        switch error {
        case let error as TableError:
            problem = error.problem
            nextStep = error.advice
            (file, line, row, column) = (error.source, error.line, error.row, error.column)
        case let error as RunStoreError:
            problem = error.problem
            nextStep = error.nextStep
            (file, line, row, column) = (error.file, nil, nil, nil)
        default:
            // Errors say what is wrong, then, in sentences of their own, what to do.
            let end = text.firstRange(of: ". ")
            problem = end.map { String(text[..<$0.lowerBound]) } ?? text
            nextStep = end.map { String(text[$0.upperBound...]) }
            (file, line, row, column) = (nil, nil, nil, nil)
        }
    }

    /// What a body returns; whatever it throws, as a failure.
    static func wrapping<Result>(
        _ body: () throws -> Result
    ) throws(TableFailure) -> Result {
        do {
            return try body()
        } catch let failure as TableFailure {
            throw failure
        } catch let error as any PlainError {
            throw TableFailure(error)
        } catch {
            throw TableFailure(VouchError("\(error)"))
        }
    }
}
