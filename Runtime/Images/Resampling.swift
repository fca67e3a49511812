/// Which samples make each sample of another size, and by what weights: a cubic filter (a = −½) stretched to cover all
/// that it takes the place of.
///
/// Sums are whole numbers and the weights come from additions, multiplications and divisions alone, so that every
/// machine computes the same picture. Values are averaged as stored, not in linear light, as browsers and phones do
/// it; the decoder's own scaling, which does most of the work, knows no other way.
///
/// - Note: Source: R. Keys, "Cubic convolution interpolation for digital image processing", 1981; the coefficients are
///   those of Pillow's `Image.BICUBIC`, with which tests compare.
struct Resampling: Sendable {
    /// Of the weights' whole numbers: 8 bits of a sample and a sign are left.
    private static let fractionBits = 22
    private static let half: Int32 = 1 << (fractionBits - 1)
    private static let supportAtFullSize = 2.0

    private struct Window {
        var start: Int
        /// Into ``weights``.
        var weights: Range<Int>
    }

    private var windows: [Window] = []
    private var weights: [Int32] = []

    /// - Parameters:
    ///   - from: samples that there are, 1 or more.
    ///   - count: samples to make, 1 or more.
    init(from: Int, to count: Int) {
        let scale = Double(from) / Double(count)
        let stretch = max(scale, 1)
        let support = Self.supportAtFullSize * stretch
        for index in 0..<count {
            let center = (Double(index) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let end = min(from, Int(center + support + 0.5))
            let raw = (start..<end).map { Self.cubic((Double($0) - center + 0.5) / stretch) }
            let sum = raw.reduce(0, +)
            let first = weights.count
            weights += raw.map { weight in
                Int32((weight / sum * Double(1 << Self.fractionBits)).rounded(.toNearestOrAwayFromZero))
            }
            windows.append(Window(start: start, weights: first..<weights.count))
        }
    }

    private static func cubic(_ x: Double) -> Double {
        let a = -0.5
        let x = abs(x)
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
    }

    private static func clamped(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> fractionBits) }

    /// A row of pixels, three bytes each, made to the other width.
    ///
    /// - Parameter made: has room for three bytes of each sample to make.
    func resample(row: UnsafeBufferPointer<UInt8>, into made: UnsafeMutableBufferPointer<UInt8>) {
        weights.withUnsafeBufferPointer { weights in
            for (index, window) in windows.enumerated() {
                var (red, green, blue) = (Self.half, Self.half, Self.half)
                var source = window.start * 3
                for position in window.weights {
                    let weight = weights[position]
                    red &+= weight &* Int32(row[source])
                    green &+= weight &* Int32(row[source + 1])
                    blue &+= weight &* Int32(row[source + 2])
                    source += 3
                }
                made[index * 3] = Self.clamped(red)
                made[index * 3 + 1] = Self.clamped(green)
                made[index * 3 + 2] = Self.clamped(blue)
            }
        }
    }

    /// Rows of `rowBytes` each made to the other height.
    func resample(rows: [UInt8], rowBytes: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: windows.count * rowBytes) { made, count in
            rows.withUnsafeBufferPointer { rows in
                weights.withUnsafeBufferPointer { weights in
                    withUnsafeTemporaryAllocation(of: Int32.self, capacity: rowBytes) { sums in
                        for (index, window) in windows.enumerated() {
                            sums.update(repeating: Self.half)
                            var source = window.start * rowBytes
                            for position in window.weights {
                                let weight = weights[position]
                                for column in 0..<rowBytes { sums[column] &+= weight &* Int32(rows[source + column]) }
                                source += rowBytes
                            }
                            for column in 0..<rowBytes { made[index * rowBytes + column] = Self.clamped(sums[column]) }
                        }
                    }
                }
            }
            count = windows.count * rowBytes
        }
    }
}
