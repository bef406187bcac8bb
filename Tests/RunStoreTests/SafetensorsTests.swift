import Foundation
import RunStore
import Testing

@Suite struct SafetensorsTests {
    static var sample: Safetensors {
        var file = Safetensors(metadata: ["format": "pt", "note": "a \"quoted\" \u{1}\n é 🙂"])
        file.add("bytes", shape: [3], [UInt8](1...3))
        file.add("whole", shape: [2], [Int8.min, .max])
        file.add(
            "weights/0", shape: [2, 2], [1.5, -0.0, .infinity, .leastNonzeroMagnitude] as [Float])
        file.add("bias", shape: [], [Double.pi])
        file.add("counts", shape: [2], [Int64.min, .max])
        file.add("empty", shape: [0, 4], [Float]())
        file.add("indices", shape: [1, 2], [Int32.min, 7])
        return file
    }

    @Test func comesBackEqual() throws {
        let bytes = Self.sample.encoded()
        let file = try Safetensors(decoding: bytes, file: "x")
        #expect(file.metadata == Self.sample.metadata)
        #expect(file.names == Self.sample.names)
        let floats = try file.floats("weights/0", shape: [2, 2])
        #expect(
            floats.map(\.bitPattern)
                == [1.5, -0.0, .infinity, .leastNonzeroMagnitude].map { (x: Float) in x.bitPattern }
        )
        #expect(try file.doubles("bias", shape: []) == [.pi])
        #expect(try file.int64s("counts") == [.min, .max])
        #expect(try file.int32s("indices", shape: [1, 2]) == [.min, 7])
        #expect(try file.floats("empty") == [])
        #expect(try file.bytes("bytes") == [1, 2, 3])
        #expect(try file.int8s("whole", shape: [2]) == [.min, .max])
        #expect(file.encoded() == bytes)
    }

    /// The bytes that the Python package `safetensors` 0.8.0 writes for `{"b": int32 [1, 2]}`, spelt
    /// out from the format's description.
    @Test func bytesAreThoseOfTheFormat() {
        var file = Safetensors()
        file.add("b", shape: [2], [1, 2] as [Int32])
        let header = #"{"b":{"dtype":"I32","shape":[2],"data_offsets":[0,8]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        var expected = [UInt8](repeating: 0, count: 8)
        expected[0] = UInt8(padded.utf8.count)
        expected += Array(padded.utf8) + [1, 0, 0, 0, 2, 0, 0, 0]
        #expect(file.encoded() == expected)
    }

    @Test func everyTensorIsAligned() throws {
        let bytes = Self.sample.encoded()
        for entry in try Safetensors(decoding: bytes, file: "x").entries.values {
            #expect(entry.range.lowerBound % entry.type.byteCount == 0)
        }
    }

    @Test func wrongRequestsAreErrors() throws {
        let file = Self.sample
        #expect(throws: RunStoreError.self) { try file.floats("none") }
        #expect(throws: RunStoreError.self) { try file.doubles("weights/0") }
        #expect(throws: RunStoreError.self) { try file.floats("weights/0", shape: [4]) }
    }

    private func file(_ header: String, _ data: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 8)
        bytes[0] = UInt8(header.utf8.count & 255)
        bytes[1] = UInt8(header.utf8.count >> 8)
        return bytes + Array(header.utf8) + [UInt8](repeating: 0, count: data)
    }

    @Test(arguments: [
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "needs 8 bytes"),
        (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 4, "cut off"),
        (#"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, 4, "type F16"),
        (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#, 3, "belong to no tensor"),
        (#"{"a":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, 3, "leaves a gap"),
        (#"{"a":{"dtype":"U8","shape":[-2],"data_offsets":[0,2]}}"#, 2, "impossible shape"),
        (
            #"{"a":{"dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0,
            "impossible shape"
        ),
        (
            #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
            3, "overlaps"
        ),
        (#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[3,1]}}"#, 3, "claims the bytes"),
        (#"{"a":{"dtype":"U8"}}"#, 0, "not the JSON"),
        (#"{"a":"#, 0, "not the JSON"),
        (#"[1]"#, 0, "does not start"),
    ]) func strictOnReading(header: String, data: Int, part: String) {
        let error = #expect(throws: RunStoreError.self) {
            try Safetensors(decoding: file(header, data), file: "w.safetensors")
        }
        #expect(error?.description.contains(part) == true, "\(error.map(String.init) ?? "")")
        #expect(error?.file == "w.safetensors")
    }

    @Test func everyTruncationIsFound() {
        let bytes = Self.sample.encoded()
        for count in 0..<bytes.count {
            #expect(throws: RunStoreError.self) {
                try Safetensors(decoding: Array(bytes[..<count]), file: "x")
            }
        }
    }
}

extension String {
    fileprivate init(_ error: RunStoreError) { self = error.description }
}
