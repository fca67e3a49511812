import JSON

/// What a user pool asks of a trigger: an event that is answered with itself, the response filled in.
///
/// - Note: Source: Amazon Cognito Developer Guide, "Customizing user pool workflows with Lambda triggers".
package struct UserPoolEvent: Codable, Hashable, Sendable {
    /// What happened, such as `PostConfirmation_ConfirmSignUp`.
    package let source: String
    /// The user's unchanging id, as tokens have it; nil for who is no user.
    package let subject: String?
    package let clientID: String
    /// What the client said beside, which nobody has verified.
    package let clientMetadata: [String: String]
    /// The event as it came: the pool wants all of it back.
    private let whole: JSONValue

    package init(from decoder: any Decoder) throws {
        whole = try decoder.singleValueContainer().decode(JSONValue.self)
        guard let source = whole["triggerSource"]?.string, let request = whole["request"], request.object != nil,
            let clientID = whole["callerContext"]?["clientId"]?.string, whole["response"]?.object != nil
        else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no event of a user pool"))
        }
        self.source = source
        self.clientID = clientID
        subject = request["userAttributes"]?["sub"]?.string
        var metadata: [String: String] = [:]
        for (name, value) in request["clientMetadata"]?.object ?? [:] { metadata[name] = value.string }
        clientMetadata = metadata
    }

    /// After confirmation and after signing in the pool asks for nothing: the event goes back as it came.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(whole)
    }
}
