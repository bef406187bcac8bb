/// Work on numbers of a type that is known only while a model runs.
///
/// Floats of 32 bits, which models mostly have, get a loop of their own, which the compiler makes for the type; all
/// others share one that asks the type at each step. Loops for all of them took minutes of a build.
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
        default: numbers.map { Self.share(work, $0) }
        }
    }

    func withElements<Work: ElementWork>(_ work: Work) -> Work.Outcome {
        switch self {
        case .float32(let values): work.work(values)
        default: Self.share(work, array)
        }
    }

    @inline(never)
    private static func share<Work: NumberWork>(_ work: Work, _ numbers: some NumberArray) -> Work.Outcome {
        work.work(numbers.array)
    }

    @inline(never)
    private static func share<Work: ElementWork>(_ work: Work, _ elements: some ElementArray) -> Work.Outcome {
        work.work(elements.array)
    }
}
