import CImages

/// The rows of an image, from the top, as they come out of the decoder.
final class DecodedRows {
    let width: Int
    let height: Int
    private let layout: cimages_layout
    private let rows: OpaquePointer
    /// One row as the decoder has it.
    private var row: [UInt8]

    /// A compressed file may hold a little more than its rows need, and no more than that.
    private static let excessBytesMax = 16_384
    /// Passes over an image; progressive files have about ten.
    private static let scansMax = 200

    /// - Parameters:
    ///   - content: the header's; it must outlive the rows.
    ///   - denominator: 1, 2, 4 or 8; 1 for PNG.
    init(
        _ header: ImageHeader, _ content: UnsafeBufferPointer<UInt8>, denominator: Int, within limits: ImageLimits
    ) throws(ImageError) {
        var layout = cimages_layout()
        var opened: OpaquePointer?
        let status =
            switch header.format {
            case .jpeg:
                cimages_open_jpeg(
                    content.baseAddress!, content.count, UInt32(denominator), limits.memoryBytesMax,
                    UInt32(min(Self.scansMax, limits.scannedPixelsMax / (header.width * header.height))), &layout,
                    &opened)
            case .png:
                cimages_open_png(
                    content.baseAddress!, content.count, limits.memoryBytesMax, Self.excessBytesMax, &layout, &opened)
            }
        guard let opened else { throw ImageError(status) }
        (self.layout, rows) = (layout, opened)
        (width, height) = (Int(layout.width), Int(layout.height))
        row = Array(repeating: 0, count: width * Int(layout.channels))
        // The limits were held against what our own reading of the header found.
        guard width == (header.width + denominator - 1) / denominator,
            height == (header.height + denominator - 1) / denominator
        else { throw .damaged }
    }

    deinit { cimages_close(rows) }

    /// Reads the next row and passes over it.
    func skip() throws(ImageError) {
        let status = row.withUnsafeMutableBufferPointer { cimages_next_row(rows, $0.baseAddress!) }
        guard status == CIMAGES_OK else { throw ImageError(status) }
    }

    /// Reads the next row and gives the columns asked for as red, green and blue.
    ///
    /// - Parameter columns: within the width; `pixels` has three bytes for each.
    func next(_ columns: Range<Int>, into pixels: inout [UInt8]) throws(ImageError) {
        try skip()
        row.withUnsafeBufferPointer { row in
            pixels.withUnsafeMutableBufferPointer { pixels in
                let channels = Int(layout.channels)
                let part = UnsafeBufferPointer(
                    rebasing: row[(columns.lowerBound * channels)..<(columns.upperBound * channels)])
                switch layout.pixels {
                case CIMAGES_RGBA: Self.layOverWhite(part, into: pixels)
                case CIMAGES_CMYK: Self.convertInks(part, isInverted: false, into: pixels)
                case CIMAGES_CMYK_INVERTED: Self.convertInks(part, isInverted: true, into: pixels)
                default: _ = pixels.update(fromContentsOf: part)
                }
            }
        }
    }

    /// What shows through is white, as JPEG has no alpha.
    private static func layOverWhite(
        _ row: UnsafeBufferPointer<UInt8>, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        for index in 0..<(row.count / 4) {
            let alpha = Int(row[index * 4 + 3])
            for channel in 0..<3 {
                let value = Int(row[index * 4 + channel]) * alpha + 255 * (255 - alpha)
                pixels[index * 3 + channel] = UInt8((value + 127) / 255)
            }
        }
    }

    /// Without a colour profile: what is left of white under each ink and black.
    private static func convertInks(
        _ row: UnsafeBufferPointer<UInt8>, isInverted: Bool, into pixels: UnsafeMutableBufferPointer<UInt8>
    ) {
        let mask: UInt8 = isInverted ? 0 : 255
        for index in 0..<(row.count / 4) {
            let black = Int(row[index * 4 + 3] ^ mask)
            for channel in 0..<3 {
                pixels[index * 3 + channel] = UInt8((Int(row[index * 4 + channel] ^ mask) * black + 127) / 255)
            }
        }
    }

    /// Says whether all was in order; after the last row.
    func finish() throws(ImageError) {
        let status = cimages_finish(rows)
        guard status == CIMAGES_OK else { throw ImageError(status) }
    }
}

extension ImageError {
    init(_ status: cimages_status) { self = status == CIMAGES_LIMIT ? .imageTooLarge : .damaged }
}
