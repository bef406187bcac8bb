extension Column {
    /// A cell as text; `nil` where missing. As the file has it where it was kept; else whole
    /// numbers have no point, and dates are ISO 8601.
    package func text(_ row: Int) -> String? {
        if case .texts(let texts, _) = cells { return texts[row] }
        if let spelling {
            let code = spelling.codes[row]
            return code < 0 ? nil : spelling.values[Int(code)]
        }
        return switch cells {
        case .categories(let codes, let values): codes[row] < 0 ? nil : values[Int(codes[row])]
        case .numbers(let numbers): numbers[row].isNaN ? nil : numberText(numbers[row])
        case .dates(let seconds, let hasTime):
            seconds[row].isNaN ? nil : dateText(seconds[row], hasTime: hasTime)
        case .texts(let texts, _): texts[row]
        }
    }
}

/// The shortest text that reads back as the same number; `12`, not `12.0`.
package func numberText(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 0x1p53 { return String(Int(number)) }
    return number.description
}

private func dateText(_ seconds: Double, hasTime: Bool) -> String {
    func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(abs(number))
        return (number < 0 ? "-" : "")
            + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let days = (seconds / 86_400).rounded(.down)
    let date = CivilDate(daysSince1970: Int(days))
    let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    guard hasTime else { return day }
    let rest = seconds - days * 86_400
    let whole = Int(rest)
    var text = "\(day)T\(padded(whole / 3600, 2)):\(padded(whole / 60 % 60, 2))"
    text += ":\(padded(whole % 60, 2))"
    let fraction = rest - Double(whole)
    if fraction > 0 { text += numberText((fraction * 1e6).rounded() / 1e6).dropFirst() }
    return text
}
