import CImages

/// A square of pixels, three bytes each: red, green and blue.
package struct SquarePicture: Hashable, Sendable {
    /// Pixels of a side, 1 or more.
    package let side: Int
    package let pixels: [UInt8]

    /// A good compromise for photographs; the usual one.
    private static let quality: Int32 = 85

    /// The middle of an image, upright, at the side wanted; smaller images are enlarged.
    ///
    /// A JPEG is scaled down while it is decoded, to no less than twice the side where it has as much, and all else is
    /// read row by row, so that memory does not grow with the image.
    ///
    /// - Parameters:
    ///   - bytes: a file that nobody vouches for.
    ///   - side: 1 or more.
    package init(file bytes: [UInt8], side: Int, within limits: ImageLimits = ImageLimits()) throws(ImageError) {
        let header = try ImageHeader(bytes, within: limits)
        let shortest = min(header.width, header.height)
        let denominator = header.format == .png ? 1 : [8, 4, 2].first { shortest / $0 >= 2 * side } ?? 1
        let stored = try header.content.withUnsafeBufferPointer { (content) throws(ImageError) in
            try Self.decode(DecodedRows(header, content, denominator: denominator, within: limits), side: side)
        }
        self.init(side: side, pixels: stored, orientation: header.orientation)
    }

    /// - Parameter pixels: side × side × 3 bytes.
    package init(side: Int, pixels: [UInt8]) {
        self.side = side
        self.pixels = pixels
    }

    private init(side: Int, pixels: [UInt8], orientation: Orientation) {
        guard orientation != .upright else {
            self.init(side: side, pixels: pixels)
            return
        }
        var turned = pixels
        for y in 0..<side {
            for x in 0..<side {
                let source = orientation.source(x: x, y: y, side: side)
                for channel in 0..<3 {
                    turned[(y * side + x) * 3 + channel] = pixels[(source.y * side + source.x) * 3 + channel]
                }
            }
        }
        self.init(side: side, pixels: turned)
    }

    /// Every row is read, those outside the square too: what is damaged there is damaged.
    private static func decode(_ rows: DecodedRows, side: Int) throws(ImageError) -> [UInt8] {
        let crop = min(rows.width, rows.height)
        let left = (rows.width - crop) / 2
        let top = (rows.height - crop) / 2
        let resampling = Resampling(from: crop, to: side)
        let rowBytes = side * 3
        var row = [UInt8](repeating: 0, count: crop * 3)
        var narrowed = [UInt8](repeating: 0, count: crop * rowBytes)
        for y in 0..<rows.height {
            guard (top..<(top + crop)).contains(y) else {
                try rows.skip()
                continue
            }
            try rows.next(left..<(left + crop), into: &row)
            let start = (y - top) * rowBytes
            narrowed.withUnsafeMutableBufferPointer { narrowed in
                row.withUnsafeBufferPointer { row in
                    resampling.resample(
                        row: row, into: UnsafeMutableBufferPointer(rebasing: narrowed[start..<(start + rowBytes)]))
                }
            }
        }
        try rows.finish()
        return resampling.resample(rows: narrowed, rowBytes: rowBytes)
    }

    /// The same picture at another size.
    package func resized(to other: Int) -> SquarePicture {
        let resampling = Resampling(from: side, to: other)
        let rowBytes = other * 3
        var narrowed = [UInt8](repeating: 0, count: side * rowBytes)
        narrowed.withUnsafeMutableBufferPointer { narrowed in
            pixels.withUnsafeBufferPointer { pixels in
                for y in 0..<side {
                    resampling.resample(
                        row: UnsafeBufferPointer(rebasing: pixels[(y * side * 3)..<((y + 1) * side * 3)]),
                        into: UnsafeMutableBufferPointer(
                            rebasing: narrowed[(y * rowBytes)..<((y + 1) * rowBytes)]))
                }
            }
        }
        return SquarePicture(side: other, pixels: resampling.resample(rows: narrowed, rowBytes: rowBytes))
    }

    /// A JPEG file without metadata; the same pixels give the same bytes.
    package func jpeg() -> [UInt8] {
        var file: UnsafeMutablePointer<UInt8>?
        var count = 0
        let status = cimages_write_jpeg(pixels, UInt32(side), UInt32(side), Self.quality, &file, &count)
        defer { cimages_free(file) }
        guard status == CIMAGES_OK, let file else { preconditionFailure("no memory to write a picture") }
        return Array(UnsafeBufferPointer(start: file, count: count))
    }
}
