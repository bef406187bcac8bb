import Foundation
import Generalization
import Tables

/// Twenty ways in which a leak gets into a table, each with its strength.
enum LeakPlanter: String, Sendable, CaseIterable {
    case copiedRows, copiedFeatures, editedCopies, jitteredCopies, sharedGroups, groupLikeColumn
    case earlierTestRows, conflictingLabels, targetCopy, noisyCopy, codedIdentifier,
        orderedIdentifier
    case filledAfterOutcome, targetDependentMissingness, constantInOneClass, pairSum, pairValues
    case targetMean, datedAfter, otherUnits

    var strength: String {
        switch self {
        case .copiedRows: "5 % of the test rows are training rows"
        case .copiedFeatures:
            "5 % of the test rows have the features of a training row of another class or quarter"
        case .editedCopies: "15 % of the test rows are training rows with one cell from another row"
        case .jitteredCopies:
            "15 % of the test rows are training rows, every number moved by 2 % of its deviation"
        case .sharedGroups: "a --group column with 4 rows a group, split by row"
        case .groupLikeColumn:
            "a column with 4 rows a value, 90 % of them of one class or quarter, split by row"
        case .earlierTestRows: "a --time column, split without regard to it"
        case .conflictingLabels:
            "5 % of the training rows have the features of one of another class or quarter"
        case .targetCopy: "the classes under other names; the number on a logarithmic scale"
        case .noisyCopy:
            "5 % of the classes drawn anew; the number with noise of 10 % of its deviation"
        case .codedIdentifier: "a unique text whose first letter is the class or quarter"
        case .orderedIdentifier:
            "row numbers given in the order of the target, 5 % of them anywhere"
        case .filledAfterOutcome:
            "a column filled in half of the rows of one class or quarter, in no other"
        case .targetDependentMissingness:
            "a column emptied in 70 % of the rows of one class or quarter and 5 % of the others"
        case .constantInOneClass:
            "a number that is not 0 in half of the rows of one class or quarter alone"
        case .pairSum: "two numbers that vary three times as much as the target, and add up to it"
        case .pairValues: "a column that is the class or quarter, shifted by another column"
        case .targetMean:
            "the training target's mean over groups of 8 rows that another column names"
        case .datedAfter: "dates, of which 30 % are later than the --time column's"
        case .otherUnits: "a number ten times as large among test rows"
        }
    }

    func plant(in planting: inout Planting) {
        let rows = planting.table.rowCount
        switch self {
        case .copiedRows, .copiedFeatures, .editedCopies, .jitteredCopies: plantRows(&planting)
        case .sharedGroups:
            planting.add("member", texts: grouped(&planting, alike: 0).map { "m\($0)" })
            planting.roles.group = "member"
            planting.planted = .columns(["member"])
        case .groupLikeColumn:
            planting.add(
                "member", numbers: grouped(&planting, alike: 0.9).map { Double(1000 + $0) })
            planting.planted = .columns(["member"])
        case .earlierTestRows:
            planting.add(
                "seen", days: (0..<rows).map { _ in Double(planting.draws.integer(below: 900)) })
            planting.roles.time = "seen"
            planting.planted = .columns(["seen"])
        case .conflictingLabels: plantConflicts(&planting)
        case .targetCopy, .noisyCopy, .codedIdentifier, .orderedIdentifier: plantCopies(&planting)
        case .filledAfterOutcome, .targetDependentMissingness, .constantInOneClass:
            plantOneSided(&planting)
        case .pairSum, .pairValues: plantPairs(&planting)
        case .targetMean: plantMeans(&planting)
        case .datedAfter:
            let days = (0..<rows).map { _ in Double(planting.draws.integer(below: 900)) }
            planting.add("seen", days: days)
            planting.roles.time = "seen"
            planting.add(
                "closed",
                days: days.map { day in
                    let length = Double(1 + planting.draws.integer(below: 60))
                    return planting.draws.uniform() < 0.3 ? day + length : day - length
                })
            // The latest rows test, as they should.
            let order = (0..<rows).sorted { (days[$0], $0) < (days[$1], $1) }
            planting.training = order.prefix(planting.training.count).sorted()
            planting.test = order.suffix(planting.test.count).sorted()
            planting.planted = .columns(["closed"])
        case .otherUnits: plantUnits(&planting)
        }
    }

    private func plantRows(_ planting: inout Planting) {
        let share = self == .copiedRows || self == .copiedFeatures ? 0.05 : 0.15
        let count = max(8, Int(share * Double(planting.test.count)))
        let victims = Array(planting.draws.shuffled(planting.test).prefix(count))
        var sources = Array(planting.draws.shuffled(planting.training).prefix(count))
        if self == .copiedFeatures {
            let classes = planting.classes
            sources = zip(victims, sources).map { victim, source in
                classes[source] != classes[victim]
                    ? source
                    : planting.training.first { $0 > source && classes[$0] != classes[victim] }
                        ?? source
            }
        }
        planting.copy(
            from: sources, to: victims,
            except: self == .copiedFeatures ? [planting.target] : [])
        planting.planted = .rows(
            self == .copiedRows
                ? [.copiedRows] : self == .copiedFeatures ? [.copiedFeatures] : [.nearCopies])
        if self == .editedCopies {
            let names = planting.features.map(\.name)
            for row in victims {
                let name = names[planting.draws.integer(below: names.count)]
                let other = planting.draws.integer(below: planting.table.rowCount)
                planting.copy(
                    from: [other], to: [row],
                    except: Set(planting.table.columns.map(\.name)).subtracting([name]))
            }
        }
        if self == .jitteredCopies {
            for column in planting.features {
                guard case .numbers(var cells) = column.cells else { continue }
                let known = cells.filter { !$0.isNaN }
                let mean = known.reduce(0, +) / Double(known.count)
                let deviation =
                    (known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count))
                    .squareRoot()
                for row in victims { cells[row] += 0.02 * deviation * planting.draws.normal() }
                planting.put(Column(name: column.name, cells: .numbers(cells)))
            }
        }
    }

    private func plantConflicts(_ planting: inout Planting) {
        let classes = planting.classes
        let drawn = planting.draws.shuffled(planting.training)
        let count = max(8, drawn.count / 20)
        let victims = Array(drawn.prefix(count))
        let others = drawn.dropFirst(count)
        let sources = victims.map { victim in
            let start = others.startIndex + planting.draws.integer(below: others.count)
            return others[start...].first { classes[$0] != classes[victim] }
                ?? others.first { classes[$0] != classes[victim] } ?? victim
        }
        planting.copy(from: sources, to: victims, except: [planting.target])
        planting.planted = .rows([.conflictingLabels])
    }

    /// A group for every row, four rows each; so many of them share the class.
    private func grouped(_ planting: inout Planting, alike: Double) -> [Int] {
        let classes = planting.classes
        let all = planting.draws.shuffled(Array(0..<planting.table.rowCount))
        var free: [Int] = []
        var groups = [Int](repeating: 0, count: all.count)
        var next = 0
        for label in 0..<planting.classCount {
            let members = all.filter { classes[$0] == label }
            let kept = members.filter { _ in planting.draws.uniform() < alike }
            let alone = Set(kept)
            free += members.filter { !alone.contains($0) }
            for (position, row) in kept.enumerated() { groups[row] = next + position / 4 }
            next += (kept.count + 3) / 4
        }
        let rest = planting.draws.shuffled(free)
        // The others join any group.
        let total = max(1, (all.count + 3) / 4)
        for row in rest {
            groups[row] =
                alike > 0
                ? planting.draws.integer(below: max(next, 1)) : planting.draws.integer(below: total)
        }
        // Names that say nothing of the order.
        let names = planting.draws.shuffled(Array(0..<max(next, total)))
        return groups.map { names[$0] }
    }

    /// Rows in the order of the target, a twentieth of them anywhere.
    private func disordered(_ rows: [Int], _ planting: inout Planting) -> [Int] {
        let numbers = planting.numbers
        var order = planting.draws.shuffled(rows).sorted { numbers[$0] < numbers[$1] }
        let places = planting.draws.shuffled(Array(order.indices)).prefix(order.count / 20)
        let moved = planting.draws.shuffled(Array(places)).map { order[$0] }
        for (place, row) in zip(places, moved) { order[place] = row }
        return order
    }

    private func plantCopies(_ planting: inout Planting) {
        let rows = planting.table.rowCount
        switch self {
        case .targetCopy:
            if planting.isRegression {
                let least = planting.numbers.min() ?? 0
                planting.add("level", numbers: planting.numbers.map { log(1 + $0 - least) })
            } else {
                let names = planting.draws.shuffled(Array(0..<planting.classCount))
                planting.add("level", texts: planting.classes.map { "type \(names[$0])" })
            }
            planting.planted = .columns(["level"])
        case .noisyCopy:
            if planting.isRegression {
                let mean = planting.numbers.reduce(0, +) / Double(rows)
                let deviation =
                    (planting.numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows))
                    .squareRoot()
                planting.add(
                    "level",
                    numbers: planting.numbers.map { $0 + 0.1 * deviation * planting.draws.normal() }
                )
            } else {
                let count = planting.classCount
                planting.add(
                    "level",
                    numbers: planting.classes.map { label in
                        planting.draws.uniform() < 0.05
                            ? Double(planting.draws.integer(below: count)) : Double(label)
                    })
            }
            planting.planted = .columns(["level"])
        case .codedIdentifier:
            let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            let numbers = planting.draws.shuffled(Array(10_000..<10_000 + rows))
            planting.add(
                "record",
                texts: planting.classes.enumerated().map { row, label in
                    "\(letters[label % letters.count])\(numbers[row])"
                })
            planting.planted = .columns(["record"])
        default:
            let order = disordered(Array(0..<rows), &planting)
            var number = [Double](repeating: 0, count: rows)
            for (place, row) in order.enumerated() { number[row] = Double(place + 1) }
            planting.add("record", numbers: number)
            planting.planted = .columns(["record"])
        }
    }

    private func plantOneSided(_ planting: inout Planting) {
        let label = planting.largestClass
        let classes = planting.classes
        switch self {
        case .filledAfterOutcome:
            let kinds = ["partial", "full", "other"]
            planting.add(
                "settled",
                texts: classes.map { own in
                    own == label && planting.draws.uniform() < 0.5
                        ? kinds[planting.draws.integer(below: 3)] : nil
                })
            planting.planted = .columns(["settled"])
        case .targetDependentMissingness:
            let columns = planting.features
            let column = columns[planting.draws.integer(below: columns.count)]
            let emptied = classes.map { own in
                planting.draws.uniform() < (own == label ? 0.7 : 0.05)
            }
            planting.put(
                Column(name: column.name, cells: column.cells.emptied { emptied[$0] }))
            planting.planted = .columns([column.name])
        default:
            planting.add(
                "refund",
                numbers: classes.map { own in
                    own == label && planting.draws.uniform() < 0.5
                        ? (10 + 90 * planting.draws.uniform()).rounded() : 0
                })
            planting.planted = .columns(["refund"])
        }
    }

    private func plantPairs(_ planting: inout Planting) {
        let rows = planting.table.rowCount
        if self == .pairSum {
            let mean = planting.numbers.reduce(0, +) / Double(rows)
            let deviation =
                (planting.numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows))
                .squareRoot()
            let first = (0..<rows).map { _ in 3 * deviation * planting.draws.normal() }
            planting.add("paid", numbers: first)
            planting.add("due", numbers: zip(planting.numbers, first).map { $0 - $1 })
            planting.planted = .columns(["paid", "due"])
        } else {
            let count = planting.classCount
            let shifts = count <= 6 ? count : 3
            let first = (0..<rows).map { _ in planting.draws.integer(below: shifts) }
            planting.add("shift", numbers: first.map(Double.init))
            planting.add(
                "code",
                numbers: zip(planting.classes, first).map { Double(($0 + $1) % count) })
            planting.planted = .columns(["shift", "code"])
        }
    }

    private func plantMeans(_ planting: inout Planting) {
        let rows = planting.table.rowCount
        let groups = (0..<rows).map { _ in planting.draws.integer(below: max(rows / 8, 1)) }
        let label = planting.largestClass
        let outcome =
            planting.isRegression
            ? planting.numbers : planting.classes.map { $0 == label ? 1 : 0 }
        var sums: [Int: (sum: Double, count: Double)] = [:]
        for row in planting.training {
            let known = sums[groups[row]] ?? (0, 0)
            sums[groups[row]] = (known.sum + outcome[row], known.count + 1)
        }
        planting.add("shop", texts: groups.map { "s\($0)" })
        planting.add(
            "shop level",
            numbers: groups.map { group in sums[group].map { $0.sum / $0.count } ?? 0 })
        planting.planted = .columns(["shop level"])
    }

    private func plantUnits(_ planting: inout Planting) {
        let usable = planting.features.filter { column in
            guard case .numbers(let cells) = column.cells else { return false }
            var counts: [Double: Int] = [:]
            for cell in cells { counts[cell, default: 0] += 1 }
            return counts.count > 10 && (counts.values.max() ?? 0) * 2 < cells.count
        }
        let column = usable[planting.draws.integer(below: usable.count)]
        guard case .numbers(var cells) = column.cells else { return }
        for row in planting.test { cells[row] *= 10 }
        planting.put(Column(name: column.name, cells: .numbers(cells)))
        planting.planted = .columns([column.name])
    }
}
