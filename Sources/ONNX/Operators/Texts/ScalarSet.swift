/// Unicode scalars that one place of a pattern takes.
struct ScalarSet: Sendable {
    private(set) var ranges: [ClosedRange<UInt32>] = []
    /// Initials of general categories, such as `L` or `Lu`, and whether those outside are meant.
    private var categories: [(name: String, isNegated: Bool)] = []
    var isNegated = false
    /// Whether a scalar is in it if it is in another case.
    var ignoresCase = false

    init(_ ranges: [ClosedRange<UInt32>] = [], isNegated: Bool = false) {
        self.ranges = ranges
        self.isNegated = isNegated
    }

    static let any = ScalarSet([0...0x10FFFF])
    static let anyButNewline = ScalarSet([0...9, 11...0x10FFFF])

    /// Ranges of `\d`, `\s`, `\w` and of what stands between `[:` and `:]`, all of ASCII; `nil` of other names.
    static func named(_ name: String) -> [ClosedRange<UInt32>]? {
        switch name {
        case "d", "digit": [48...57]
        case "s": [9...10, 12...13, 32...32]
        case "w", "word": [48...57, 65...90, 95...95, 97...122]
        case "alnum": [48...57, 65...90, 97...122]
        case "alpha": [65...90, 97...122]
        case "ascii": [0...127]
        case "blank": [9...9, 32...32]
        case "cntrl": [0...31, 127...127]
        case "graph": [33...126]
        case "lower": [97...122]
        case "print": [32...126]
        case "punct": [33...47, 58...64, 91...96, 123...126]
        case "space": [9...13, 32...32]
        case "upper": [65...90]
        case "xdigit": [48...57, 65...70, 97...102]
        default: nil
        }
    }

    mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

    /// All that is not in ranges which are in order.
    mutating func insert(outside ranges: [ClosedRange<UInt32>]) {
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { insert(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { insert(next...0x10FFFF) }
    }

    /// - Returns: Whether there is such a category.
    mutating func insert(category: String, isNegated: Bool) -> Bool {
        if category == "Any" {
            if !isNegated { insert(0...0x10FFFF) }
            return true
        }
        guard Self.categoryNames.contains(where: { $0.hasPrefix(category) }), category.count <= 2
        else {
            return false
        }
        categories.append((category, isNegated))
        return true
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var found = holds(scalar)
        if !found && ignoresCase {
            let upper = scalar.simpleUppercase
            found = holds(scalar.simpleLowercase) || holds(upper) || holds(upper.simpleLowercase)
        }
        return found != isNegated
    }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        for range in ranges where range.contains(scalar.value) { return true }
        guard !categories.isEmpty else { return false }
        let name = Self.name(of: scalar.properties.generalCategory)
        return categories.contains { name.hasPrefix($0.name) != $0.isNegated }
    }

    private static let categoryNames = [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
        "Pi",
        "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
    ]

    private static func name(of category: Unicode.GeneralCategory) -> String {
        switch category {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: ""
        @unknown default: ""
        }
    }
}
