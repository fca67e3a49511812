import Glibc
package import NIOCore
import NIOHTTP1
import NIOPosix

/// A listening HTTP/1.1 socket on a loopback address.
package struct HTTPServer: Sendable {
    private let channel: any Channel
    package let port: Int

    /// Listens on `host:port`; port 0 takes a free one.
    ///
    /// - Parameter bodyBytesMax: of a longer body the rest is read and dropped, and the service told.
    /// - Parameter readTimeout: how long a request that has begun may be silent before it is answered with status 408.
    /// - Throws: `EmulatorError` that names the port when it is in use.
    package static func listen(
        on loops: any EventLoopGroup, host: String = "127.0.0.1", port: Int, bodyBytesMax: Int,
        readTimeout: TimeAmount = .seconds(20), service: @escaping @Sendable () -> any HTTPService
    ) async throws -> HTTPServer {
        let bootstrap = ServerBootstrap(group: loops)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = HTTPConnection(
                        service: service(), bodyBytesMax: bodyBytesMax, readTimeout: readTimeout)
                    // Bytes behind an upgrade are the other protocol's.
                    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
                    let watch = ReadWatch(connection)
                    try channel.pipeline.syncOperations.addHandlers([watch, decoder, connection])
                    connection.removesBeforeUpgrade = [watch, decoder]
                }
            }
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            // A client may send everything, close its sending side, and then read the answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        do {
            let channel = try await bootstrap.bind(host: host, port: port).get()
            return HTTPServer(channel: channel, port: channel.localAddress?.port ?? port)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw EmulatorError(
                "Port \(port) on \(host) is in use. Stop the program that listens there, or choose another with --port."
            )
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw EmulatorError("Port \(port) on \(host) can't be opened: \(reason). Choose another with --port.")
        }
    }

    /// Stops listening; connections already open stay until their peers leave.
    package func close() async throws { try await channel.close() }
}
