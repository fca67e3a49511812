/// What a JPEG file says of itself before its first scan.
///
/// - Note: Source: ITU-T T.81, annex B; Exif in APP1, CIPA DC-008.
struct JPEGHeader: Hashable, Sendable {
    var width: Int
    var height: Int
    var orientation: Orientation
    /// What the decoder holds where the image comes in several scans; 0 where it comes in one.
    var coefficientBytes: Int

    private static let endOfImage = 0xD9
    private static let startOfScan = 0xDA
    private static let exif = 0xE1
    /// Baseline, extended and progressive, each with Huffman codes. The arithmetic, lossless and hierarchical ones are
    /// written by hardly anything.
    private static let frames: Set<Int> = [0xC0, 0xC1, 0xC2]
    private static let otherFrames: Set<Int> = [0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF]

    static func isJPEG(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0xFF, 0xD8, 0xFF]) }

    init(_ bytes: [UInt8]) throws(ImageError) {
        let reader = ByteReader(bytes[...])
        var position = 2
        var frame: Frame?
        orientation = .upright
        var hasExif = false
        while true {
            guard reader.byte(position) == 0xFF, let marker = reader.byte(position + 1) else { throw .damaged }
            // Any number of them may stand before a marker.
            if marker == 0xFF {
                position += 1
                continue
            }
            if marker == 0x01 || (0xD0...0xD8).contains(marker) {
                position += 2
                continue
            }
            guard marker != Self.endOfImage, let length = reader.uint16(position + 2), length >= 2,
                let payload = reader.slice(position + 4, length - 2)
            else { throw .damaged }
            if Self.frames.contains(marker) {
                guard frame == nil else { throw .damaged }
                frame = try Frame(payload, isProgressive: marker == 0xC2)
            } else if Self.otherFrames.contains(marker) {
                throw .typeUnsupported
            } else if marker == Self.exif, !hasExif, ByteReader(payload).starts(with: "Exif\0\0") {
                hasExif = true
                orientation = Orientation(tiff: payload.dropFirst(6))
            } else if marker == Self.startOfScan {
                guard let frame, let components = ByteReader(payload).byte(0) else { throw .damaged }
                (width, height) = (frame.width, frame.height)
                let isWhole = !frame.isProgressive && components == frame.components
                coefficientBytes = isWhole ? 0 : frame.coefficientBytes
                return
            }
            position += 2 + length
        }
    }

    private struct Frame {
        var width: Int
        var height: Int
        var components: Int
        var isProgressive: Bool
        var coefficientBytes: Int

        init(_ payload: ArraySlice<UInt8>, isProgressive: Bool) throws(ImageError) {
            let reader = ByteReader(payload)
            guard let precision = reader.byte(0), let height = reader.uint16(1), let width = reader.uint16(3),
                let components = reader.byte(5), payload.count == 6 + components * 3
            else { throw .damaged }
            guard precision == 8, [1, 3, 4].contains(components) else { throw .typeUnsupported }
            // A height of 0 would be told after the first scan.
            guard width > 0, height > 0 else { throw .damaged }
            (self.width, self.height) = (width, height)
            (self.components, self.isProgressive) = (components, isProgressive)
            var factors: [(horizontal: Int, vertical: Int)] = []
            for component in 0..<components {
                guard let sampling = reader.byte(6 + component * 3 + 1) else { throw .damaged }
                factors.append((sampling >> 4, sampling & 15))
            }
            guard factors.allSatisfy({ (1...4).contains($0.horizontal) && (1...4).contains($0.vertical) }),
                let horizontalMax = factors.map(\.horizontal).max(), let verticalMax = factors.map(\.vertical).max()
            else { throw .damaged }
            // Blocks of 8 × 8 coefficients, 2 bytes each, for whole units of the largest factors.
            let across = (width + 8 * horizontalMax - 1) / (8 * horizontalMax)
            let down = (height + 8 * verticalMax - 1) / (8 * verticalMax)
            coefficientBytes = factors.reduce(0) { $0 + across * $1.horizontal * down * $1.vertical * 128 }
        }
    }
}
