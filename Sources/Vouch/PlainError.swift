import GraphIR
import Platform
import Reporting
import RunStore
import Statistics
import Tables
import Training

/// An error whose description is written for the person at the command line: what was being done,
/// where, and what to do next.
package protocol PlainError: Error, CustomStringConvertible {}

extension VouchError: PlainError {}
extension TableError: PlainError {}
extension PlatformError: PlainError {}
extension RunStoreError: PlainError {}
extension ReportError: PlainError {}
extension StatisticsError: PlainError {}
extension TrainingFailure: PlainError {}
extension GraphError: PlainError {}
