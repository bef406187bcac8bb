import Generalization
import Kernels
import Models
import Platform
import Runs
import Synchronization
import Tables

/// Predicts the rows of a file block by block: read, parsed, encoded, predicted and written as text by whichever
/// thread is free, put out in order.
///
/// What it says is what is said of the whole table, to the byte: a block's cells are those that the table would have
/// (`BlockReading`), and its rows fill whole batches of the network, so that each row is computed in the same place.
/// Where a file, a model or a request needs the whole table, it says so, and nothing was put out.
struct PredictionStream {
    let request: PredictionRequest
    let model: RunModel
    let thresholds: FittedThresholds
    let text: PredictionText
    let threads: Int

    /// Whether all that is asked for of a row follows from the row alone, its place and the run.
    ///
    /// Lots that are cast by shares of the file (`--fair`), units that are dropped by a row's place, several models'
    /// answers side by side, scores of unlike rows and repairs by groups take the table.
    var isPossible: Bool {
        guard request.mitigation == nil, !request.outOfDistribution,
            model.network?.dropoutPasses == nil, model.network?.encoder.repair == nil
        else { return false }
        // The text of a date's group depends on whether any date of the column has a time.
        let group = model.schema.columns.first { $0.name == request.groupColumn }
        guard request.groupColumn == nil || (group != nil && group?.kind != .date) else {
            return false
        }
        return !(thresholds.conformal?.request.method.isCrossed ?? false)
    }

    /// What was seen of rows, in order.
    private struct Seen: Sendable {
        var missing = MissingTexts()
        /// `nil` where nobody knows what the model learned from.
        var unseen: UnseenCells?
        var unknownGroups: Set<String> = []
    }

    private enum Made: Sendable {
        case rows([UInt8], Seen)
        case again(asTexts: Set<String>)
        case unknown
    }

    private enum End: Sendable {
        case all
        case again(asTexts: Set<String>)
        case unknown
    }

    /// - Parameter output: Empty, and again where nothing came of it.
    /// - Returns: `nil` where the whole table must be read.
    func run(
        _ file: PositionedFile, name: String, into output: borrowing Mutex<PendingOutput>
    ) throws -> RowNotes? {
        guard isPossible else { return nil }
        let options = try model.newRowOptions(request.reading, threads: 1)
        let wanted = model.columnsOfNewRows
            .union(model.schema.namesOfRows).union(request.groupColumn.map { [$0] } ?? [])
        var asTexts: Set<String> = []
        while let reading = BlockReading(
            file, name: name, options: options, wanted: wanted, asTexts: asTexts,
            size: request.size)
        {
            let (end, seen) = attempt(reading, output)
            switch end {
            case .all where seen.missing.rows > 0:
                guard let notes = reading.notes(seen.missing) else {
                    output.withLock { $0.clear() }
                    return nil
                }
                try output.withLock { try $0.append(text.end) }
                model.reportNotices(name, notes: notes, unseen: seen.unseen)
                return (thresholds.notes(unknown: seen.unknownGroups), seen.missing.rows)
            case .again(let more) where !more.isSubset(of: asTexts):
                output.withLock { $0.clear() }
                asTexts.formUnion(more)
            default:
                output.withLock { $0.clear() }
                return nil
            }
        }
        return nil
    }

    private func attempt(
        _ reading: BlockReading, _ output: borrowing Mutex<PendingOutput>
    ) -> (End, Seen) {
        let workers = max(1, min(threads, reading.mostBlocks))
        let predictors = (0..<workers).map { _ in
            model.predictor(pool: WorkerPool(threads: 1))
        }
        let blocks = Mutex(reading.blocks(workers: workers))
        let state = Mutex((end: End.all, seen: Seen(unseen: model.unseenCells(in: nil))))
        inOrder(
            workers: workers,
            next: {
                do {
                    return try blocks.withLock { try $0.next() }
                } catch {
                    state.withLock { $0.end = .unknown }
                    return nil
                }
            },
            make: { worker, block in made(of: block, reading, predictors[worker]) },
            take: { made in
                state.withLock { state in
                    switch made {
                    case .rows(let bytes, let seen):
                        state.seen.missing.add(seen.missing)
                        if let more = seen.unseen { state.seen.unseen?.add(more) }
                        state.seen.unknownGroups.formUnion(seen.unknownGroups)
                        do {
                            try output.withLock { try $0.append(bytes) }
                            return true
                        } catch { state.end = .unknown }
                    case .again(let texts): state.end = .again(asTexts: texts)
                    case .unknown: state.end = .unknown
                    }
                    return false
                }
            })
        return state.withLock { $0 }
    }

    /// Whatever is wrong is found again, and told, by who reads the whole table.
    private func made(
        of block: RowBlock, _ reading: BlockReading, _ predictor: any Predictor
    ) -> Made {
        switch reading.read(block) {
        case .unknown: return .unknown
        case .again(let texts): return .again(asTexts: texts)
        case .table(let table, let missing):
            var seen = Seen(missing: missing, unseen: model.unseenCells(in: table))
            guard let predictions = try? predictor.predictions(for: table),
                let added = try? thresholds.columns(
                    of: predictions, table, model, firstRow: block.firstRow,
                    unknown: &seen.unknownGroups)
            else { return .unknown }
            let columns = model.columns(table, predictions) + added
            return .rows(
                text.bytes(columns, rows: 0..<table.rowCount, isFirst: block.firstRow == 0), seen)
        }
    }
}
