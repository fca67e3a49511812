import JSON

/// Knows the keys of issuers that are part of the emulator.
protocol TokenIssuers: AnyObject {
    /// The issuer's JSON Web Key Set as it stands now; nil if it is none of these issuers.
    func keySet(ofIssuer issuer: String) -> JSONValue?
}
