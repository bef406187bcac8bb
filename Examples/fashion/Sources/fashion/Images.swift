/// Images of 28 × 28 cells with their classes.
struct Images {
    /// `[rows, 28, 28, 1]`, from 0 to 1.
    var features: [Float]
    var labels: [Int]

    var rows: Int { labels.count }

    private init(features: [Float], labels: [Int]) {
        self.features = features
        self.labels = labels
    }

    /// - Parameter part: `train` or `t10k`.
    init(_ part: String, in folder: String) throws {
        let images = try IDXFile("\(folder)/\(part)-images-idx3-ubyte.gz")
        let classes = try IDXFile("\(folder)/\(part)-labels-idx1-ubyte.gz")
        guard images.extents == [classes.bytes.count, 28, 28] else {
            throw ExampleError("\(part): images of \(images.extents) do not fit the labels")
        }
        features = images.bytes.map { Float($0) / 255 }
        labels = classes.bytes.map(Int.init)
    }

    func rows(_ range: Range<Int>) -> Images {
        Images(
            features: Array(features[range.lowerBound * 784..<range.upperBound * 784]),
            labels: Array(labels[range]))
    }
}
