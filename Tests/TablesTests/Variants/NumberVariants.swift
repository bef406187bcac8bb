import Tables

/// Kind 2: decimal marks, thousands, percent, currency, dates.
let numberVariants: [Variant] = [
    Variant(
        "thousands commas beside small numbers, tab", ["1,020", "980", "12,400"],
        .numbers([1020, 980, 12400]), says: "thousands commas", delimiter: "\t"),
    Variant(
        "thousands points beside decimal commas in the same column", ["1.020", "0,5", "980"],
        .numbers([1020, 0.5, 980]), says: "thousands points", delimiter: ";"),
    Variant(
        "thousands points where another column has decimal commas", ["1.020", "2.500", "980"],
        .numbers([1020, 2500, 980]), says: "thousands points", delimiter: ";",
        beside: ["0,5", "1,25"]),
    Variant(
        "thousands commas where another column has decimal points", ["1,020", "2,511"],
        .numbers([1020, 2511]), says: "thousands commas", delimiter: ";", beside: ["0.5", "1.25"]),
    Variant(
        "three decimals behind points between commas: rounded values", ["3.141", "2.718", "1.414"],
        .numbers([3.141, 2.718, 1.414])),
    Variant(
        "three decimals behind points in a tab file", ["3.141", "2.718", "0.125"],
        .numbers([3.141, 2.718, 0.125]), delimiter: "\t"),
    Variant(
        "specific gravities, all with three decimals, semicolons", ["1.005", "1.010", "1.025"],
        .numbers([1.005, 1.010, 1.025]), delimiter: ";"),
    Variant(
        "three decimals behind commas and nothing else", ["3,141", "2,718"],
        .error("can be 3141 or 3.141"), delimiter: ";"),
    Variant(
        "the same, said to be decimals", ["3,141", "2,718"], .numbers([3.141, 2.718]),
        delimiter: ";", decimalComma: true),
    Variant(
        "the same, said to be thousands", ["3,141", "2,718"], .numbers([3141, 2718]),
        says: "thousands commas", delimiter: ";", decimalComma: false),
    Variant(
        "the same, left out", ["3,141", "2,718"], .texts(["3,141", "2,718"]), role: .ignored,
        delimiter: ";"),
    Variant(
        "both marks in one cell", ["1,234.50", "17.25"], .numbers([1234.5, 17.25]),
        says: "thousands commas"),
    Variant(
        "both marks, the other way round", ["1.234,50", "17,25"], .numbers([1234.5, 17.25]),
        says: "thousands points", delimiter: ";"),
    Variant(
        "a mark twice", ["1,234,567", "12,000"], .numbers([1_234_567, 12000]),
        says: "thousands commas"),
    Variant(
        "a leading zero before the comma", ["0,125", "3,141"], .numbers([0.125, 3.141]),
        delimiter: ";"),
    Variant(
        "one slip among thousands commas is odd, not a proof",
        many(["1,020", "980", "3,400"], 60) + ["12,5"], .numbers([1020, 980, 3400]),
        says: "12,5", delimiter: ";"),
    Variant(
        "groups in the Indian way", ["1,25,000", "98,000", "12,34,567"],
        .numbers([125_000, 98000, 1_234_567]), says: "thousands"),
    Variant(
        "spaces that do not break between thousands", ["1\u{A0}020", "980", "1\u{202F}500"],
        .numbers([1020, 980, 1500]), says: "thousands space"),
    Variant(
        "apostrophes between thousands, decimal points", ["1'020.50", "980"],
        .numbers([1020.5, 980]), says: "apostrophe"),
    Variant("percent", ["80%", "20 %", "7.5%"], .numbers([0.8, 0.2, 0.075]), says: "percent"),
    Variant(
        "percent and plain numbers in good numbers", many(["80%", "20"], 20),
        .texts(["80%", "20"]), says: "as a category"),
    Variant(
        "dollars", ["$1,020.50", "$ 980", "-$3"], .numbers([1020.5, 980, -3]),
        says: "currency \"$\""),
    Variant(
        "euros behind", ["12,50 €", "7,00 €"], .numbers([12.5, 7]), says: "€", delimiter: ";"),
    Variant(
        "a currency code, and negative amounts in brackets", ["USD 12.5", "(USD 3.25)"],
        .numbers([12.5, -3.25]), says: "USD"),
    Variant(
        "two currencies in good numbers", many(["$5", "€6"], 20), .texts(["$5", "€6"]),
        says: "as a category"),
    Variant("minus signs of Unicode", ["\u{2212}3", "4"], .numbers([-3, 4])),
    Variant(
        "month names", ["01-Feb-2023", "Mar 3, 2023", "5 September 2022"],
        .dates(["2023-02-01", "2023-03-03", "2022-09-05"])),
    Variant(
        "years of two digits", ["01/20/69", "12/31/68"], .dates(["1969-01-20", "2068-12-31"]),
        says: "1969 to 2068"),
    Variant(
        "mornings and afternoons", ["01/20/2022 12:00 AM", "01/20/2022 12:30:00 pm"],
        .dates(["2022-01-20T00:00:00", "2022-01-20T12:30:00"])),
    Variant(
        "zones by name and by offset",
        ["2022-01-20 10:00 UTC", "2022-01-20T10:00:00+02:00", "2022-01-20 10:00 GMT"],
        .dates(["2022-01-20T10:00:00", "2022-01-20T08:00:00", "2022-01-20T10:00:00"])),
    Variant(
        "a zone that is not known", ["2022-01-20 10:00 EST", "2022-01-21 10:00 EST"],
        .texts(["2022-01-20 10:00 EST", "2022-01-21 10:00 EST"]), says: "looks like dates"),
    Variant(
        "day and month that nothing tells apart", ["03/04/2020", "05/06/2021"],
        .error("can be 2020-04-03 or 2020-03-04")),
    Variant(
        "firsts of months", ["1/1/2020", "2/1/2020", "3/1/2020", "4/1/2020"],
        .dates(["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01"]),
        says: "first of a month"),
    Variant(
        "numbers of versions are no dates", ["1.4.20", "1.5.21"], .texts(["1.4.20", "1.5.21"])),
]
