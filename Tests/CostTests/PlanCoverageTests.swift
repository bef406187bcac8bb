import Cost
import Evidence
import Platform
import RealModule
import TensorCore
import Testing

/// Sixty runs on a made-up machine with a counter of energy, planned one after another from those before.
@Suite struct PlanCoverageTests {
    private let power = PowerEstimate(processor: "of no table", table: .shipped)

    /// What the counter makes of a run at some watts a busy core, beside others who are busy too.
    private func usage(seconds: Double, cores: Double, watts: Double) -> Usage {
        let own = cores * seconds
        let busy = 1.3 * own
        let joules = EnergyShare(
            counted: .joules(packages: watts * busy + 20 * seconds, memory: nil, sockets: 1),
            wallSeconds: seconds, processorSeconds: own, busySeconds: busy
        ).joules(power)
        return Usage(wallSeconds: seconds, processorSeconds: own, energy: joules)
    }

    @Test func timesAndEnergiesLieInTheirIntervals() throws {
        let prior = PlanPrior.shipped
        let replicates = 40, runs = 60
        var (held, plans, counted, energyHeld) = (0, 0, 0, 0)
        for replicate in 0..<replicates {
            let random = CounterRandom(seed: UInt64(replicate), name: "runs")
            func noise(_ run: Int, _ kind: UInt32) -> Double {
                // About normal, with a deviation of one.
                (0..<12).reduce(-6) { $0 + random.uniform(step: kind, index: UInt64(12 * run + $1)) }
            }
            var records: [PlanRecord] = []
            for run in 0..<runs {
                let history = PlanHistory(records.reversed())
                var plan = PlanTests.plan(knowledge: .training)
                plan.interval = RatioInterval(
                    history.ratios(.training, on: PlanTests.machine),
                    shipped: prior.ratios(.training))
                plan.busyCores = history.busyCores(on: PlanTests.machine) ?? 1.5
                let bill = PlannedBill(
                    plan,
                    wattsPerCore: history.wattsPerCore(on: PlanTests.machine)
                        ?? power.energy(processorSeconds: 1), tariff: .unknown)
                let seconds =
                    plan.begunSeconds + plan.restSeconds * Double.exp(0.1 * noise(run, 0))
                var record = PlanTests.record(seconds, plan: plan)
                record.bill = bill
                record.done.usage = usage(
                    seconds: seconds, cores: 1.5 + 0.05 * noise(run, 1),
                    watts: 12 + 0.6 * noise(run, 2))
                records.append(record)
            }
            let test = try #require(PlanHistory(records).held(on: PlanTests.machine).first)
            #expect(test.plans == runs && test.counted == runs)
            (held, plans) = (held + test.held, plans + test.plans)
            (energyHeld, counted) = (energyHeld + test.energyHeld, counted + test.counted)
        }
        // The shipped bounds cover the first twenty; from then on those of the machine's own plans do.
        #expect(Double(held) / Double(plans) >= 0.88, "\(held) of \(plans)")
        #expect(Double(energyHeld) / Double(counted) >= 0.88, "\(energyHeld) of \(counted)")
    }
}
