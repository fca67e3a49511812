import Machine
import Synchronization
package import Time

/// The time by which requests are signed: the machine's, put right by the services' where they find it wrong.
///
/// Services take a signature for about five minutes around its time. What one of them says of the time holds for all,
/// so endpoints share one of these.
///
/// - Note: Source: AWS General Reference, "Troubleshooting Signature Version 4"; AWS SDKs and Tools Reference Guide,
///   "Smart configuration defaults", clock skew.
package final class SigningClock: Sendable {
    /// Nearer to the service's time than this, a time is not why a signature was refused: `Date` may be a little old.
    static let skewMin: Duration = .seconds(240)

    private let machine: @Sendable () -> Timestamp
    /// What the machine's clock lacks, in milliseconds.
    private let offset = Atomic<Int64>(0)

    package init(machine: @escaping @Sendable () -> Timestamp = { WallClock.now() }) { self.machine = machine }

    package var now: Timestamp { machine() + .milliseconds(offset.load(ordering: .relaxed)) }

    /// Learns from a refusal what the time is.
    ///
    /// - Parameters:
    ///   - error: the refusal's.
    ///   - instant: that of the refused signature.
    ///   - date: the answer's `Date`.
    /// - Returns: whether a signature of now may be taken.
    func learns(from error: String, signedAt instant: Timestamp, date: @autoclosure () -> String?) -> Bool {
        guard Self.errors.contains(error), let service = date().flatMap(Timestamp.init(httpDate:)) else { return false }
        guard abs((service - instant).wholeMilliseconds) >= Self.skewMin.wholeMilliseconds else { return false }
        offset.store((service - machine()).wholeMilliseconds, ordering: .relaxed)
        return true
    }

    private static let errors: Set = [
        "AuthFailure", "InvalidSignatureException", "RequestExpired", "RequestInTheFuture", "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
    ]
}

extension Timestamp {
    /// Reads `Sun, 06 Nov 1994 08:49:37 GMT`; nil for any other form.
    ///
    /// - Note: Source: RFC 9110, section 5.6.7, IMF-fixdate.
    init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].utf8.count == 4, parts[5] == "GMT",
            let month = Self.months.firstIndex(where: { $0 == parts[2] })
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        self.init(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
