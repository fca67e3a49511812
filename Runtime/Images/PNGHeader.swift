/// What a PNG file says of itself, from a walk over all its chunks that inflates nothing.
///
/// - Note: Source: W3C, Portable Network Graphics (PNG) Specification, third edition.
struct PNGHeader: Hashable, Sendable {
    var width: Int
    var height: Int
    var orientation: Orientation
    /// What the decoder holds of an interlaced image; 0 of others.
    var imageBytes: Int
    var frames: Int
    /// The file without whatever is not needed to decode it, so that the decoder never sees the parts where most of the
    /// mischief is: compressed texts and profiles.
    var essence: [UInt8]

    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let chunkBytesMax = 0x7FFF_FFFF

    static func isPNG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signature) }

    init(_ bytes: [UInt8]) throws(ImageError) {
        let reader = ByteReader(bytes[...])
        var position = Self.signature.count
        guard reader.uint32(position) == 13, reader.starts(with: "IHDR", at: position + 4),
            let width = reader.uint32(position + 8), let height = reader.uint32(position + 12),
            let interlace = reader.byte(position + 20), (1...Self.chunkBytesMax).contains(width),
            (1...Self.chunkBytesMax).contains(height), interlace <= 1
        else { throw .damaged }
        (self.width, self.height) = (width, height)
        orientation = .upright
        frames = 1
        essence = Self.signature
        essence.reserveCapacity(bytes.count)
        while true {
            guard let length = reader.uint32(position), length <= Self.chunkBytesMax,
                let chunk = reader.slice(position, length + 12)
            else { throw .damaged }
            let type = ByteReader(chunk.dropFirst(4))
            let payload = chunk.dropFirst(8).dropLast(4)
            if type.starts(with: "acTL") {
                frames = max(frames, ByteReader(payload).uint32(0) ?? 0)
            } else if type.starts(with: "eXIf") {
                orientation = Orientation(tiff: payload)
            } else if type.starts(with: "tRNS") || !Self.isAncillary(chunk) {
                essence += chunk
            }
            if type.starts(with: "IEND") { break }
            position += length + 12
        }
        // Each may be as many as 2³¹ − 1, so that their product fits. Up to four channels of a byte come out.
        imageBytes = interlace == 0 ? 0 : width.multipliedReportingOverflow(by: height).partialValue
        guard imageBytes <= Int.max / 4 else { throw .imageTooLarge }
        imageBytes *= 4
    }

    /// Bit 5 of the first letter.
    private static func isAncillary(_ chunk: ArraySlice<UInt8>) -> Bool { chunk[chunk.startIndex + 4] & 0x20 != 0 }
}
