import Adoption
import ImageColumns
import Images
import Imports
import Models
import ONNX
import Platform
import RunStore
import Tables

/// The network of a run that learned from another network's features of pictures: `backbone/model.onnx` with its files of
/// external data, and `backbone/backbone.json`, which says what it is and how it is cut.
enum BackboneFiles {
    private static let folder = "backbone"
    private static let record = folder + "/backbone.json"

    static func are(in run: RunFolder) -> Bool { run.contains(record) }

    /// - Throws: where the file is no network of pictures, cannot be cut there, or takes none of that size.
    static func open(_ request: BackboneRequest, threads: Int) throws -> PictureBackbone {
        let files = try ImportedFiles(model: request.file)
        let scaling = try request.scaling
        let name = Files.name(of: request.file)
        do throws(ONNXError) {
            let input = try PictureInput(of: files.model)
            let side = request.side ?? BackboneRequest.usualSide
            if let asked = request.side, (input.height ?? asked, input.width ?? asked) != (asked, asked) {
                throw ONNXError(
                    .input, at: "input '\(input.name)'",
                    "takes pictures of \(input.height ?? asked) × \(input.width ?? asked), and --backbone-side asks "
                        + "for \(asked)",
                    advice: "Leave --backbone-side out")
            }
            let backbone = try Backbone(
                files.model, height: input.height ?? side, width: input.width ?? side, cut: request.cut,
                scaling: scaling)
            let record = BackboneRecord(backbone, of: files.model, sha256: files.sha256)
            return opened(backbone, record, files, threads)
        } catch {
            throw VouchError("--backbone: \(ModelError(error, of: name))")
        }
    }

    /// - Throws: where a file is damaged, or is not the one that the features were learned from of.
    static func open(_ run: RunFolder, threads: Int) throws -> PictureBackbone {
        let path = run.path + "/" + folder
        let record = try JSON.decode(BackboneRecord.self, from: run.read(record), file: run.path + "/" + record)
        let files = try ImportedFiles(model: path + "/" + ImportedFiles.model)
        do throws(ONNXError) {
            let backbone = try record.backbone(of: files.model, sha256: files.sha256)
            return opened(backbone, record, files, threads)
        } catch {
            throw VouchError("\(path): \(ModelError(error, of: ImportedFiles.model))")
        }
    }

    private static func opened(
        _ backbone: Backbone, _ record: BackboneRecord, _ files: ImportedFiles, _ threads: Int
    ) -> PictureBackbone {
        PictureBackbone(backbone, record: record, files: files.stored, threads: threads) { ContentHash.sha256($0) }
    }

    static func add(_ backbone: PictureBackbone, to writer: inout RunFolder.Writer) throws {
        for file in backbone.files { try writer.add(folder + "/" + file.name, file.bytes) }
        try writer.add(record, JSON.encode(backbone.record))
    }
}

extension InputKinds {
    /// The network whose features of pictures are read in place of pixels; `nil` for none.
    var backbone: PictureBackbone? { resources[PictureBackbone.self] }

    private func reading(_ backbone: PictureBackbone) -> InputKinds {
        replacing(InputKind(BackboneEncoder.self, stem: ImageStem.self), needing: backbone)
    }

    /// With the backbone that is asked for, unless one is there already.
    func opening(_ request: BackboneRequest?, threads: Int) throws -> InputKinds {
        guard let request, backbone == nil else { return self }
        return reading(try BackboneFiles.open(request, threads: threads))
    }

    /// With the backbone that a run keeps; without one where it keeps none.
    func opening(_ run: RunFolder, threads: Int = Machine.cores) throws -> InputKinds {
        guard BackboneFiles.are(in: run), backbone == nil else { return self }
        return reading(try BackboneFiles.open(run, threads: threads))
    }
}

extension TrainConfiguration {
    /// - Throws: where layers on pixels and layers on a backbone's features would have to be one.
    func checkBackbone(beside carried: CarriedModel) throws(VouchError) {
        let isOther = carried.model.encoder.columns.contains { $0 is BackboneEncoder }
        guard columns.backbone != nil || isOther else { return }
        throw VouchError(
            "--from does not go with a backbone (\(columns.backbone == nil ? carried.run + " has one" : "--backbone")); "
                + "leave one of them out")
    }
}

extension PreparedData {
    /// Tells of the backbone among the settings.
    ///
    /// - Throws: where there is one and no picture.
    mutating func settleBackbone() throws {
        guard let record = kinds.backbone?.record else { return }
        guard let column = schema.features.first(where: { $0.kind == .image }) else {
            throw VouchError(
                "--backbone is for pictures, and no column holds any that are learned from. Name it with --image")
        }
        let licence = record.licence.map { "licence \($0)" } ?? "its file names no licence"
        recipe.settings.append(
            .init(
                option: "backbone of \(column.name)",
                value: "\(record.features) features of \(record.height) × \(record.width) pixels",
                reason: "cut at \(record.cutInWords); SHA-256 \(record.sha256.prefix(12))…; \(licence)"))
    }
}
