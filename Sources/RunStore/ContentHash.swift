#if canImport(CryptoKit)
    import CryptoKit
#else
    import COpenSSL
#endif

/// SHA-256 as 64 lower-case hexadecimal digits, computed by the system's library.
///
/// - Source: FIPS 180-4.
package enum ContentHash {
    package static func sha256(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in digest(bytes) {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    #if canImport(CryptoKit)
        private static func digest(_ bytes: [UInt8]) -> SHA256.Digest { SHA256.hash(data: bytes) }
    #else
        private static func digest(_ bytes: [UInt8]) -> [UInt8] {
            var digest = [UInt8](repeating: 0, count: 32)
            let succeeded = unsafe bytes.withUnsafeBytes { bytes in
                unsafe EVP_Digest(
                    bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil)
            }
            precondition(succeeded == 1, "this system's libcrypto computes no SHA-256")
            return digest
        }
    #endif
}
