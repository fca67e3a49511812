/// What an image may be for us to decode it. All of it is read from the file's header, before a single pixel is.
package struct ImageLimits: Hashable, Sendable {
    package var bytesMax: Int
    /// Of width and of height.
    package var sideMax: Int
    package var pixelsMax: Int
    /// What the decoder may hold where rows do not come out in their order, so that the whole image is kept: of
    /// progressive JPEG the coefficients, of interlaced PNG the pixels.
    package var memoryBytesMax: Int
    /// Pixels times passes over them: a small file may ask for very many passes.
    package var scannedPixelsMax: Int

    package init(
        bytesMax: Int = 10 << 20, sideMax: Int = 20_000, pixelsMax: Int = 64_000_000, memoryBytesMax: Int = 192 << 20,
        scannedPixelsMax: Int = 1_000_000_000
    ) {
        self.bytesMax = bytesMax
        self.sideMax = sideMax
        self.pixelsMax = pixelsMax
        self.memoryBytesMax = memoryBytesMax
        self.scannedPixelsMax = scannedPixelsMax
    }
}

/// Why there is no picture to be had from a file; earlier cases win.
package enum ImageError: Error, Hashable, Sendable, CaseIterable {
    case empty
    /// More bytes than ``ImageLimits/bytesMax``.
    case fileTooLarge
    /// Neither JPEG nor PNG, or of a kind that hardly anybody writes.
    case typeUnsupported
    /// More than one frame.
    case animated
    /// Sides, pixels, passes or the memory for them.
    case imageTooLarge
    /// Ends too early, or is not what its header says.
    case damaged
}
