import DataEfficiency
import Documents
import Evidence
import Fairness
import Models
import Platform
import Prediction
import Reporting
package import Runs
import Statistics
import Tables

/// Whether the rows that a run learned from are diverse: regions with few of them and a high error, groups, rows that
/// lie outside, and labels that told little.
///
/// Each part is stored with the run as soon as it is known, so that an interruption keeps what is done.
///
/// - Throws: an error that says what is wrong with a file; an `Interruption` where nothing is known yet.
package func dataRegions(
    _ request: RegionsRequest, onEvent: @escaping (RunEvent) -> Void = { _ in }
) throws -> RegionsAnswer {
    let threads = try checkedThreads(request.threads)
    let model = try ModelBundle(run: request.run)
    let reference = try request.reference.map { path in
        onEvent(.stage("Reading \(path)"))
        return try NewRows(path, model, request, threads: threads)
    }
    let pool = try request.pool.map { path in
        onEvent(.stage("Reading \(path)"))
        return try NewRows(path, model, request, threads: threads)
    }
    let run = try FinishedRun(request.run, threads: threads, onEvent: onEvent)
    try run.cancellation.check()
    let rows = RegionRows(run: run, model: model, population: reference ?? pool)
    var door = HeldOutRows(of: request.run, for: "vouch data regions")
    onEvent(.stage("Looking for regions with few rows and high error"))
    let judged = try rows.judged(&door)
    if let warning = judged.isOfPopulation ? rows.learnedWarning : nil {
        onEvent(.warning(warning))
    }
    let found = try rows.regions(judged)
    let population = (reference ?? pool)?.name
    try probeFile.add(
        [
            MeasuredProbe(
                id: "dataRegions", drawback: .dataHunger,
                measurements: found.measurements(
                    split: judged.rows.split, unit: judged.rows.lossUnit, population: population),
                figures: [found.figure(unit: judged.rows.lossUnit, population: population)]
                    .compactMap(\.self), groups: [])
        ], to: request.run)
    var tables = RegionTables(
        request: request, regions: found, judged: judged, population: population, pool: pool)
    if !judged.isOfPopulation, !judged.rows.protected.isEmpty {
        tables.plan = try CollectionPlan(judged.rows)
    }
    do {
        for new in [reference, pool].compactMap(\.self) {
            onEvent(.stage("Looking for rows of \(new.name) that lie outside"))
            try run.cancellation.check()
            tables.outside.append(try rows.outside(new))
            try probeFile.add(RowsOutside.findings(tables.outside), to: request.run)
        }
        onEvent(.stage("Looking for rows that are nearly equal"))
        let repeats = try rows.repeats(&door)
        tables.repeats = repeats
        tables.isByChance = run.prepared.duplicates.isByChance
        try probeFile.add(
            [
                MeasuredProbe(
                    id: "repeatedLabels", drawback: .dataHunger,
                    measurements: repeats.measurements(isByChance: tables.isByChance), figures: [],
                    groups: [])
            ], to: request.run)
    } catch let interruption as Interruption {
        tables.interruption = interruption
    }
    return RegionsAnswer(
        document: tables.document, csv: tables.csv, interruption: tables.interruption)
}
