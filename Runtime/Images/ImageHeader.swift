/// What is known of an image before it is decoded.
package struct ImageHeader: Hashable, Sendable {
    package enum Format: Hashable, Sendable {
        case jpeg
        case png
    }

    package let format: Format
    package let width: Int
    package let height: Int
    package let orientation: Orientation
    /// 1 or more.
    package let frames: Int
    /// The bytes to give the decoder.
    let content: [UInt8]
    /// What the decoder holds besides a few rows.
    let heldBytes: Int

    /// Reads the header, and refuses in the order of ``ImageError`` what is not to be decoded.
    package init(_ bytes: [UInt8], within limits: ImageLimits) throws(ImageError) {
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.count <= limits.bytesMax else { throw .fileTooLarge }
        if JPEGHeader.isJPEG(bytes) {
            let header = try JPEGHeader(bytes)
            (format, width, height) = (.jpeg, header.width, header.height)
            (orientation, frames) = (header.orientation, 1)
            (content, heldBytes) = (bytes, header.coefficientBytes)
        } else if PNGHeader.isPNG(bytes) {
            let header = try PNGHeader(bytes)
            (format, width, height) = (.png, header.width, header.height)
            (orientation, frames) = (header.orientation, header.frames)
            (content, heldBytes) = (header.essence, header.imageBytes)
        } else {
            throw .typeUnsupported
        }
        guard frames == 1 else { throw .animated }
        guard max(width, height) <= limits.sideMax, width * height <= limits.pixelsMax,
            heldBytes <= limits.memoryBytesMax
        else { throw .imageTooLarge }
    }
}
