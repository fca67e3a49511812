import JSON
import Template
import Time

// Groups of users.
extension CognitoService {
    func group(of request: PoolRequest, in pool: UserPool) throws(ServiceFault) -> PoolGroup {
        guard let group = pool.groups[try request.name("GroupName")] else { throw .noGroup }
        return group
    }

    private static func description(of group: PoolGroup, in pool: UserPool) -> JSONValue {
        var description: JSONObject = [
            "GroupName": .string(group.name), "UserPoolId": .string(pool.id),
            "LastModifiedDate": seconds(group.modifiedAt), "CreationDate": seconds(group.createdAt),
        ]
        description["Description"] = group.description.map(JSONValue.string)
        description["Precedence"] = group.precedence.map { .number(JSONNumber($0)) }
        description["RoleArn"] = group.roleARN.map(JSONValue.string)
        return .object(description)
    }

    func createGroup(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        let name = try request.name("GroupName")
        guard pool.groups[name] == nil else {
            throw ServiceFault(
                code: "GroupExistsException", message: "A group with the name already exists.")
        }
        let now = host.clock.now.milliseconds
        var group = PoolGroup(name: name, createdAt: now, modifiedAt: now)
        try Self.fill(&group, from: request)
        pool.save(group)
        return ["Group": Self.description(of: group, in: pool)]
    }

    private static func fill(_ group: inout PoolGroup, from request: PoolRequest) throws(ServiceFault) {
        group.description = try request.optionalText("Description", max: 2_048) ?? group.description
        group.roleARN = try request.optionalText("RoleArn", max: 2_048) ?? group.roleARN
        if let precedence = request.input["Precedence"], !precedence.isNull {
            guard let value = precedence.int, value >= 0 else {
                throw .badParameter(
                    "1 validation error detected: Value at 'precedence' failed to satisfy constraint: Member must have value "
                        + "greater than or equal to 0")
            }
            group.precedence = value
        }
    }

    func getGroup(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        return ["Group": Self.description(of: try group(of: request, in: pool), in: pool)]
    }

    func updateGroup(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        var group = try group(of: request, in: pool)
        try Self.fill(&group, from: request)
        group.modifiedAt = host.clock.now.milliseconds
        pool.save(group)
        return ["Group": Self.description(of: group, in: pool)]
    }

    func deleteGroup(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        pool.remove(try group(of: request, in: pool))
        return [:]
    }

    func listGroups(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        return try Self.list(Array(pool.groups.values), in: pool, request)
    }

    private static func list(
        _ groups: [PoolGroup], in pool: UserPool, _ request: PoolRequest
    ) throws(ServiceFault) -> JSONValue {
        let (page, next) = try Page.of(
            groups.sorted { $0.name < $1.name }, key: \.name, after: try request.optionalText("NextToken"),
            limit: try request.limit("Limit", in: 0...60))
        var answer: JSONObject = ["Groups": .array(page.map { description(of: $0, in: pool) })]
        answer["NextToken"] = next.map(JSONValue.string)
        return .object(answer)
    }

    func adminListGroupsForUser(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        let user = try user(of: request, in: pool)
        return try Self.list(user.groups.compactMap { pool.groups[$0] }, in: pool, request)
    }

    func adminAddUserToGroup(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        var user = try user(of: request, in: pool)
        let group = try group(of: request, in: pool)
        if !user.groups.contains(group.name) {
            user.groups.append(group.name)
            pool.save(user, modified: false)
        }
        return [:]
    }

    func adminRemoveUserFromGroup(_ request: PoolRequest) throws(ServiceFault) -> JSONValue {
        let pool = try pool(of: request)
        var user = try user(of: request, in: pool)
        let group = try group(of: request, in: pool)
        if user.groups.contains(group.name) {
            user.groups.removeAll { $0 == group.name }
            pool.save(user, modified: false)
        }
        return [:]
    }
}
