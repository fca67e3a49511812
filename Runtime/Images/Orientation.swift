/// How the stored rows lie to the picture: Exif's orientation.
///
/// - Note: Source: CIPA DC-008 (Exif 2.32), tag 0112; TIFF 6.0, section 2.
package enum Orientation: Int, CaseIterable, Sendable {
    case upright = 1
    case mirrored, rotated180, flipped, transposed, rotated90, transversed, rotated270

    /// Entries of a directory that are looked at; a camera writes a few dozen.
    private static let entriesMax = 512
    private static let tag = 0x0112
    private static let short = 3

    /// What a TIFF block says of it; upright if it says nothing, or nothing sensible: a picture on its side is better
    /// than none.
    package init(tiff: ArraySlice<UInt8>) {
        self = .upright
        var reader = ByteReader(tiff)
        if reader.starts(with: "II") {
            reader.isLittleEndian = true
        } else if !reader.starts(with: "MM") {
            return
        }
        guard reader.uint16(2) == 42, let start = reader.uint32(4), let count = reader.uint16(start) else { return }
        for index in 0..<min(count, Self.entriesMax) {
            let entry = start + 2 + index * 12
            guard let tag = reader.uint16(entry) else { return }
            guard tag == Self.tag else { continue }
            guard reader.uint16(entry + 2) == Self.short, reader.uint32(entry + 4) == 1,
                let value = reader.uint16(entry + 8), let orientation = Orientation(rawValue: value)
            else { return }
            self = orientation
            return
        }
    }

    /// Where the pixel of a square picture that is to stand at (x, y) is stored.
    package func source(x: Int, y: Int, side: Int) -> (x: Int, y: Int) {
        let last = side - 1
        return switch self {
        case .upright: (x, y)
        case .mirrored: (last - x, y)
        case .rotated180: (last - x, last - y)
        case .flipped: (x, last - y)
        case .transposed: (y, x)
        case .rotated90: (y, last - x)
        case .transversed: (last - y, last - x)
        case .rotated270: (last - y, x)
        }
    }
}
