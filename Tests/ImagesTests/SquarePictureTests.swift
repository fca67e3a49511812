import Images
import Testing

struct SquarePictureTests {
    static func picture(_ name: String, side: Int = 32) throws -> SquarePicture {
        try SquarePicture(file: PictureFiles.bytes(name), side: side)
    }

    static func difference(_ a: SquarePicture, _ b: SquarePicture) -> Double {
        Double(zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(a.pixels.count)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var error: ImageError
    }
    static let refused = [
        Row(testDescription: "ben/nothing", error: .empty), Row(testDescription: "ben/text", error: .typeUnsupported),
        Row(testDescription: "ben/gif", error: .typeUnsupported),
        Row(testDescription: "ben/animated", error: .animated),
        Row(testDescription: "ben/huge", error: .imageTooLarge),
        Row(testDescription: "ben/bomb", error: .imageTooLarge),
        Row(testDescription: "ben/cut-off", error: .damaged),
    ]
    @Test(arguments: refused) func `refuses for its reason`(row: Row) {
        #expect(throws: row.error) { try Self.picture(row.testDescription) }
    }

    @Test(arguments: [
        "ada/photograph", "ada/on-its-side", "ada/cmyk", "ada/progressive", "ada/with-alpha", "ada/interlaced",
    ])
    func `makes the same of the same`(name: String) throws {
        for side in [1, 32, 96, 200] {
            let picture = try Self.picture(name, side: side)
            #expect(picture.pixels.count == side * side * 3)
            #expect(try Self.picture(name, side: side).jpeg() == picture.jpeg())
        }
    }

    @Test func `writes nothing but the picture`() throws {
        let file = try Self.picture("ada/on-its-side").jpeg()
        var position = 2
        var markers: [UInt8] = []
        while file[position] == 0xFF, file[position + 1] != 0xDA {
            markers.append(file[position + 1])
            position += 2 + Int(file[position + 2]) << 8 + Int(file[position + 3])
        }
        // JFIF's own segment, tables and the frame.
        #expect(Set(markers) == [0xE0, 0xDB, 0xC0, 0xC4])
        #expect(try SquarePicture(file: file, side: 32).side == 32)
    }

    @Test func `reads every kind of the same picture alike`() throws {
        let (cmyk, plain) = (try Self.picture("ada/cmyk"), try Self.picture("ada/progressive"))
        #expect(Self.difference(cmyk, plain) < 8)
        let (interlaced, alpha) = (try Self.picture("ada/interlaced"), try Self.picture("ada/with-alpha"))
        #expect(interlaced == alpha)
    }

    @Test func `limits hold to the pixel`() throws {
        let file = PictureFiles.bytes("ada/photograph")
        let (width, height) = (96, 72)
        func error(_ limits: ImageLimits) -> ImageError? {
            do throws(ImageError) {
                _ = try SquarePicture(file: file, side: 8, within: limits)
                return nil
            } catch {
                return error
            }
        }
        #expect(error(ImageLimits(bytesMax: file.count, sideMax: width, pixelsMax: width * height)) == nil)
        #expect(error(ImageLimits(bytesMax: file.count - 1)) == .fileTooLarge)
        #expect(error(ImageLimits(sideMax: width - 1)) == .imageTooLarge)
        #expect(error(ImageLimits(pixelsMax: width * height - 1)) == .imageTooLarge)
    }

    @Test func `what is held in memory is limited`() {
        for name in ["ada/progressive", "ada/interlaced"] {
            #expect(throws: ImageError.imageTooLarge, "\(name)") {
                try SquarePicture(
                    file: PictureFiles.bytes(name), side: 8, within: ImageLimits(memoryBytesMax: 1_000))
            }
        }
        #expect(throws: ImageError.imageTooLarge) {
            try SquarePicture(
                file: PictureFiles.bytes("ada/progressive"), side: 8,
                within: ImageLimits(scannedPixelsMax: 48 * 36 * 3))
        }
    }

    @Test func `cut off anywhere, a file is damaged`() {
        for name in ["ada/photograph", "ada/progressive", "ada/with-alpha", "ada/interlaced"] {
            let file = PictureFiles.bytes(name)
            for count in stride(from: 24, to: file.count, by: 17) {
                #expect(throws: ImageError.damaged, "\(name), \(count)") {
                    try SquarePicture(file: Array(file[..<count]), side: 4)
                }
            }
        }
    }

    /// By Pillow: `Image.resize` of a row of grey values with `BICUBIC`.
    @Test(
        arguments: [
            ([0, 0, 174, 31, 77, 0, 120, 0, 0, 0], [41, 74, 50, 2]),
            ([16, 255, 0, 29, 100, 255, 145, 0, 0, 123], [103, 109, 20, 186, 159, 0, 85]),
            ([75, 0, 0, 153], [82, 70, 40, 5, 0, 0, 10, 81, 144, 168]),
            (
                [
                    0, 255, 0, 0, 0, 215, 255, 0, 0, 0, 255, 255, 255, 137, 255, 0, 0, 255, 83, 226, 36, 255, 13, 255,
                    255, 181,
                    255, 255, 0, 252, 0, 86, 235, 0, 255, 0, 255,
                ], [80, 148, 140, 181, 125]
            ),
        ] as [([UInt8], [UInt8])])
    func `resizes as Pillow does`(from: [UInt8], to: [UInt8]) {
        func grey(_ values: [UInt8]) -> [UInt8] { values.flatMap { [$0, $0, $0] } }
        // Rows that are all alike, then columns.
        let rows = SquarePicture(side: from.count, pixels: from.flatMap { _ in grey(from) })
        #expect(Array(rows.resized(to: to.count).pixels.prefix(to.count * 3)) == grey(to))
        let columns = SquarePicture(
            side: from.count, pixels: from.flatMap { value in grey(Array(repeating: value, count: from.count)) })
        let narrowed = columns.resized(to: to.count).pixels
        #expect(to.indices.map { narrowed[$0 * to.count * 3] } == to)
    }
}
