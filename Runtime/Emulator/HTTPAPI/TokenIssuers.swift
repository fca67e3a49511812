import JSON

/// Knows the keys of issuers that are part of the emulator.
protocol TokenIssuers: AnyObject {
    /// Hands over the issuer's JSON Web Key Set, now if its keys have been made; nil if it can't be had.
    func keySet(ofIssuer issuer: String, completion: @escaping (JSONValue?) -> Void)
}
