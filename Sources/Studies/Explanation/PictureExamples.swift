import Figures
import Generalization
import Prediction
package import Reporting
import Runs
import Tables

/// Test pictures of a run with maps: those of which its model is surest and right, surest and wrong, and least sure.
///
/// Its ledger has a look at the test rows for it.
///
/// - Throws: where the run learned from no pixels, or predicts numbers.
package func pictureExamples(of run: String, threads: Int? = nil) throws -> [PictureExample] {
    let threads = try checkedThreads(threads)
    let finished = try FinishedRun(run, threads: threads, onEvent: { _ in })
    let table = try finished.learner.knownTestRows().table
    var request = MapRequest(run: run, rows: finished.configuration.test ?? finished.configuration.data)
    request.threads = threads
    let classes = finished.prepared.target.classes
    guard classes.count > 1 else {
        throw VouchError("\(run) predicts numbers; pictures are shown of classes")
    }
    let drawer = try MapDrawer(
        request, ExplainedModel(run: run, label: nil, threads: threads), of: table)
    var door = HeldOutRows(of: run, for: "pictures in a report")
    let rows = try door.open(.test)
    guard case .classes(let answers) = rows.answers, rows.rows == table.rowCount else { return [] }
    let decided = rows.predictions.decisions(threshold: rows.threshold).classes
    let sure = (0..<rows.rows).map { rows.predictions.values[$0 * classes.count + Int(decided[$0])] }
    let surest = (0..<rows.rows).sorted { (-sure[$0], $0) < (-sure[$1], $1) }
    let chosen: [(title: String, rows: [Int])] = [
        ("Among the surest, and right", Array(surest.filter { Int(answers[$0]) == Int(decided[$0]) }.prefix(2))),
        ("Among the surest, and wrong", Array(surest.filter { Int(answers[$0]) != Int(decided[$0]) }.prefix(2))),
        ("Among the least sure", Array(surest.reversed().prefix(2))),
    ]
    var examples: [PictureExample] = []
    var shown: Set<Int> = []
    for (title, places) in chosen {
        for row in places where shown.insert(row).inserted {
            let label = classes[Int(decided[row])]
            let (item, drawing) = try drawer.draw([row + 1], explaining: label)[0]
            let isRight = Int(answers[row]) == Int(decided[row])
            let said =
                "Decided \(label) with \(NumberText.percent(sure[row])) %"
                + (isRight ? ", and it is." : "; it is \(classes[Int(answers[row])]).")
            examples.append(
                PictureExample(
                    title: title, drawing: drawing,
                    alternative: "A test picture and which parts of it the decision \(label) came from",
                    lines: [said, item.picture]
                        + (item.peak.isEmpty
                            ? []
                            : ["Half of the map lies in \(NumberText.percent(item.halfShare)) % of the pixels."]),
                    warning: item.warning))
        }
    }
    return examples
}

extension PictureMaps.Item {
    /// Why a reader must not take the map for a reason; `nil` where nothing speaks against it.
    fileprivate var warning: String? {
        if peak.isEmpty { return PictureMaps.emptyText }
        return switch tellsOfWeights {
        case true?: nil
        case false?: "Do not read the map: one of random weights is about the same."
        case nil: PictureMaps.uncomparedText
        }
    }
}
