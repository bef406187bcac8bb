import Foundation
import Platform
import Testing

/// Output that appears whole or not at all.
@Suite struct PendingOutputTests {
    @Test(arguments: [0, 5, 1 << 20]) func bytesComeOutInOrder(mostKept: Int) throws {
        var output = PendingOutput(mostKept: mostKept)
        try output.append([9, 9, 9, 9, 9, 9])
        output.clear()
        var all: [UInt8] = []
        for piece in 0..<40 {
            let bytes = [UInt8](repeating: UInt8(piece), count: piece)
            try output.append(bytes)
            all += bytes
        }
        var found: [UInt8] = []
        try output.finish { found += $0 }
        #expect(found == all)
        try output.finish { #expect($0.isEmpty) }
    }

    @Test func aFileAppearsWhenItIsFinished() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/out"
        func write(_ bytes: [UInt8], finishing: Bool) throws {
            var output = PendingOutput(path: path)
            try output.append([1, 2])
            output.clear()
            try output.append(bytes)
            #expect(try Files.names(in: scratch.path).contains(".out.partial"))
            if finishing { try output.finish { _ in Issue.record("handed out") } }
        }
        try write([3], finishing: false)
        #expect(try Files.names(in: scratch.path).isEmpty)
        try write([4, 5], finishing: true)
        #expect(try Files.names(in: scratch.path) == ["out"])
        try write([6], finishing: false)
        #expect(try Files.read(path) == [4, 5])
    }
}
