import Foundation
import ONNXProto

/// What the tensors of a model hold outside its file: places in files that lie in the model's folder or below it.
struct ExternalData {
    /// The model's; `nil` of bytes that are from no file.
    var folder: URL?
    /// Those that were read, whole, by their path from the folder.
    private(set) var files: [String: Data] = [:]
    /// Bytes of all tensors so far, which may lie in the same place again and again.
    private var tensorBytes = 0

    init(folder: URL? = nil) { self.folder = folder }

    /// The bytes of a tensor, which its `location`, `offset` and `length` name.
    ///
    /// - Parameter length: Of the elements that the tensor says it has.
    mutating func bytes(
        _ entries: [Onnx_StringStringEntryProto], length: Int, _ limits: ONNXLimits, at place: String
    ) throws(ONNXError) -> Data {
        var values: [String: String] = [:]
        for entry in entries { values[entry.key] = entry.value }
        guard let folder, let location = values["location"] else {
            throw ONNXError(
                .malformed, at: place, "is stored outside the file, and it is not said where",
                advice: "Keep the model beside its data, and give its path")
        }
        let file = folder.appending(path: location).resolvingSymlinksInPath().standardizedFileURL
        let root = folder.resolvingSymlinksInPath().standardizedFileURL.pathComponents
        // The system ends a path at a byte of 0, which would make it another than the one that is looked at here.
        guard !location.hasPrefix("/"), !location.isEmpty, !location.utf8.contains(0),
            file.pathComponents.starts(with: root), file.pathComponents.count > root.count
        else {
            throw ONNXError(
                .malformed, at: place, "is stored at '\(location)', outside the model's folder",
                advice: "External data is only read from the folder of the model")
        }
        guard let offset = values["offset"].map({ Int($0) }) ?? 0, offset >= 0,
            values["length"].map({ Int($0) }) ?? length == length
        else {
            throw ONNXError(
                .malformed, at: place, "is said to be at a place or of a length that cannot be")
        }
        tensorBytes += length
        guard tensorBytes <= limits.fileBytes else { throw Self.tooMany(limits, at: place) }
        let bytes = try contents(of: file, location, limits, at: place)
        guard offset <= bytes.count, length <= bytes.count - offset else {
            throw ONNXError(
                .malformed, at: place,
                "wants \(length) bytes from \(offset) on of '\(location)', which has fewer")
        }
        return bytes[(bytes.startIndex + offset)...].prefix(length)
    }

    private static func tooMany(_ limits: ONNXLimits, at place: String) -> ONNXError {
        ONNXError(.limit, at: place, "goes beyond \(limits.fileBytes) bytes of external data")
    }

    private mutating func contents(
        of file: URL, _ location: String, _ limits: ONNXLimits, at place: String
    ) throws(ONNXError) -> Data {
        let name = location.hasPrefix("./") ? String(location.dropFirst(2)) : location
        if let known = files[name] { return known }
        do {
            let values = try file.resourceValues(forKeys: [.fileSizeKey, .isRegularFileKey])
            // A pipe would be waited for without end.
            guard values.isRegularFile == true else {
                throw ONNXError(.malformed, at: place, "is stored at '\(location)', which is no plain file")
            }
            let size = values.fileSize ?? 0
            guard files.values.reduce(size, { $0 + $1.count }) <= limits.fileBytes else {
                throw Self.tooMany(limits, at: place)
            }
            let bytes = try Data(contentsOf: file)
            files[name] = bytes
            return bytes
        } catch let error as ONNXError {
            throw error
        } catch {
            throw ONNXError(
                .input, at: place, "'\(location)' cannot be read (\(error.localizedDescription))",
                advice: "Put the file of external data beside the model")
        }
    }
}
