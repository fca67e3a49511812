/// The keys whose signatures are taken.
struct Credentials: Sendable {
    struct Secret: Hashable, Sendable {
        var secret: String
        var sessionToken: String?
    }

    /// By access key.
    var keys: [String: Secret]

    /// Reads a file in the form of `~/.aws/credentials`; every profile's keys count.
    ///
    /// - Throws: `EmulatorError` with the line that can't be read, or the profile that is incomplete.
    /// - Note: Source: AWS SDKs and Tools Reference Guide, "Shared config and credentials files".
    static func load(_ path: String) throws(EmulatorError) -> Credentials {
        var profiles: [(name: String, line: Int, values: [String: String])] = []
        let text = String(decoding: try TextFile.read(path), as: UTF8.self)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = trimmed(line)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            if line.hasPrefix("["), line.hasSuffix("]") {
                profiles.append((String(line.dropFirst().dropLast()), index + 1, [:]))
                continue
            }
            guard let mark = line.firstIndex(of: "="), !profiles.isEmpty else {
                throw EmulatorError("\(path):\(index + 1): this is neither [profile] nor name = value below one.")
            }
            let name = trimmed(line[..<mark]).lowercased()
            profiles[profiles.count - 1].values[name] = String(trimmed(line[line.index(after: mark)...]))
        }
        var keys: [String: Secret] = [:]
        for profile in profiles {
            guard let id = profile.values["aws_access_key_id"], let secret = profile.values["aws_secret_access_key"]
            else {
                throw EmulatorError(
                    "\(path):\(profile.line): profile \(profile.name) needs aws_access_key_id and aws_secret_access_key."
                )
            }
            keys[id] = Secret(secret: secret, sessionToken: profile.values["aws_session_token"])
        }
        guard !keys.isEmpty else { throw EmulatorError("\(path) holds no credentials.") }
        return Credentials(keys: keys)
    }

    private static func trimmed(_ text: some StringProtocol) -> Substring {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        return Substring(String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed()))
    }
}
