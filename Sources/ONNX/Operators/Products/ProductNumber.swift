import RealModule

/// A number of which products are summed, eight columns at a time.
protocol ProductNumber: ONNXNumber, SIMDScalar, Codable {
    /// `sum + a · b` in each lane.
    static func adding(_ sum: SIMD8<Self>, _ a: Self, _ b: SIMD8<Self>) -> SIMD8<Self>
    /// The number plus `a · b`.
    func adding(_ a: Self, times b: Self) -> Self
}

extension ProductNumber where Self: BinaryFloatingPoint {
    static func adding(_ sum: SIMD8<Self>, _ a: Self, _ b: SIMD8<Self>) -> SIMD8<Self> {
        sum + a * b
    }
    func adding(_ a: Self, times b: Self) -> Self { self + a * b }
}

extension ProductNumber where Self: FixedWidthInteger {
    static func adding(_ sum: SIMD8<Self>, _ a: Self, _ b: SIMD8<Self>) -> SIMD8<Self> {
        sum &+ SIMD8(repeating: a) &* b
    }
    func adding(_ a: Self, times b: Self) -> Self { self &+ a &* b }
}

extension Float: ProductNumber {}
extension Double: ProductNumber {}
extension Int32: ProductNumber {}
extension Int64: ProductNumber {}
extension UInt32: ProductNumber {}
extension UInt64: ProductNumber {}

/// `Float` or `Double`.
protocol ONNXReal: ProductNumber, BinaryFloatingPoint, Real {
    init(rounding double: Double)
}

extension Float: ONNXReal {
    init(rounding double: Double) { self.init(double) }
}

extension Double: ONNXReal {
    init(rounding double: Double) { self = double }
}
