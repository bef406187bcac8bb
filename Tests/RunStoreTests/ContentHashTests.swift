import RunStore
import Testing

@Suite struct ContentHashTests {
    /// The examples of FIPS 180-2, appendix B, and the empty message.
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            String(repeating: "a", count: 1_000_000),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        ),
    ]) func publishedVectors(message: String, hash: String) {
        #expect(ContentHash.sha256(Array(message.utf8)) == hash)
    }

    /// Every length up to four blocks of 64 bytes, as the padding depends on it. The hash of the
    /// text of all 257 hashes is that of Python's hashlib.
    @Test func everyLengthOfTheLastBlock() {
        let hashes = (0...256).map { count in
            ContentHash.sha256((0..<count).map { UInt8(truncatingIfNeeded: 7 * $0) })
        }
        #expect(hashes.allSatisfy { $0.utf8.count == 64 })
        #expect(
            ContentHash.sha256(Array(hashes.joined().utf8))
                == "5d5eb435b6a96a17a3537900e70cb7b7fc122d53f2b68da8caf20a6f03d5cc0f")
    }

    @Test func threadsDoNotDisturbEachOther() async {
        let alone = (0..<8).map { ContentHash.sha256([UInt8](repeating: $0, count: 10_000)) }
        await withTaskGroup(of: (Int, String).self) { group in
            for task in 0..<64 {
                group.addTask {
                    (task % 8, ContentHash.sha256(.init(repeating: UInt8(task % 8), count: 10_000)))
                }
            }
            for await (index, hash) in group { #expect(hash == alone[index]) }
        }
    }
}
