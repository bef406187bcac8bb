import Tables

/// Kinds 3 to 5: identity, odd cells, missing texts.
let identityVariants: [Variant] = [
    Variant(
        "codes of one width with leading zeros", ["02116", "10001", "90210"],
        .texts(["02116", "10001", "90210"]), says: "begin with a zero"),
    Variant(
        "01 against 1 as protected groups", many(["01", "1", "2"], 4), .groups(["01", "1", "2"]),
        says: "begin with a zero", role: .protected),
    Variant(
        "ages as protected groups are ranges", counting(40),
        .groups(["20.5 – 30.25", "10.75 – 20.5", "> 30.25", "≤ 10.75"].sorted()),
        role: .protected),
    Variant(
        "an age that is no number is a group of its own", counting(40) + ["unknown"],
        .groups(["20.5 – 30.25", "10.75 – 20.5", "> 30.25", "≤ 10.75", "unknown"].sorted()),
        says: "group of its own", role: .protected),
    Variant("1e5 is a group's name", ["1e5", "100000"], .texts(["1e5", "100000"]), role: .group),
    Variant(
        "19 digits of an id", ["1925036343869800001", "1925036343869800002"],
        .texts(["1925036343869800001", "1925036343869800002"]), role: .id),
    Variant(
        "19 digits of a feature", ["1925036343869800001", "1925036343869800002"],
        .texts(["1925036343869800001", "1925036343869800002"]), says: "more digits"),
    Variant(
        "classes keep leading zeros", ["02116", "00701"], .classes(["00701", "02116"]),
        says: "zero", role: .target),
    Variant(
        "classes keep decimals", ["1.0", "2.0", "1.0"], .classes(["1.0", "2.0"]), role: .target),
    Variant(
        "1 and 1.0 are two classes", ["0", "1", "1.0"], .classes(["0", "1", "1.0"]), role: .target),
    Variant(
        "numbers of classes stay in order of size", ["10", "9", "2"], .classes(["2", "9", "10"]),
        role: .target),
]

let oddCellVariants: [Variant] = [
    Variant(
        "inf among numbers", counting(60) + ["inf"], .numbers([1, 2, 3]), says: "line 62 is \"inf\""
    ),
    Variant(
        "a word among numbers", ["unknown"] + counting(60), .numbers([.nan, 1, 2]),
        says: "line 2 is \"unknown\""),
    Variant(
        "a limit of detection among numbers", counting(60) + ["<0.01"], .numbers([1, 2]),
        says: "<0.01"),
    Variant(
        "a zero date among dates", many(["2020-01-31", "2021-02-28"], 20) + ["0000-00-00"],
        .dates(["2020-01-31", "2021-02-28"]), says: "0000-00-00"),
    Variant(
        "a day that is none among dates", many(["31/01/2020", "28/02/2021"], 20) + ["31/02/2020"],
        .dates(["2020-01-31", "2021-02-28"]), says: "31/02/2020"),
    Variant(
        "one cell in five is no number", many(["1", "2", "3", "4", "x"], 10),
        .texts(["1", "2", "3", "4", "x"]), says: "40 of 50 cells are numbers"),
    Variant(
        "odd texts that are all different", counting(400) + (0..<12).map { "odd \($0)" },
        .texts(["1", "2"]), says: "is taken as a category"),
    Variant(
        "few numbers among texts say nothing", many(["a", "b", "c", "1"], 10),
        .texts(["a", "b", "c", "1"])),
    Variant(
        "inf in a target of numbers", (1...60).map { "\($0).5" } + ["inf"],
        .error("60 of 61 cells are numbers, and \"inf\" is none"), role: .target),
    Variant(
        "a word in a target of few classes", many(["0", "1"], 30) + ["x"],
        .classes(["0", "1", "x"]),
        says: "class of its own", role: .target),
    Variant(
        "a target of money", many(["1,663", "382", "2,133.5"], 10), .numbers([1663, 382, 2133.5]),
        says: "thousands commas", role: .target),
]

let missingVariants: [Variant] = [
    Variant("#N/A of Excel among numbers", ["1", "#N/A", "3"], .numbers([1, .nan, 3])),
    Variant("<NA> of pandas among texts", ["a", "<NA>", "b"], .texts(["a", nil, "b"])),
    Variant(
        "None as a class", many(["Mild", "None", "Severe"], 10), .error("10 \"None\""),
        role: .target),
    Variant(
        "None as a class that is said", many(["Mild", "None", "Severe"], 10),
        .classes(["Mild", "None", "Severe"]), role: .target, missing: ["NULL"]),
    Variant(
        "NA in a target, of many rows", many(["yes", "no", "NA"], 10), .error("10 \"NA\""),
        role: .target),
    Variant(
        "a missing target in a hundred", many(["yes", "no"], 50) + ["NA"], .classes(["no", "yes"]),
        role: .target),
    Variant(
        "empty targets are missing", many(["yes", "no", ""], 10), .classes(["no", "yes"]),
        role: .target),
    Variant(
        "None in a category, of many rows", many(["Brick", "None"], 20), .texts(["Brick", nil]),
        says: "20 \"None\""),
    Variant("a question mark in a category", many(["a", "?", "b"], 20), .texts(["a", nil, "b"])),
    Variant("a text of one's own", ["1", "-999", "3"], .numbers([1, .nan, 3]), missing: ["-999"]),
]
