import Figures
import Platform
import Prediction
import Reporting
import RunStore

/// The runs that the index knows.
package struct RunList {
    let runs: [RunIndex.Run]

    /// The list for machines.
    package func json() throws -> [UInt8] { try JSON.encode(runs) + [UInt8(ascii: "\n")] }

    /// The list as a table; paths stand last, since they are long.
    package var text: String {
        guard !runs.isEmpty else {
            return "The index knows no run. Train one, or name folders that hold some: "
                + "`vouch runs rebuild ROOT`.\n"
        }
        var rows = [["made", "target", "metric", "value", "tags", "run"]]
        var warnings: [String] = []
        for run in runs {
            rows.append(
                [
                    run.made ?? "", run.target ?? "", run.metric ?? "",
                    run.value.map { NumberText.plain($0) } ?? "",
                    run.tags.joined(separator: ", "), run.path,
                ].map { visible($0) })
            if !Files.exists(run.path) {
                warnings.append("\(run.path) is gone: `vouch runs rebuild` forgets it")
            } else if let problem = run.problem {
                warnings.append(problem)
            }
        }
        return alignedTable(rows, rightAligned: [3]) + (warnings.isEmpty ? "" : "\n")
            + warnings.map { "! \(visible($0))\n" }.joined()
    }
}

/// The runs in the index, the latest first.
///
/// - Parameter tag: Only those with this tag.
package func listRuns(tag: String?) throws -> RunList {
    RunList(runs: try RunIndex.open().runs(tag: tag))
}

/// What a run folder and the index say of a run, as lines of a label and a value.
package func runText(_ folder: String) throws -> String {
    let run = try RunIndex.facts(runAt: folder)
    var rows: [[String]] = []
    func add(_ label: String, _ value: String?) {
        if let value, !value.isEmpty { rows.append([label, visible(value)]) }
    }
    add("run", run.path)
    add("title", run.title)
    add("made", run.made)
    add("model", run.model)
    add("target", run.target)
    if let metric = run.metric { add(metric, run.value.map { NumberText.plain($0) }) }
    add("tags", run.tags.joined(separator: ", "))
    add("SHA-256 of the data", run.dataSHA256)
    add("SHA-256 of the test data", run.testSHA256)
    add("SHA-256 of the weights", run.weightsSHA256)
    var warnings = run.problem.map { [$0] } ?? []
    if let ledger = try? Ledger.read(folder) {
        for (split, count) in ledger.looks.sorted(by: { $0.key < $1.key }) {
            add("looks at \(visible(split))", "\(count)")
        }
        add("head of the ledger", ledger.records.isEmpty ? nil : ledger.head)
    }
    do {
        let index = try RunIndex.open()
        try index.record(runAt: folder)
        if let hash = run.testSHA256 ?? run.dataSHA256 {
            // Of a file that was also trained on, only looks at its test rows count.
            let split = run.testSHA256 == nil ? RowSplit.test.rawValue : nil
            let count = try index.looks(atDataSHA256: hash, split: split)
            add("looks at these test rows by all runs", "\(count)")
        }
    } catch {
        warnings.append("\(error)")
    }
    return alignedTable(rows, rightAligned: [])
        + warnings.map { "! \(visible($0))\n" }.joined()
}

/// The same for machines: the index's entry, the looks by split and the ledger's head.
package func runJSON(_ folder: String) throws -> [UInt8] {
    struct Shown: Encodable {
        var run: RunIndex.Run
        var looks: [String: Int]
        var ledgerHead: String?
        var looksByAllRuns: Int?
    }
    let run = try RunIndex.facts(runAt: folder)
    var shown = Shown(run: run, looks: [:])
    if let ledger = try? Ledger.read(folder) {
        shown.looks = ledger.looks
        shown.ledgerHead = ledger.records.isEmpty ? nil : ledger.head
    }
    // The index is a convenience: a run can be shown where there is none.
    if let hash = run.testSHA256 ?? run.dataSHA256 {
        let split = run.testSHA256 == nil ? RowSplit.test.rawValue : nil
        shown.looksByAllRuns = try? RunIndex.open().looks(atDataSHA256: hash, split: split)
    }
    return try JSON.encode(shown) + [UInt8(ascii: "\n")]
}
