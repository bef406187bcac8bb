import Platform
import Tables

/// Reads a CSV file once and prints, on one line of JSON, the time it took and what it found.
///
///     csv-read FILE THREADS
@main
enum CSVRead {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let threads = Int(arguments[2]) else {
            print("usage: csv-read FILE THREADS")
            return
        }
        var options = CSVOptions()
        options.threads = threads
        let start = Clock.monotonicSeconds()
        let table = try CSVReader.read(path: arguments[1], options: options)
        let seconds = Clock.monotonicSeconds() - start
        let columns = table.columns.map(summary).joined(separator: ", ")
        print("{\"seconds\": \(seconds), \"rows\": \(table.rowCount), \"columns\": [\(columns)]}")
    }

    /// Present cells and their sum, or their number of different texts.
    private static func summary(_ column: Column) -> String {
        guard let numbers = column.measures else {
            let cells = column.coded
            return "[\(cells.codes.count { $0 >= 0 }), \(cells.values.count)]"
        }
        let present = numbers.filter { !$0.isNaN }
        return "[\(present.count), \(present.reduce(0, +))]"
    }
}
