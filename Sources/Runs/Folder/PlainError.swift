import Cost
import GraphIR
import Models
import Platform
import Reporting
import RunStore
import Statistics
import Tables
import Training

/// An error whose description is written for the person at the command line: what was being done,
/// where, and what to do next.
package protocol PlainError: Error, CustomStringConvertible {
    /// The description, with settings called as they are typed where it is shown.
    ///
    /// - Parameter setting: The name of a setting, by its id.
    func text(naming setting: (String) -> String) -> String
}

extension PlainError {
    package func text(naming setting: (String) -> String) -> String { description }
}

extension VouchError: PlainError {}
extension TariffError: PlainError {
    package func text(naming setting: (String) -> String) -> String {
        setting(part.rawValue) + complaint
    }
}
extension ModelError: PlainError {}
extension TableError: PlainError {}
extension PlatformError: PlainError {}
extension RunStoreError: PlainError {}
extension ReportError: PlainError {}
extension StatisticsError: PlainError {}
extension TrainingFailure: PlainError {}
extension GraphError: PlainError {}
