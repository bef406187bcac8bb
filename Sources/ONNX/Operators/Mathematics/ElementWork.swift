/// Work on numbers of a type that is known only while a model runs.
///
/// The types are told apart once, by `Elements.withNumbers`, so that each has a loop of its own.
protocol NumberWork {
    associatedtype Outcome
    func work<Number: ONNXNumber>(_ numbers: [Number]) -> Outcome
}

/// Work on elements of any type.
protocol ElementWork {
    associatedtype Outcome
    func work<Element: ONNXElement>(_ elements: [Element]) -> Outcome
}

extension Elements {
    /// `nil` of truths and texts.
    func withNumbers<Work: NumberWork>(_ work: Work) -> Work.Outcome? {
        switch self {
        case .float32(let values): work.work(values)
        case .float64(let values): work.work(values)
        case .float16(let values): work.work(values)
        case .bfloat16(let values): work.work(values)
        case .int8(let values): work.work(values)
        case .int16(let values): work.work(values)
        case .int32(let values): work.work(values)
        case .int64(let values): work.work(values)
        case .uint8(let values): work.work(values)
        case .uint16(let values): work.work(values)
        case .uint32(let values): work.work(values)
        case .uint64(let values): work.work(values)
        case .bool, .string: nil
        }
    }

    func withElements<Work: ElementWork>(_ work: Work) -> Work.Outcome {
        switch self {
        case .float32(let values): work.work(values)
        case .float64(let values): work.work(values)
        case .float16(let values): work.work(values)
        case .bfloat16(let values): work.work(values)
        case .int8(let values): work.work(values)
        case .int16(let values): work.work(values)
        case .int32(let values): work.work(values)
        case .int64(let values): work.work(values)
        case .uint8(let values): work.work(values)
        case .uint16(let values): work.work(values)
        case .uint32(let values): work.work(values)
        case .uint64(let values): work.work(values)
        case .bool(let values): work.work(values)
        case .string(let values): work.work(values)
        }
    }
}
