import AWSServices
import HTTPTransport
import JSON
import Time

/// A service at an address that ends in a path, as that of a stage.
func endpoint(
    _ service: String, _ client: FakeHTTPClient, path: String = "",
    clock: SigningClock = SigningClock { Timestamp(milliseconds: 1_440_938_160_000) }
) -> ServiceEndpoint {
    ServiceEndpoint(
        service: service, url: "http://127.0.0.1:4566" + path, region: "eu-central-1",
        credentials: Credentials(accessKeyID: "AKID", secretAccessKey: "secret"), client: client,
        clock: clock)
}

extension FakeHTTPClient {
    /// Method and address of each call.
    var calls: [String] { requests.map { "\($0.method.rawValue) \($0.url.dropFirst("http://127.0.0.1:4566".count))" } }
}
