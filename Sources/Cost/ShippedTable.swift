#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A dated table that is part of the program, from its file.
func shippedTable<Table: Decodable>(_ json: [UInt8]) -> Table {
    do {
        return try JSONDecoder().decode(Table.self, from: Data(json))
    } catch {
        preconditionFailure("\(Table.self) is part of the program: \(error)")
    }
}
