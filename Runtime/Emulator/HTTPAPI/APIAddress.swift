import Glibc
import NIOHTTP1
import Routing

/// Which API a request is for, and what of its path is the API's own.
///
/// An API is reached below `/apis/ID`, and by host names such as `ID.execute-api.us-east-1.localhost`, with the paths
/// that it has on AWS.
struct APIAddress {
    static let pathPrefix = "/apis/"
    private static let hostMark = ".execute-api."

    var id: String
    /// Percent-encoded; begins with a slash.
    var path: String
    /// Where the API is, without a scheme: what a function finds as its domain.
    var domainName: String
    var port: String

    /// Whether the host name leads to an API, whatever the path.
    static func isHost(of request: HTTPRequest) -> Bool {
        request.headers.first(name: "Host").flatMap(labelLength) != nil
    }

    /// Bytes in front of the mark. Every request to the emulator comes by here.
    private static func labelLength(_ host: String) -> Int? {
        host.withCString { text in strstr(text, hostMark).map { UnsafePointer($0) - text } }
    }

    init?(_ request: HTTPRequest) {
        let host = request.headers.first(name: "Host") ?? "127.0.0.1"
        let colon = host.lastIndex(of: ":")
        port = colon.map { String(host[host.index(after: $0)...]) } ?? "80"
        if let length = Self.labelLength(host) {
            id = String(decoding: host.utf8.prefix(length), as: UTF8.self)
            path = request.path
            domainName = host
            return
        }
        guard request.path.hasPrefix(Self.pathPrefix) else { return nil }
        let rest = request.path.dropFirst(Self.pathPrefix.count)
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        id = String(rest[..<end])
        path = end == rest.endIndex ? "/" : String(rest[end...])
        domainName = "\(host)\(Self.pathPrefix)\(id)"
    }

    /// The parts of the path, decoded: a slash that was encoded separates nothing.
    var segments: [String] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { PercentEncoding.decoded($0) }
    }
}
