import Statistics
import Tables

/// Time that runs backwards, where a column of times was named (`--time`): test rows earlier than
/// training rows, and columns with dates after the row's own time.
struct TimeOrder: LeakageCheck {
    static let leastEarlier = 0.05
    static let leastAfter = 0.05

    func findings(in data: LeakageData) throws -> [LeakageFinding] {
        guard let name = data.schema.names(.time).first,
            let times = data.training.column(named: name)?.measures
        else { return [] }
        return [earlier(name, times, data)].compactMap(\.self) + after(name, times, data)
    }

    /// Test rows before the median of the training rows' times: none where the split is by time.
    private func earlier(
        _ name: String, _ times: [Double], _ data: LeakageData
    ) -> LeakageFinding? {
        let known = times.filter { !$0.isNaN }.sorted()
        guard !known.isEmpty,
            let tested = data.test?.column(named: name)?.measures?.filter({ !$0.isNaN }),
            !tested.isEmpty
        else { return nil }
        let median = sortedQuantile(known, 0.5)
        let count = tested.count { $0 < median }
        let effect = shareEstimate(count, of: tested.count)
        guard let lower = effect.lower, lower >= Self.leastEarlier else { return nil }
        return LeakageFinding(
            .earlierTestRows, columns: [name], rows: count, effect: effect,
            evidence:
                "\(count) of \(tested.count) test rows are earlier in \"\(name)\" than half of "
                + "the training rows: the model has seen the future of these rows")
    }

    private func after(
        _ name: String, _ times: [Double], _ data: LeakageData
    ) -> [LeakageFinding] {
        let columns = data.features.filter { column in
            guard column.name != name, column.kind == .date else { return false }
            return data.training.column(named: name)?.kind == .date
        }
        return columns.compactMap { column in
            guard let dates = column.measures else { return nil }
            let present = dates.indices.filter { !dates[$0].isNaN && !times[$0].isNaN }
            let later = present.count { dates[$0] > times[$0] }
            let effect = shareEstimate(later, of: present.count)
            guard let lower = effect.lower, lower >= Self.leastAfter else { return nil }
            return LeakageFinding(
                .datedAfter, columns: [column.name], effect: effect,
                evidence: "\"\(column.name)\" is later than \"\(name)\" in \(later) of "
                    + "\(present.count) rows; is it known when the model is asked?")
        }
    }
}
