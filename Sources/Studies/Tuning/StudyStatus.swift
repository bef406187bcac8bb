import Documents
package import Evidence
import Figures
import Foundation
import Platform
import RunStore
import Runs
import Tuning

/// How a study stands, for people and programs.
package struct StudyStatus: Codable, Sendable {
    package var study: String
    package var data: String
    package var target: String
    package var objective: String
    package var requirements: [String]
    /// What is tried first, and what tuning was expected to save; `nil` of studies of versions that knew neither.
    package var start: StudyStart?
    package var standing: Standing
    package var budgetSeconds: Double?
    /// Until the budget is over, while the study is open and somebody works at it.
    package var leftSeconds: Double?
    package var rungs: [Rung]
    package var workers: [Worker]
    /// Of the default settings.
    package var standard: Trial?
    /// The best whole training that counts and keeps all requirements.
    package var incumbent: Trial?
    /// Where there is no incumbent: the best that misses something.
    package var nearest: Trial?
    /// Trials of rungs that count: with so many, `--trials` gives the same study.
    package var counted: Int
    /// Whether the last training was given up: then `--no-last` is needed for the same study.
    package var lastIsLeftOut: Bool
    /// Options that make the same study, whatever the clock: of the command that begins it, and of each that goes on with it after an
    /// end.
    package var repeatedBy: [String]
    package var frontier: Frontier
    package var trials: [Trial]
    /// What all processes took.
    package var usage: Usage

    package enum Standing: String, Codable, Sendable { case open, closing, over }

    package struct Rung: Codable, Sendable {
        package var rung: Int
        package var rows: Double
        package var epochs: Double
        package var planned: Int
        package var finished: Int
    }

    package struct Worker: Codable, Sendable {
        package var number: Int
        package var process: Int
        package var works: Bool
        package var finished: Int
    }

    package struct Trial: Codable, Sendable {
        package var number: Int
        package var rung: Int
        package var settings: [String: String]
        package var rows: Double
        package var epochs: Double
        package var seed: UInt64
        /// Of validation rows, as its metric has it.
        package var value: Double?
        package var excess: [String: Double]
        package var measured: [String: Double]
        package var failure: String?
        package var weightsSHA256: String?
        package var seconds: Double?
        /// Its run folder, where it stands.
        package var run: String?
    }

    /// Of whole trainings.
    package struct Frontier: Codable, Sendable {
        package var first: String
        package var second: String
        package var trials: [Int]
    }
}

/// - Parameter axes: Two metrics of trials, by their ids; `nil` for the objective and the first requirement or the size.
/// - Throws: where there is no study, or no trial has such a metric.
package func studyStatus(_ path: String, axes: [String]? = nil) throws -> StudyStatus {
    try StudyFolder(path).status(axes)
}

extension StudyFolder {
    func status(_ axes: [String]? = nil) throws -> StudyStatus {
        let trials = try trials()
        let counted = counted(trials)
        let standing = try standing(counted)
        let workers = try store.workers()
        let working = Set(workers.filter { $0.ended == nil && !store.isGone($0.number) }.map(\.number))
        let closedAfter = try store.closedAfter()
        let isOver = closedAfter != nil && trials.allSatisfy { $0.result != nil }
        let told = try trials.map { try self.told($0) }
        let byNumber = Dictionary(uniqueKeysWithValues: told.map { ($0.number, $0) })
        let best = standing.incumbent
        let meets = best.map(standing.meetsAll) ?? false
        let deadline = try store.deadline()
        return StudyStatus(
            study: path, data: request.configuration.data,
            target: request.configuration.columns.target, objective: request.chosenBy,
            requirements: request.requirements, start: request.start,
            standing: isOver ? .over : closedAfter != nil ? .closing : .open,
            budgetSeconds: try terms().budgetSeconds,
            leftSeconds: isOver || working.isEmpty
                ? nil : deadline.map { max(0, $0 - Clock.unixSeconds()) },
            rungs: try rungs(trials),
            workers: workers.map { worker in
                .init(
                    number: worker.number, process: worker.process,
                    works: working.contains(worker.number),
                    finished: trials.count { $0.worker == worker.number && $0.result != nil })
            },
            standard: byNumber[StudyStore.Trial.first],
            incumbent: meets ? best.flatMap { byNumber[$0.plan.number] } : nil,
            nearest: meets ? nil : best.flatMap { byNumber[$0.plan.number] },
            counted: counted.count { $0.number >= 0 }, lastIsLeftOut: try store.lastIsLeftOut(),
            repeatedBy: try repeatedBy(), frontier: try frontier(standing, axes),
            trials: told.sorted {
                StudyStanding.rank($0.number) < StudyStanding.rank($1.number)
            }, usage: try usage(of: workers))
    }

    /// What processes took so far, added up.
    func usage(of workers: [StudyStore.Worker]) throws -> Usage {
        try workers.compactMap { try $0.usage.map { try Self.value(Usage.self, $0, path) } }
            .reduce(.none, +)
    }

    private func told(_ trial: StudyStore.Trial) throws -> StudyStatus.Trial {
        let plan = try plan(trial)
        let finished = try finished([trial]).first
        let place = place(of: trial.number)
        return StudyStatus.Trial(
            number: trial.number, rung: trial.rung, settings: plan.point.values,
            rows: plan.fidelity.rows, epochs: plan.fidelity.epochs, seed: plan.seed,
            value: finished.flatMap {
                StudyText.objective($0, higherIsBetter: request.higherIsBetter)
            },
            excess: finished?.excess ?? [:], measured: finished?.measured ?? [:],
            failure: finished?.failure, weightsSHA256: trial.weightsSHA256,
            seconds: trial.seconds,
            run: plan.fidelity == .whole && Files.exists(place) ? place : nil)
    }

    private func rungs(_ trials: [StudyStore.Trial]) throws -> [StudyStatus.Rung] {
        let inRungs = trials.filter { $0.number >= 0 }
        return try Set(inRungs.map(\.rung)).sorted().map { rung in
            let own = inRungs.filter { $0.rung == rung }
            let fidelity = try plan(own[0]).fidelity
            return .init(
                rung: rung, rows: fidelity.rows, epochs: fidelity.epochs, planned: own.count,
                finished: own.count { $0.result != nil })
        }
    }

    private func frontier(
        _ standing: StudyStanding, _ axes: [String]?
    ) throws -> StudyStatus.Frontier {
        let second = request.required.first { $0 != request.chosenBy }
        let names = axes ?? [request.chosenBy, second ?? StudyMetrics.cost[0].id.rawValue]
        let known = Set(standing.trials.flatMap(\.measured.keys))
        guard names.count == 2 else {
            throw VouchError(
                "--frontier is \"\(names.joined(separator: ";"))\"; write two metrics with a semicolon between them")
        }
        for name in names where axes != nil && !known.contains(name) {
            throw VouchError(
                "--frontier is of \"\(name)\"; trials of this study have "
                    + known.sorted().joined(separator: ", "))
        }
        // A requirement without a direction is better the less it is.
        let signs = names.map { name -> Double in
            let id = name.split(separator: ",").first.map(String.init) ?? name
            return MetricRegistry.definition(MetricID(id))?.direction == 1 ? -1 : 1
        }
        let found = standing.frontier { trial in
            guard let x = trial.measured[names[0]], let y = trial.measured[names[1]] else {
                return nil
            }
            return (signs[0] * x, signs[1] * y)
        }
        return .init(first: names[0], second: names[1], trials: found.map(\.plan.number))
    }
}
