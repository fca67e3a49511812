import Images
import Testing

struct OrientationTests {
    static func tiff(_ entries: [[UInt8]], isLittleEndian: Bool = false) -> [UInt8] {
        let head: [UInt8] = isLittleEndian ? [0x49, 0x49, 42, 0, 8, 0, 0, 0] : [0x4D, 0x4D, 0, 42, 0, 0, 0, 8]
        let count = UInt8(entries.count)
        return head + (isLittleEndian ? [count, 0] : [0, count]) + entries.joined()
    }
    static func entry(_ value: UInt8, type: UInt8 = 3, count: UInt8 = 1) -> [UInt8] {
        [0x01, 0x12, 0, type, 0, 0, 0, count, 0, value, 0, 0]
    }
    static let other: [UInt8] = [0x01, 0x0F, 0, 2, 0, 0, 0, 4, 0, 0, 0, 0]

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var tiff: [UInt8]
        var orientation: Orientation
    }
    static let rows =
        Orientation.allCases.map {
            Row(testDescription: "\($0)", tiff: tiff([entry(UInt8($0.rawValue))]), orientation: $0)
        } + [
            Row(
                testDescription: "the other order of bytes",
                tiff: tiff([[0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]], isLittleEndian: true), orientation: .rotated90),
            Row(testDescription: "behind another entry", tiff: tiff([other, entry(8)]), orientation: .rotated270),
            Row(testDescription: "no such orientation", tiff: tiff([entry(9)]), orientation: .upright),
            Row(testDescription: "of another type", tiff: tiff([entry(6, type: 4)]), orientation: .upright),
            Row(testDescription: "two of them", tiff: tiff([entry(6, count: 2)]), orientation: .upright),
            Row(testDescription: "cut off", tiff: Array(tiff([entry(6)]).dropLast(4)), orientation: .upright),
            Row(testDescription: "nothing", tiff: [], orientation: .upright),
            Row(testDescription: "no TIFF", tiff: Array("Hello, world!".utf8), orientation: .upright),
            Row(
                testDescription: "a directory far away", tiff: [0x4D, 0x4D, 0, 42, 0xFF, 0xFF, 0xFF, 0xFF],
                orientation: .upright),
        ]
    @Test(arguments: rows) func `is read where it is`(row: Row) {
        #expect(Orientation(tiff: row.tiff[...]) == row.orientation)
    }

    /// What a viewer shows of
    ///
    ///     A B
    ///     C D
    @Test(arguments: [
        (Orientation.upright, "ABCD"), (.mirrored, "BADC"), (.rotated180, "DCBA"), (.flipped, "CDAB"),
        (.transposed, "ACBD"), (.rotated90, "CADB"), (.transversed, "DBCA"), (.rotated270, "BDAC"),
    ])
    func `turns the picture`(orientation: Orientation, shown: String) {
        let stored = Array("ABCD")
        var turned = ""
        for y in 0..<2 {
            for x in 0..<2 {
                let source = orientation.source(x: x, y: y, side: 2)
                turned.append(stored[source.y * 2 + source.x])
            }
        }
        #expect(turned == shown)
    }
}
