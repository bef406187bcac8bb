import ArgumentParser
import Evidence
import Platform
import Reporting
import Runs

/// A command that works on finished runs, which are charged for what the whole command took.
///
/// Programs that do the same through the library are not charged: their process computes other things too.
protocol ChargedCommand: ParsableCommand {
    /// `nil` where what is asked for costs nothing to speak of.
    var charge: Charge? { get }

    mutating func carryOut() throws
}

/// Whom a command charges, and for what.
struct Charge {
    var work: RunCharge.Work
    var purpose: String
    /// Of several each is charged its part.
    var runs: [String]

    init(_ work: RunCharge.Work, _ purpose: String, _ runs: String...) {
        self.work = work
        self.purpose = purpose
        self.runs = runs
    }

    /// - Parameter rows: That were predicted.
    func add(_ meter: CostMeter, rows: Int? = nil, failed: Bool = false) {
        let used = meter.used()
        // What failed at once, such as a wrong name, is no work.
        guard !failed || used.processorSeconds >= 1 else { return }
        for run in runs {
            let warning = RunCharge(
                work, purpose + (failed ? ", ended by an error" : ""),
                used * (1 / Double(runs.count)), rows: rows
            ).add(to: run)
            if let warning { Terminal(.error).write("! \(visible(warning))\n") }
        }
    }
}

extension ChargedCommand {
    mutating func run() throws {
        let meter = CostMeter()
        let charge = charge
        do {
            try carryOut()
        } catch {
            // An exit code alone is an answer, such as that rows have drifted.
            charge?.add(meter, failed: !(error is ExitCode))
            throw error
        }
        charge?.add(meter)
    }
}
