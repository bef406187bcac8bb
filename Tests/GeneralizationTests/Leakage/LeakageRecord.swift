import Foundation
import Generalization
import Synchronization

/// Every planter in every table under every seed, and the tables as they are.
struct LeakageRecord: Sendable {
    var hosts: [CleanTable]
    var seeds: Range<UInt64>

    struct Results: Sendable {
        var hosts: [String]
        var seeds: Range<UInt64>
        /// Planter, host, found out of how often.
        var cells: [LeakPlanter: [String: Int]] = [:]
        /// What was said of tables in which nothing was planted.
        var alarms: [(host: String, seed: UInt64, text: String)] = []
        /// What else was said where something was planted.
        var others = 0
        var seconds = 0.0

        var planted: Int { LeakPlanter.allCases.count * hosts.count * seeds.count }
        var found: Int { cells.values.reduce(0) { $0 + $1.values.reduce(0, +) } }
    }

    func run() throws -> Results {
        var results = Results(hosts: hosts.map(\.name), seeds: seeds)
        let began = Date()
        for host in hosts {
            for seed in seeds {
                for finding in try host.drawn(seed: seed, most: 20_000).findings(seed: seed) {
                    results.alarms.append((host.name, seed, finding.sentence))
                }
                for planter in LeakPlanter.allCases {
                    var planting = try host.drawn(seed: seed)
                    planter.plant(in: &planting)
                    let findings = try planting.findings(seed: seed)
                    let isFound = planting.isFound(in: findings)
                    results.cells[planter, default: [:]][host.name, default: 0] += isFound ? 1 : 0
                    results.others += findings.count - (isFound ? 1 : 0)
                }
            }
        }
        results.seconds = Date().timeIntervalSince(began)
        return results
    }
}

extension LeakageRecord.Results {
    var text: String {
        let share = String(format: "%.1f", 100 * Double(found) / Double(planted))
        var text = """
            # Planted leaks

            Written by LeakageTests with VOUCH_VERIFY=1 and VOUCH_DATA: 20 kinds, planted into \
            \(hosts.count) clean tables (at most 4,000 rows, 30 % of them test rows) under the seeds \
            \(seeds.lowerBound) to \(seeds.upperBound - 1); thresholds were chosen on seeds below 100. A leak is found if a finding \
            names its columns, or its rows by their kind and number. The clean tables are the first ten of \
            PMLB, in alphabetical order, that no single column nearly solves (Reference/clean_sets.py says \
            how that was told before any check was run), and Adult.

            Found: \(found) of \(planted), \(share) %. Further findings beside the planted ones: \(others).

            | Kind | Strength | Found | Missed in |
            |---|---|---|---|

            """
        for planter in LeakPlanter.allCases {
            let cells = cells[planter] ?? [:]
            let missed = hosts.filter { (cells[$0] ?? 0) < seeds.count }
                .map { "\($0) (\(seeds.count - (cells[$0] ?? 0)))" }
            let total = cells.values.reduce(0, +)
            text +=
                "| \(planter.rawValue) | \(planter.strength) | \(total) of "
                + "\(hosts.count * seeds.count) | \(missed.joined(separator: ", ")) |\n"
        }
        text += """

            ## False alarms

            The same tables, whole up to 20,000 rows, with nothing planted, under each seed: \
            \(alarms.count) findings in \(hosts.count * seeds.count) looks.


            """
        for alarm in alarms { text += "- \(alarm.host), seed \(alarm.seed): \(alarm.text)\n" }
        return text
    }
}
