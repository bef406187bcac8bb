// Decodes all pictures of a folder, and tells how long it took and what came out; see peer.py.
import Images
import Platform

let arguments = CommandLine.arguments
let threads = arguments.count > 2 ? Int(arguments[2]) ?? 1 : 1
let cells = try PictureFolder.read(arguments[1]).entries.map(\.path)
let reader = try PictureReader(arguments[1])
let start = Clock.monotonicSeconds()
var sum: UInt64 = 0
var count = 0
reader.stream(cells, threads: threads) { _, result -> UInt64? in
    guard case .success(let decoded) = result else { return nil }
    return decoded.picture.bytes.reduce(0) { $0 + UInt64($1) }
} body: { _, value in
    guard let value else { return }
    sum += value
    count += 1
}
print("\(count) pictures, sum of all values \(sum), \(Clock.monotonicSeconds() - start) s")
