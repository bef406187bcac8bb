/// Files that are no delimited text, told by their first bytes.
private let knownKinds: [(begins: [UInt8], name: String, advice: String)] = [
    (
        Array("PK\u{3}\u{4}".utf8), "a zip archive, as an Excel workbook (.xlsx) is one",
        "Save the sheet as CSV, or unpack the archive, and name that file"
    ),
    ([0x1F, 0x8B], "compressed with gzip", "Unpack it first: gunzip FILE"),
    (Array("BZh".utf8), "compressed with bzip2", "Unpack it first: bunzip2 FILE"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "compressed with xz", "Unpack it first: unxz FILE"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd", "Unpack it first: unzstd FILE"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", "Unpack it and name the CSV file"),
    (
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "an old Excel or Office document",
        "Save the sheet as CSV and name that file"
    ),
    (Array("PAR1".utf8), "a Parquet file", "Write it as CSV"),
    (Array("ARROW1".utf8), "an Arrow file", "Write it as CSV"),
    (Array("SQLite format 3".utf8), "an SQLite database", "Export the table as CSV"),
    (Array("%PDF".utf8), "a PDF document", "Name a CSV file"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "Write it as CSV"),
    ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array", "Write it as CSV"),
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image", "Name a CSV file"),
    ([0xFF, 0xD8, 0xFF], "a JPEG image", "Name a CSV file"),
]

extension CSVReader {
    /// - Throws: where the file is no delimited text, or its lines do not end as lines do.
    func checkKind(from start: Int) throws(TableError) {
        for kind in knownKinds where bytes.starts(with: kind.begins) {
            throw fail("it is \(kind.name), not delimited text", kind.advice)
        }
        let head = bytes[start...].prefix(4096)
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw fail("it is not UTF-8", "It looks like UTF-16; save it as UTF-8")
        }
        let control = head.count { $0 < 9 || (14..<32).contains($0) }
        if head.count > 64, control * 10 > head.count * 3 {
            let zeros = head.count { $0 == 0 }
            throw fail(
                "it is not text: \(control) of its first \(head.count) bytes are no characters",
                zeros == control
                    ? "It may be UTF-16; save it as UTF-8" : "Name a file of delimited text")
        }
        // A newline is found soon, in files that have one.
        if !bytes.contains(Byte.newline), bytes.contains(Byte.carriageReturn) {
            throw fail(
                "its lines end with carriage returns (CR) alone, as on old Macs",
                "Save it with the line ends of Unix (LF) or Windows (CR LF)")
        }
    }
}
