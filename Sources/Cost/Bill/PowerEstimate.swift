package import Evidence
import Platform

/// Watts of a processor by its name, where no counter tells; a guess with a range, from the dated table.
package struct PowerEstimate: Codable, Sendable, Hashable {
    /// Of one busy logical core, above what the processor draws at rest.
    package var busyCore: Amount
    /// Of the whole processor at rest.
    package var idle: Amount
    /// What the table calls it.
    package var family: String

    /// What no table tells of a machine whose counter cannot be read.
    static let unknowns = [
        "how hard the cores worked: processor time is taken at the power of a busy core",
        "what the machine draws at rest, its memory, disks, fans and power supply: not counted",
    ]

    /// - Parameter processor: As it calls itself, such as `AMD EPYC 7B13`; see `Machine.processorName`.
    package init(processor: String, table: ProcessorTable) {
        let known = table.family(of: processor)
        let watts = known ?? table.unknown
        family = watts.name
        let perThread = watts.lowWattsPerCore / watts.threadsPerCore
        let source =
            known == nil
            ? "the processor \"\(processor)\" is in no table: any is allowed for"
            : "watts of a busy core: \(watts.name), by its rated power (table of \(table.asOf))"
        busyCore = .estimate(
            (perThread * watts.highWattsPerCore).squareRoot(),
            in: perThread / 2...watts.highWattsPerCore * 2, unknowns: [source])
        let rated = (watts.lowWatts * watts.highWatts).squareRoot()
        idle = .estimate(
            rated * table.idleShare,
            in: watts.lowWatts * table.lowerIdleShare...watts.highWatts * table.upperIdleShare,
            unknowns: ["what the processor draws at rest: a share of its rated power"])
    }

    /// Of this machine's processor.
    package static let ofThisMachine = PowerEstimate(
        processor: Machine.processorName(), table: .shipped)

    /// Of so much processor time, in joules, where no counter can be read.
    ///
    /// `processor seconds · watts of a busy core`
    ///
    /// - Parameter reason: Why no counter is read; part of what is not known.
    package func energy(processorSeconds: Double, because reason: String? = nil) -> Amount {
        (busyCore * processorSeconds).knowing(not: Self.unknowns + [reason].compactMap { $0 })
    }
}
