#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The bytes of a nameless file, in the address space of the process: the system keeps in memory what was used
/// lately, and takes that memory back where others need it.
package final class MappedFile: Sendable {
    package let count: Int
    /// As a number, since a pointer is not `Sendable`; 0 of an empty file. Mapped from `init` to `deinit`, for reading
    /// only, and nobody else can write the file, which has no name.
    private let address: UInt

    /// - Throws: `PlatformError` where the system has no room for the addresses.
    package init(_ file: consuming NamelessFile) throws(PlatformError) {
        count = file.count
        guard count > 0 else {
            address = 0
            return
        }
        // The length is the file's own, so that no byte behind its end can be asked for.
        let mapped = unsafe mmap(nil, count, PROT_READ, MAP_SHARED, file.descriptor.number, 0)
        guard unsafe mapped != MAP_FAILED else {
            throw PlatformError(operation: "mapping the file", path: file.descriptor.path, code: errno)
        }
        address = UInt(bitPattern: mapped)
    }

    deinit {
        guard let mapped = unsafe UnsafeMutableRawPointer(bitPattern: address) else { return }
        _ = unsafe munmap(mapped, count)
    }

    /// - Parameter body: Must not keep the bytes.
    package func withBytes<Result>(_ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        // `address` is that of `count` mapped bytes, or 0 of none.
        let bytes = unsafe UnsafeBufferPointer(
            start: UnsafePointer<UInt8>(bitPattern: address), count: count)
        defer { withExtendedLifetime(self) {} }
        return try body(unsafe bytes.span)
    }
}
