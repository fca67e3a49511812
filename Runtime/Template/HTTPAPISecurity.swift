/// An authorizer that takes JSON web tokens.
///
/// - Note: Source: AWS SAM Developer Guide, "OAuth2Authorizer".
package struct JWTAuthorizer: Hashable, Sendable {
    package let name: String
    package let position: SourcePosition
    package let issuer: String
    package let audience: [String]
    /// Such as `$request.header.Authorization`.
    package let identitySource: String
    package let scopes: [String]

    init(_ member: TemplateMember) throws(TemplateError) {
        let what = "the authorizer \(member.name)"
        name = member.name
        position = member.position
        guard member.value["FunctionArn"] == nil else {
            throw TemplateError(
                "\(what) is a Lambda function; the emulator knows authorizers with a JwtConfiguration only",
                at: member.position)
        }
        let configuration = try member.value.require("JwtConfiguration", of: what)
        issuer = try configuration.require("issuer", of: "JwtConfiguration").requireText("issuer")
        audience = try Self.texts(configuration["audience"], "audience")
        identitySource =
            try member.value["IdentitySource"]?.requireText("IdentitySource") ?? "$request.header.Authorization"
        scopes = try Self.texts(member.value["AuthorizationScopes"], "AuthorizationScopes")
    }

    static func texts(_ value: TemplateValue?, _ name: String) throws(TemplateError) -> [String] {
        guard let value else { return [] }
        var texts: [String] = []
        for element in try value.requireList(name) { texts.append(try element.requireText("an element of \(name)")) }
        return texts
    }

    /// The name of an authorizer that the API has.
    static func checked(_ value: TemplateValue, among names: [String]) throws(TemplateError) -> String {
        let name = try value.requireText("the authorizer")
        guard names.contains(name) else {
            throw TemplateError(
                "the API has no authorizer \(name)\(suggestion(for: name, among: names))", at: value.position)
        }
        return name
    }
}

/// What browsers of other origins may do.
///
/// - Note: Source: AWS SAM Developer Guide, "HttpApiCorsConfiguration".
package struct CORSConfiguration: Hashable, Sendable {
    package let allowOrigins: [String]
    package let allowMethods: [String]
    package let allowHeaders: [String]
    package let exposeHeaders: [String]
    package let allowCredentials: Bool
    package let maxAgeSeconds: Int?

    init(_ value: TemplateValue) throws(TemplateError) {
        // `true` and a lone origin are short for open origins and for that one.
        guard value.map != nil else {
            let isOpen = value.text == "true"
            allowOrigins = isOpen ? ["*"] : [try value.requireText("CorsConfiguration")]
            (allowMethods, allowHeaders, exposeHeaders) = (isOpen ? ["*"] : [], isOpen ? ["*"] : [], [])
            (allowCredentials, maxAgeSeconds) = (false, nil)
            return
        }
        allowOrigins = try JWTAuthorizer.texts(value["AllowOrigins"], "AllowOrigins")
        allowMethods = try JWTAuthorizer.texts(value["AllowMethods"], "AllowMethods")
        allowHeaders = try JWTAuthorizer.texts(value["AllowHeaders"], "AllowHeaders")
        exposeHeaders = try JWTAuthorizer.texts(value["ExposeHeaders"], "ExposeHeaders")
        allowCredentials = try value["AllowCredentials"]?.requireBoolean("AllowCredentials") ?? false
        maxAgeSeconds = try value["MaxAge"]?.requireInteger("MaxAge", in: -1...86_400)
        if allowCredentials, allowOrigins.contains("*") {
            throw TemplateError("AllowCredentials does not go with the origin *; name the origins", at: value.position)
        }
    }
}
