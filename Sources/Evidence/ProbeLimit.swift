/// What the whole command may take, as far as it bounds measuring: a limit beside the budget of counted work, kept by a
/// clock or a counter.
package protocol ProbeLimit: Sendable {
    /// Seconds of the nominal machine that trainings or samples of a probe may count for now.
    func countedSeconds(for probe: any Probe) -> Double
    /// Why a probe does not fit any more; `nil` where it does.
    func reasonToLeaveOut(_ probe: any Probe, _ subject: Subject) -> String?
    /// Told after each probe that ran, or failed.
    func ran(_ probe: any Probe, _ subject: Subject)
    /// What is said of a probe that this limit ended while it worked; `nil` where something else did.
    func reason(for error: any Error) -> String?
}
