/// An HTTP API (`AWS::Serverless::HttpApi`) with the routes that functions' events give it.
///
/// - Note: Source: AWS SAM Developer Guide, "AWS::Serverless::HttpApi" and "HttpApi" event source.
package struct HTTPAPIResource: Hashable, Sendable {
    package static let type = "AWS::Serverless::HttpApi"
    static let defaultStage = "$default"

    package let logicalID: String
    package let position: SourcePosition
    /// The value of `Ref`, which stands in the API's address.
    package let id: String
    package let name: String
    package let stage: String
    package let authorizers: [JWTAuthorizer]
    /// nil if routes are open unless they say otherwise.
    package let defaultAuthorizer: String?
    package let cors: CORSConfiguration?
    package let routes: [HTTPRoute]
    /// Every property, these included.
    package let properties: TemplateValue

    /// The APIs of the template, and the one that SAM makes for events that name none.
    static func all(
        _ resources: [Resource], _ functions: [FunctionResource], position: SourcePosition
    ) throws(TemplateError) -> [HTTPAPIResource] {
        var apis = resources.filter { $0.type == type }
        let events = functions.flatMap { function in
            function.events.filter { $0.type == "HttpApi" }.map { (function: function, event: $0) }
        }
        let isImplicit = { (event: FunctionEvent) in event.properties["ApiId"] == nil }
        if let first = events.first(where: { isImplicit($0.event) }),
            !apis.contains(where: { $0.logicalID == Resolver.implicitAPI })
        {
            let identity = Resolver.implicitAPI.lowercased()
            apis.append(
                Resource(
                    logicalID: Resolver.implicitAPI, position: first.event.position, type: type,
                    typePosition: first.event.typePosition,
                    properties: TemplateValue(.map([]), at: first.event.position), reference: identity, attributes: [:])
            )
        }
        for (_, event) in events {
            guard let id = event.properties["ApiId"], !apis.contains(where: { $0.reference == id.text }) else {
                continue
            }
            throw TemplateError(
                "ApiId of the event \(event.name) names no \(type) of this template; use !Ref with its logical id",
                at: id.position)
        }
        var result: [HTTPAPIResource] = []
        for api in apis {
            let own = events.filter {
                isImplicit($0.event)
                    ? api.logicalID == Resolver.implicitAPI : $0.event.properties["ApiId"]?.text == api.reference
            }
            result.append(try HTTPAPIResource(api, own))
        }
        return result
    }

    private init(
        _ resource: Resource, _ events: [(function: FunctionResource, event: FunctionEvent)]
    ) throws(TemplateError) {
        let properties = resource.properties
        logicalID = resource.logicalID
        position = resource.position
        id = resource.reference
        self.properties = properties
        name = try properties["Name"]?.requireText("Name") ?? resource.logicalID
        stage = try properties["StageName"]?.requireText("StageName") ?? Self.defaultStage
        let auth = properties["Auth"]
        var authorizers: [JWTAuthorizer] = []
        for member in try auth?["Authorizers"]?.requireMap("Authorizers") ?? [] {
            authorizers.append(try JWTAuthorizer(member))
        }
        self.authorizers = authorizers
        let names = authorizers.map(\.name)
        defaultAuthorizer = try auth?["DefaultAuthorizer"].map { (value) throws(TemplateError) in
            try JWTAuthorizer.checked(value, among: names)
        }
        cors = try properties["CorsConfiguration"].map(CORSConfiguration.init)
        var routes: [HTTPRoute] = []
        for (function, event) in events {
            let route = try HTTPRoute(event, function: function.logicalID, defaultAuthorizer, among: names)
            if let earlier = routes.first(where: { $0.method == route.method && $0.path == route.path }) {
                throw TemplateError(
                    "the route \(route.method) \(route.path) is already the event \(earlier.eventName) of "
                        + "\(earlier.functionID); change one of them", at: event.position)
            }
            routes.append(route)
        }
        self.routes = routes
    }
}

/// A function behind a method and a path.
package struct HTTPRoute: Hashable, Sendable {
    /// In capitals; `ANY` for every method. Empty with the path `$default`.
    package let method: String
    /// Begins with a slash, with `{name}` and a last `{name+}`, or is `$default`.
    package let path: String
    /// Logical id.
    package let functionID: String
    package let eventName: String
    package let position: SourcePosition
    /// nil if the route is open to everyone.
    package let authorizer: String?
    package let authorizationScopes: [String]
    /// `1.0` or `2.0`.
    package let payloadFormatVersion: String
    /// 50...30,000.
    package let timeoutMilliseconds: Int

    init(
        _ event: FunctionEvent, function: String, _ defaultAuthorizer: String?, among authorizers: [String]
    ) throws(TemplateError) {
        let properties = event.properties
        functionID = function
        eventName = event.name
        position = event.position
        // Without both the event takes whatever no other route does.
        let path = try properties["Path"]?.requireText("Path") ?? "$default"
        if let value = properties["Path"], path != "$default", !path.hasPrefix("/") {
            throw TemplateError("Path must begin with a slash, not \(path)", at: value.position)
        }
        if path != "$default", properties["Method"] == nil {
            throw TemplateError("the event \(event.name) has a Path and needs a Method", at: event.position)
        }
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"]
        var method = ""
        if let value = properties["Method"], path != "$default" {
            let text = try value.requireText("Method").uppercased()
            method = text == "*" || text == "X-AMAZON-APIGATEWAY-ANY-METHOD" ? "ANY" : text
            guard methods.contains(method) else {
                throw TemplateError("Method must be one of \(methods.joined(separator: ", "))", at: value.position)
            }
        }
        self.path = path
        self.method = method
        let auth = properties["Auth"]
        if let value = auth?["Authorizer"] {
            authorizer = value.text == "NONE" ? nil : try JWTAuthorizer.checked(value, among: authorizers)
        } else {
            authorizer = defaultAuthorizer
        }
        var scopes: [String] = []
        for scope in try auth?["AuthorizationScopes"]?.requireList("AuthorizationScopes") ?? [] {
            scopes.append(try scope.requireText("a scope"))
        }
        authorizationScopes = scopes
        payloadFormatVersion =
            try properties["PayloadFormatVersion"]?.requireText("PayloadFormatVersion", oneOf: ["1.0", "2.0"]) ?? "2.0"
        timeoutMilliseconds =
            try properties["TimeoutInMillis"]?.requireInteger("TimeoutInMillis", in: 50...30_000) ?? 30_000
    }
}
