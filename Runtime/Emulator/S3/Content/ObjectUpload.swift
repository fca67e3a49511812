import Items
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A content that has arrived, in a file of its own.
struct StoredContent: Sendable {
    /// None if it is empty.
    var segments: [ObjectSegment]
    var md5: [UInt8]
    var checksum: Checksum
    /// If it was asked for.
    var crc64: Checksum?
}

/// Takes the content of one request: writes it to a file, and its digests beside.
final class ObjectUpload: HTTPBodySink {
    private struct State: ~Copyable {
        var file: ObjectFiles.Unfinished?
        var digests: ContentDigests
        var chunks: ChunkedPayload?
        var signatures: ChunkSignatures?
        var trailers: [(name: String, value: String)] = []
        /// The first thing that was wrong; what comes then is dropped.
        var failure: S3Fault?
    }

    private let files: ObjectFiles
    private let expectation: BodyExpectation
    private let state: Mutex<State>

    /// - Parameters:
    ///   - signatures: nil if the chunks are not signed, or nobody knows with what.
    ///   - failure: what is wrong with the request already.
    init(
        files: ObjectFiles, expectation: BodyExpectation, signatures: ChunkSignatures?, failure: S3Fault? = nil
    ) {
        self.files = files
        self.expectation = expectation
        state = Mutex(
            State(
                digests: ContentDigests(
                    algorithm: expectation.algorithm, withSHA256: expectation.sha256 != nil,
                    withCRC64: expectation.withCRC64),
                chunks: expectation.isChunked ? ChunkedPayload() : nil, signatures: signatures, failure: failure))
    }

    func receive(_ part: ByteBuffer, resume: @escaping @Sendable () -> Void) {
        NIOSingletons.posixBlockingThreadPool.submit { [self] _ in
            write(part)
            resume()
        }
    }

    /// What is wrong is kept for ``finish()``.
    func write(_ part: ByteBuffer) {
        state.withLock { state in
            guard state.failure == nil else { return }
            part.withUnsafeReadableBytes { bytes in
                do throws(S3Fault) {
                    try take(bytes, &state)
                } catch {
                    state.failure = error
                    state.file = nil
                }
            }
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer, _ state: inout State) throws(S3Fault) {
        guard var chunks = state.chunks.take() else { return try takeContent(bytes, &state) }
        var failure: S3Fault?
        do {
            try chunks.take(bytes) { piece in
                guard failure == nil else { return }
                switch piece {
                case .content(let content):
                    state.signatures?.update(content)
                    do throws(S3Fault) { try takeContent(content, &state) } catch { failure = error }
                case .chunkEnd(let signature):
                    if state.signatures?.isRight(signature) == false { failure = ChunkSignatures.mismatch }
                case .trailer(let name, let value): state.trailers.append((name, value))
                }
            }
        } catch {
            throw .invalidRequest("The body is not in aws-chunked encoding.")
        }
        state.chunks = chunks
        if let failure { throw failure }
    }

    private func takeContent(_ bytes: UnsafeRawBufferPointer, _ state: inout State) throws(S3Fault) {
        guard !bytes.isEmpty else { return }
        guard state.digests.size + bytes.count <= expectation.size ?? S3Quotas.putBytesMax else {
            throw expectation.size == nil ? .entityTooLarge : .incompleteBody
        }
        do throws(ObjectFiles.SystemFailure) {
            if state.file == nil { state.file = try files.begin() }
            try state.file!.write(bytes)
        } catch {
            throw S3Fault("InternalError", .internalServerError, error.description)
        }
        state.digests.update(bytes)
    }

    /// Gives the content its name. To be called once, when all has come.
    ///
    /// - Throws: what was wrong with it: a digest, a signature, its length.
    func finish() throws(S3Fault) -> StoredContent {
        try state.withLock { state throws(S3Fault) in
            if let failure = state.failure { throw failure }
            let checksum = try check(&state)
            var segments: [ObjectSegment] = []
            if let file = state.file.take() {
                segments = [ObjectSegment(file: file.id, offset: 0, length: state.digests.size)]
                do throws(ObjectFiles.SystemFailure) {
                    try files.finish(file)
                } catch {
                    throw S3Fault("InternalError", .internalServerError, error.description)
                }
            }
            return StoredContent(
                segments: segments, md5: state.digests.md5Bytes,
                checksum: Checksum(algorithm: expectation.algorithm, value: checksum),
                crc64: state.digests.crc64Checksum)
        }
    }

    private func check(_ state: inout State) throws(S3Fault) -> String {
        if let chunks = state.chunks, !chunks.isComplete { throw .incompleteBody }
        if let size = expectation.size, size != state.digests.size { throw .incompleteBody }
        if let expected = expectation.sha256, let actual = state.digests.sha256Hex, expected != actual {
            throw S3Fault(
                "XAmzContentSHA256Mismatch", .badRequest,
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
                [("ClientComputedContentSHA256", expected), ("S3ComputedContentSHA256", actual)])
        }
        if let expected = expectation.md5, expected != state.digests.md5Bytes { throw .badDigest("Content-MD5") }
        if var signatures = state.signatures {
            guard signatures.areTrailersRight(state.trailers) else { throw ChunkSignatures.mismatch }
            state.signatures = signatures
        }
        let checksum = state.digests.checksumText ?? ""
        var expected = expectation.checksum
        if expectation.hasTrailingChecksum {
            expected = state.trailers.first { $0.name == expectation.algorithm.headerName }?.value
            guard expected != nil else {
                throw S3Fault(
                    "MalformedTrailerError", .badRequest,
                    "The request contained trailing data that was not well-formed or did not conform to our published "
                        + "schema.")
            }
        }
        if let expected {
            guard Checksum.bytes(expected, expectation.algorithm) != nil else {
                throw .invalidRequest("Value for \(expectation.algorithm.headerName) trailing header is invalid.")
            }
            guard expected == checksum else { throw .badDigest(expectation.algorithm.rawValue) }
        }
        return checksum
    }
}
