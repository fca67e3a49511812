/// A WebSocket API (`AWS::ApiGatewayV2::Api` with the protocol `WEBSOCKET`) with what the resources around it give it.
///
/// - Note: Source: AWS CloudFormation Template Reference, "Amazon API Gateway V2".
package struct WebSocketAPIResource: Hashable, Sendable {
    package struct Route: Hashable, Sendable {
        /// `$connect`, `$disconnect`, `$default` or a value of the selection expression.
        package let key: String
        package let position: SourcePosition
        package let functionARN: String
        /// 50...29,000
        package let timeoutMilliseconds: Int
        /// Whether the function's reply goes to the client.
        package let hasResponse: Bool
        package let authorizer: Authorizer?
    }

    /// A function that says who may connect.
    package struct Authorizer: Hashable, Sendable {
        package let functionARN: String
        /// Such as `route.request.header.Auth`; each must be in the request.
        package let identitySources: [String]
        package let position: SourcePosition
    }

    package struct Stage: Hashable, Sendable {
        package let name: String
        package let variables: [String: String]
    }

    package let logicalID: String
    package let position: SourcePosition
    /// The value of `Ref`.
    package let id: String
    package let routeSelectionExpression: String
    package let routes: [Route]
    package let stages: [Stage]
}

extension Stack {
    private static var prefix: String { "AWS::ApiGatewayV2::" }

    /// - Throws: `TemplateError` with the place of what does not fit together, or that the emulator has no way to run.
    package func webSocketAPIs() throws(TemplateError) -> [WebSocketAPIResource] {
        var apis: [WebSocketAPIResource] = []
        for resource in resources where resource.type == Self.prefix + "Api" {
            apis.append(try webSocketAPI(resource))
        }
        return apis
    }

    private func parts(_ type: String, of api: Resource) -> [Resource] {
        resources.filter { $0.type == Self.prefix + type && $0.properties["ApiId"]?.text == api.reference }
    }

    private func webSocketAPI(_ api: Resource) throws(TemplateError) -> WebSocketAPIResource {
        let what = "the API \(api.logicalID)"
        let type = try api.properties.require("ProtocolType", of: what)
        guard try type.requireText("ProtocolType", oneOf: ["HTTP", "WEBSOCKET"]) == "WEBSOCKET" else {
            throw TemplateError("for an HTTP API use the type AWS::Serverless::HttpApi", at: type.position)
        }
        let expression = try api.properties.require("RouteSelectionExpression", of: what)
        var routes: [WebSocketAPIResource.Route] = []
        for resource in parts("Route", of: api) {
            let route = try route(resource, of: api)
            guard !routes.contains(where: { $0.key == route.key }) else {
                throw TemplateError("the API \(api.logicalID) has a route \(route.key) already", at: resource.position)
            }
            routes.append(route)
        }
        var stages: [WebSocketAPIResource.Stage] = []
        for resource in parts("Stage", of: api) {
            var variables: [String: String] = [:]
            for member in try resource.properties["StageVariables"]?.requireMap("StageVariables") ?? [] {
                variables[member.name] = try member.value.requireText("the stage variable \(member.name)")
            }
            let name = try resource.properties.require("StageName", of: "the stage \(resource.logicalID)")
            stages.append(
                WebSocketAPIResource.Stage(name: try name.requireText("StageName"), variables: variables))
        }
        return WebSocketAPIResource(
            logicalID: api.logicalID, position: api.position, id: api.reference,
            routeSelectionExpression: try expression.requireText("RouteSelectionExpression"), routes: routes,
            stages: stages)
    }

    private func route(_ resource: Resource, of api: Resource) throws(TemplateError) -> WebSocketAPIResource.Route {
        let what = "the route \(resource.logicalID)"
        let properties = resource.properties
        let target = try properties.require("Target", of: what)
        let path = try target.requireText("Target")
        guard let integration = parts("Integration", of: api).first(where: { path == "integrations/\($0.reference)" })
        else {
            throw TemplateError(
                "Target must be integrations/ and the Ref of an integration of the same API, not \(path)",
                at: target.position)
        }
        let kind = try integration.properties.require("IntegrationType", of: "the integration \(integration.logicalID)")
        _ = try kind.requireText("IntegrationType", oneOf: ["AWS_PROXY"])
        let address = try integration.properties.require(
            "IntegrationUri", of: "the integration \(integration.logicalID)")
        let response = try properties["RouteResponseSelectionExpression"]?.requireText(
            "RouteResponseSelectionExpression", oneOf: ["$default"])
        let responses = parts("RouteResponse", of: api).filter { $0.properties["RouteId"]?.text == resource.reference }
        return WebSocketAPIResource.Route(
            key: try properties.require("RouteKey", of: what).requireText("RouteKey"), position: resource.position,
            functionARN: try functionARN(in: address),
            timeoutMilliseconds: try integration.properties["TimeoutInMillis"]?.requireInteger(
                "TimeoutInMillis", in: 50...29_000) ?? 29_000,
            hasResponse: response != nil && !responses.isEmpty, authorizer: try authorizer(resource, of: api))
    }

    private func authorizer(
        _ route: Resource, of api: Resource
    ) throws(TemplateError) -> WebSocketAPIResource.Authorizer? {
        guard let type = route.properties["AuthorizationType"],
            try type.requireText("AuthorizationType", oneOf: ["NONE", "CUSTOM"]) == "CUSTOM"
        else { return nil }
        let id = try route.properties.require("AuthorizerId", of: "the route \(route.logicalID)")
        guard let authorizer = parts("Authorizer", of: api).first(where: { $0.reference == id.text }) else {
            throw TemplateError("AuthorizerId is the Ref of no authorizer of the same API", at: id.position)
        }
        let what = "the authorizer \(authorizer.logicalID)"
        _ = try authorizer.properties.require("AuthorizerType", of: what).requireText(
            "AuthorizerType", oneOf: ["REQUEST"])
        var sources: [String] = []
        for source in try authorizer.properties["IdentitySource"]?.requireList("IdentitySource") ?? [] {
            let text = try source.requireText("an identity source")
            let isKnown = ["route.request.header.", "route.request.querystring."].contains { text.hasPrefix($0) }
            guard isKnown else {
                throw TemplateError(
                    "an identity source is route.request.header.NAME or route.request.querystring.NAME, not \(text)",
                    at: source.position)
            }
            sources.append(text)
        }
        return WebSocketAPIResource.Authorizer(
            functionARN: try functionARN(in: authorizer.properties.require("AuthorizerUri", of: what)),
            identitySources: sources, position: authorizer.position)
    }

    /// Of `arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/ARN/invocations`.
    private func functionARN(in address: TemplateValue) throws(TemplateError) -> String {
        let text = try address.requireText("the address of the function")
        let isOne = { (function: FunctionResource) in
            text == function.arn || text.hasSuffix(":lambda:path/2015-03-31/functions/\(function.arn)/invocations")
        }
        guard let function = functions.first(where: isOne) else {
            throw TemplateError(
                "\(text) leads to no function of this template; it is such as arn:aws:apigateway:${AWS::Region}:lambda:"
                    + "path/2015-03-31/functions/${Function.Arn}/invocations", at: address.position)
        }
        return function.arn
    }
}
