package import NIOCore
import NIOHTTP1

/// Takes a request's body part by part, as it comes, in the place of memory. Let go of before the request was handled,
/// it undoes what it has done: the connection broke.
package protocol HTTPBodySink: AnyObject, Sendable {
    /// Takes the next part. The one after it comes when `resume` is called, from any thread; until then the client is
    /// kept waiting.
    func receive(_ part: ByteBuffer, resume: @escaping @Sendable () -> Void)
}

/// The parts of a body between a connection and a sink that may be slower than the network.
struct StreamedBody {
    /// With more than this waiting, nothing is read from the connection.
    private static let waitingBytesMax = 1_048_576

    let sink: any HTTPBodySink
    private var waiting = ByteBuffer()
    private var isSinkBusy = false
    /// Set when the body has come to its end.
    var end: (head: HTTPRequestHead, trailers: HTTPHeaders?)?

    init(sink: any HTTPBodySink) { self.sink = sink }

    var isFull: Bool { waiting.readableBytes > Self.waitingBytesMax }
    var isDrained: Bool { end != nil && !isSinkBusy && waiting.readableBytes == 0 }

    mutating func append(_ part: inout ByteBuffer) {
        if waiting.readableBytes == 0 { waiting = part } else { waiting.writeBuffer(&part) }
    }

    /// What the sink is to be given now, if anything.
    mutating func next() -> ByteBuffer? {
        guard !isSinkBusy, waiting.readableBytes > 0 else { return nil }
        isSinkBusy = true
        defer { waiting = ByteBuffer() }
        return waiting
    }

    mutating func sinkIsReady() { isSinkBusy = false }
}

/// Bytes of a file that are sent from there, without passing through memory.
package struct FileSlice: Sendable {
    /// A descriptor that is closed when nobody sends from it any more.
    package final class File: Sendable {
        let handle: NIOFileHandle

        /// - Parameter descriptor: handed over.
        package init(descriptor: CInt) { handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor) }

        // Nothing was written: there is nothing that closing could lose.
        deinit { try? handle.close() }
    }

    package var file: File
    package var offset: Int
    package var length: Int

    package init(file: File, offset: Int, length: Int) {
        self.file = file
        self.offset = offset
        self.length = length
    }
}
