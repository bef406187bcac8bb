/// What the distinct texts of a column tell of how its dates are written. Cells are counted, not texts.
struct DateEvidence {
    /// Each text as a date; `nil` where it does not begin with one.
    private(set) var written: [WrittenDate?] = []
    /// For each order the cells that are dates under it.
    private var readable = [Int](repeating: 0, count: DateOrder.allCases.count)
    private(set) var present: Int
    /// The first text that begins with a date, but goes on otherwise, and how many cells do.
    private(set) var firstUnread: Int?
    private(set) var unread = 0
    /// A text whose day and month may be exchanged, and a cell that shows the order.
    private(set) var firstAmbiguous: Int?

    /// - Returns: `nil` where most cells are no dates.
    init?(_ texts: ColumnTexts) {
        present = texts.present
        var others = 0
        for (index, value) in texts.values.enumerated() {
            let count = texts.counts[index]
            guard let date = WrittenDate(value.utf8) else {
                written.append(nil)
                others += count
                if others * 2 > present { return nil }
                continue
            }
            written.append(date)
            if date.hasUnreadTail {
                unread += count
                if firstUnread == nil { firstUnread = index }
            }
            if date.isAmbiguous, firstAmbiguous == nil { firstAmbiguous = index }
            for (place, order) in DateOrder.allCases.enumerated() where date.seconds(order) != nil {
                readable[place] += count
            }
        }
    }

    func readable(_ order: DateOrder) -> Int {
        DateOrder.allCases.firstIndex(of: order).map { readable[$0] } ?? 0
    }

    /// The order under which most cells are dates; `nil` where day and month may be exchanged in all of them.
    var order: DateOrder? {
        let most = readable.max() ?? 0
        let best = DateOrder.allCases.filter { readable($0) == most }
        guard best.count > 1, firstAmbiguous != nil else { return best.first }
        return nil
    }

    /// The order under which all dates are the first of a month: months pass, the day stays.
    var firstOfMonths: DateOrder? {
        [DateOrder.dayFirst, .monthFirst].first { order in
            let dates = written.compactMap { $0?.seconds(order) }
                .map { CivilDate(daysSince1970: Int(($0 / 86_400).rounded(.down))) }
            return dates.allSatisfy { $0.day == 1 } && Set(dates.map(\.month)).count > 2
        }
    }

    var hasShortYears: Bool { written.contains { $0?.hasShortYear ?? false } }
}
