extension NodeCall {
    /// - Throws: where the sum is no 64-bit number.
    func sum(_ one: Int, _ other: Int) throws(ONNXError) -> Int {
        let (sum, overflows) = one.addingReportingOverflow(other)
        guard !overflows else { throw failure("has \(one) + \(other), which cannot be counted") }
        return sum
    }

    /// - Throws: where the product is no 64-bit number.
    func product(_ one: Int, _ other: Int) throws(ONNXError) -> Int {
        let (product, overflows) = one.multipliedReportingOverflow(by: other)
        guard !overflows else { throw failure("has \(one) · \(other), which cannot be counted") }
        return product
    }

    /// The one whole number of an input.
    func integer(_ index: Int) throws(ONNXError) -> Int {
        let values = try integers(index)
        guard values.count == 1 else {
            throw failure("wants one number as input \(index + 1), and gets \(values.count)")
        }
        return values[0]
    }

    /// `nil` where it is not given.
    func optionalInteger(_ index: Int) throws(ONNXError) -> Int? {
        optionalValue(index) == nil ? nil : try integer(index)
    }

    /// The one truth of an input.
    func truth(_ index: Int) throws(ONNXError) -> Bool {
        let values = try array(index, of: Bool.self)
        guard values.count == 1 else {
            throw failure("wants one truth as input \(index + 1), and gets \(values.count)")
        }
        return values[0]
    }

    /// Whole numbers of an input that lists extents, axes or the like.
    func list(_ index: Int) throws(ONNXError) -> [Int] {
        let rank = try tensor(index).rank
        guard rank <= 1 else {
            throw failure("wants a list as input \(index + 1), and gets a tensor of \(rank) axes")
        }
        return try integers(index)
    }

    func optionalList(_ index: Int) throws(ONNXError) -> [Int]? {
        optionalValue(index) == nil ? nil : try list(index)
    }

    /// The place that an index means, which may count from the end.
    ///
    /// - Throws: where there is none.
    func place(_ index: Int, in extent: Int) throws(ONNXError) -> Int {
        let place = index < 0 ? index + extent : index
        guard place >= 0 && place < extent else {
            throw failure("asks for index \(index) of \(extent)", kind: .input)
        }
        return place
    }

    /// Checked results that are one tensor.
    func result(_ tensor: ONNXTensor) -> [ONNXValue] { [.tensor(tensor)] }
}
