import NIOHTTP1
import Routing

/// The credentials that the emulator gives its functions: a set for each, so that a call tells who makes it. Calls with
/// any others are the account owner's.
struct AccessKeys: Sendable {
    /// Logical ids by access key id.
    private let functions: [String: String]

    init(functions: [String]) {
        self.functions = Dictionary(uniqueKeysWithValues: functions.map { (Self.keyID(of: $0), $0) })
    }

    /// What a function finds in its environment. There is nothing to protect: the same every time, so that a recorded
    /// address that is signed by it stays good.
    static func variables(of function: String) -> [String: String] {
        let keyID = keyID(of: function)
        return [
            "AWS_ACCESS_KEY_ID": keyID, "AWS_SECRET_ACCESS_KEY": secret(ofKeyID: keyID),
            "AWS_SESSION_TOKEN": sessionToken(of: function),
        ]
    }

    /// Secret and session token of one of the emulator's own keys; nil for others, of which nobody here knows them.
    func credentials(of keyID: String) -> Credentials.Secret? {
        functions[keyID].map { function in
            Credentials.Secret(secret: Self.secret(ofKeyID: keyID), sessionToken: Self.sessionToken(of: function))
        }
    }

    /// Whose key it is.
    func caller(of keyID: some StringProtocol) -> Caller { functions[String(keyID)].map { .function($0) } ?? .account }

    func caller(of request: HTTPRequest) -> Caller {
        guard let header = request.headers.first(name: "Authorization") ?? Self.presignedCredential(request.query),
            let mark = header.range(of: Self.mark) ?? header.range(of: Self.oldMark)
        else { return .account }
        let keyID: Substring = header[mark...].prefix { $0 != "/" && $0 != "%" && $0 != "," && $0 != "&" }
        return self.caller(of: keyID)
    }

    private static let mark = "Credential="
    /// Of Amazon S3's older signature, in the query alone.
    private static let oldMark = "AWSAccessKeyId="

    private static func presignedCredential(_ query: String) -> String? {
        query.contains("X-Amz-Credential=") || query.contains(oldMark) ? query : nil
    }

    private static func sessionToken(of function: String) -> String { "session-of-\(function)" }

    /// Twenty capitals and digits, as Security Token Service makes them.
    private static func keyID(of function: String) -> String { "ASIA" + text(of: function, count: 16) }

    private static func secret(ofKeyID keyID: String) -> String { text(of: "secret of " + keyID, count: 40) }

    private static func text(of seed: String, count: Int) -> String {
        var generator = SeededRandom(state: seed.stableHash)
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        return String((0..<count).map { _ in digits[Int(generator.next() & 31)] })
    }
}

extension String {
    /// Where the text behind `mark` begins; nil if it is not there.
    fileprivate func range(of mark: String) -> Index? {
        var rest = self[...]
        while let first = rest.firstIndex(of: mark[mark.startIndex]) {
            rest = rest[first...]
            if rest.hasPrefix(mark) { return rest.index(first, offsetBy: mark.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
