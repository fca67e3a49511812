import Template
import Testing

/// Wrong properties of functions, tables and APIs.
struct ResourceErrorTests {
    static let functions: [(String, String)] = [
        ("Handler: x", "t.yaml:3:15: the function F needs the property Runtime"),
        ("Runtime: x", "t.yaml:3:15: the function F needs the property Handler"),
        ("Runtime: [x], Handler: x", "t.yaml:3:26: Runtime must be a text, not a list"),
        ("Runtime: x, Handler: x, Timeout: 0", "t.yaml:3:50: Timeout must be a whole number from 1 to 900, not 0"),
        ("Runtime: x, Handler: x, Timeout: 901", "t.yaml:3:50: Timeout must be a whole number from 1 to 900, not 901"),
        ("Runtime: x, Handler: x, Timeout: 3s", "t.yaml:3:50: Timeout must be a whole number from 1 to 900, not 3s"),
        (
            "Runtime: x, Handler: x, MemorySize: 127",
            "t.yaml:3:53: MemorySize must be a whole number from 128 to 10240, not 127"
        ),
        (
            "Runtime: x, Handler: x, MemorySize: 10241",
            "t.yaml:3:53: MemorySize must be a whole number from 128 to 10240, not 10241"
        ),
        (
            "Runtime: x, Handler: x, Tracing: On",
            "t.yaml:3:50: Tracing must be one of Active, PassThrough, Disabled, not On"
        ),
        (
            "Runtime: x, Handler: x, Architectures: [x86]",
            "t.yaml:3:57: an architecture must be one of x86_64, arm64, not x86"
        ),
        (
            "Runtime: x, Handler: x, Architectures: [x86_64, arm64]",
            "t.yaml:3:56: Architectures must hold exactly one of x86_64, arm64"
        ),
        (
            "Runtime: x, Handler: x, Environment: { Variables: { AWS_REGION: x } }",
            "t.yaml:3:69: Lambda sets AWS_REGION itself; remove it"
        ),
        (
            "Runtime: x, Handler: x, Environment: { Variables: { AB: [x] } }",
            "t.yaml:3:73: the variable AB must be a text, not a list"
        ),
        (
            "Runtime: x, Handler: x, Environment: { Variables: { _HANDLER: x } }",
            "t.yaml:3:69: Lambda sets _HANDLER itself; remove it"
        ),
        (
            "Runtime: x, Handler: x, Environment: { Variables: { A: x } }",
            "t.yaml:3:69: the variable A must be named by a letter and then one or more letters, digits or _"
        ),
        (
            "Runtime: x, Handler: x, Environment: { Variables: { BAD-NAME: x } }",
            "t.yaml:3:69: the variable BAD-NAME must be named by a letter and then one or more letters, digits or _"
        ),
        (
            "Runtime: x, Handler: x, Environment: { Variables: { _AB: x } }",
            "t.yaml:3:69: the variable _AB must be named by a letter and then one or more letters, digits or _"
        ),
        (
            "Runtime: x, Handler: x, Environment: { Variables: { 1A: x } }",
            "t.yaml:3:69: the variable 1A must be named by a letter and then one or more letters, digits or _"
        ),
        (
            "Runtime: x, Handler: x, Environment: { Variables: { Ä1: x } }",
            "t.yaml:3:69: the variable Ä1 must be named by a letter and then one or more letters, digits or _"
        ),
        (
            "Runtime: x, Handler: x, FunctionName: a.b",
            "t.yaml:3:55: FunctionName must be 1 to 64 letters, digits, - or _, not a.b"
        ),
        (
            "Runtime: x, Handler: x, FunctionName: \(String(repeating: "n", count: 65))",
            "t.yaml:3:55: FunctionName must be 1 to 64 letters, digits, - or _, not \(String(repeating: "n", count: 65))"
        ),
        (
            "Runtime: x, Handler: x, FunctionName: ''",
            "t.yaml:3:55: FunctionName must be 1 to 64 letters, digits, - or _, not "
        ),
        ("Runtime: x, Handler: x, Events: { E: {} }", "t.yaml:3:54: the event E needs the property Type"),
        (
            "Runtime: x, Handler: x, Events: { E: { Type: HttpApi, Properties: { Path: x, Method: GET } } }",
            "t.yaml:3:91: Path must begin with a slash, not x"
        ),
        (
            "Runtime: x, Handler: x, Events: { E: { Type: HttpApi, Properties: { Path: /x } } }",
            "t.yaml:3:51: the event E has a Path and needs a Method"
        ),
        (
            "Runtime: x, Handler: x, Events: { E: { Type: HttpApi, Properties: { Path: /x, Method: GOT } } }",
            "t.yaml:3:103: Method must be one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY"
        ),
        (
            "Runtime: x, Handler: x, Events: { E: { Type: HttpApi, Properties: { ApiId: Q, Path: /x, Method: GET } } }",
            "t.yaml:3:92: ApiId of the event E names no AWS::Serverless::HttpApi of this template; use !Ref with its "
                + "logical id"
        ),
        (
            "Runtime: x, Handler: x, Events: { E: { Type: HttpApi, Properties: { Path: /x, Method: GET, Auth: { Authorizer: A } } } }",
            "t.yaml:3:128: the API has no authorizer A"
        ),
        (
            "Runtime: x, Handler: x, Events: { E: { Type: HttpApi, Properties: { Path: /x, Method: GET } }, "
                + "G: { Type: HttpApi, Properties: { Path: /x, Method: get } } }",
            "t.yaml:3:112: the route GET /x is already the event E of F; change one of them"
        ),
    ]
    @Test(arguments: functions) func `refuses wrong functions`(properties: String, error: String) {
        let text = "Resources:\n  F: { Type: AWS::Serverless::Function,\n  Properties: { \(properties) } }"
        #expect(TemplateErrorTests.error(text) == error)
    }

    @Test func `takes the longest and the shortest names`() throws {
        let name = "a-Z_9" + String(repeating: "n", count: 59)
        let stack = try Stack.load(
            text: """
                Resources:
                  F: { Type: AWS::Serverless::Function, Properties: { Runtime: x, Handler: x, FunctionName: \(name),
                    Environment: { Variables: { aZ: "1", Z_9: "2" } } } }
                """, file: "t.yaml")
        #expect(stack.function("F")?.name == name && stack.function("F")?.environment.count == 2)
    }

    static let keyed = "BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }]"
    static let key = "KeySchema: [{ AttributeName: pk, KeyType: HASH }]"
    static let tables: [(String, String)] = [
        ("{}", "t.yaml:3:15: the table T needs the property KeySchema"),
        ("{ \(key) }", "t.yaml:3:15: the table T needs the property AttributeDefinitions"),
        (
            "{ \(keyed), KeySchema: [{ AttributeName: pk, KeyType: RANGE }] }",
            "t.yaml:3:123: KeySchema needs a key of type HASH"
        ),
        (
            "{ \(keyed), KeySchema: [{ AttributeName: pk, KeyType: Hash }] }",
            "t.yaml:3:154: KeyType must be one of HASH, RANGE, not Hash"
        ),
        (
            "{ \(keyed), KeySchema: [{ AttributeName: pk, KeyType: HASH }, { AttributeName: pk, KeyType: RANGE }] }",
            "t.yaml:3:123: the HASH and the RANGE key must be two attributes"
        ),
        (
            "{ \(keyed), KeySchema: [{ AttributeName: pk, KeyType: HASH }, { AttributeName: b, KeyType: HASH }] }",
            "t.yaml:3:162: KeySchema has two HASH keys; keep one"
        ),
        (
            "{ \(keyed), KeySchema: [{ AttributeName: pq, KeyType: HASH }] }",
            "t.yaml:3:69: the table T is keyed by pq, which AttributeDefinitions lacks; did you mean pk?"
        ),
        (
            "{ BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }, "
                + "{ AttributeName: b, AttributeType: S }], \(key) }",
            "t.yaml:3:69: AttributeDefinitions of T has b, which is in no key; remove it"
        ),
        (
            "{ BillingMode: PAY_PER_REQUEST, AttributeDefinitions: [{ AttributeName: pk, AttributeType: X }], \(key) }",
            "t.yaml:3:106: AttributeType must be one of S, N, B, not X"
        ),
        (
            "{ AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }], \(key) }",
            "t.yaml:2:3: the table T needs BillingMode: PAY_PER_REQUEST or a ProvisionedThroughput"
        ),
        (
            "{ \(keyed), \(key), ProvisionedThroughput: { ReadCapacityUnits: 1 } }",
            "t.yaml:3:186: a table with BillingMode PAY_PER_REQUEST has no ProvisionedThroughput; remove it"
        ),
        (
            "{ \(keyed), \(key), StreamSpecification: {} }",
            "t.yaml:3:184: StreamSpecification needs the property StreamViewType"
        ),
        (
            "{ \(keyed), \(key), TimeToLiveSpecification: { Enabled: true } }",
            "t.yaml:3:188: TimeToLiveSpecification needs the property AttributeName"
        ),
        (
            "{ \(keyed), \(key), DeletionProtectionEnabled: yes }",
            "t.yaml:3:190: DeletionProtectionEnabled must be true or false, not yes"
        ),
        (
            "{ \(keyed), \(key), GlobalSecondaryIndexes: [{ IndexName: i, \(key), Projection: { ProjectionType: ALL, "
                + "NonKeyAttributes: [a] } }] }",
            "t.yaml:3:267: NonKeyAttributes go with the ProjectionType INCLUDE and with no other"
        ),
        (
            "{ \(keyed), \(key), LocalSecondaryIndexes: [{ IndexName: i, \(key), Projection: { ProjectionType: ALL } }] }",
            "t.yaml:3:187: the local index i must have the table's partition key pk and a sort key"
        ),
        (
            "{ \(keyed), \(key), GlobalSecondaryIndexes: [{ IndexName: i, \(key), Projection: { ProjectionType: ALL } }, "
                + "{ IndexName: i, \(key), Projection: { ProjectionType: ALL } }] }",
            "t.yaml:3:188: the index name i is used twice; rename one of them"
        ),
    ]
    @Test(arguments: tables) func `refuses wrong tables`(properties: String, error: String) {
        let text = "Resources:\n  T: { Type: AWS::DynamoDB::Table,\n  Properties: \(properties) }"
        #expect(TemplateErrorTests.error(text) == error)
    }

    static let apis: [(String, String)] = [
        (
            "Auth: { DefaultAuthorizer: Pol, Authorizers: { Pool: { JwtConfiguration: { issuer: x } } } }",
            "t.yaml:3:44: the API has no authorizer Pol; did you mean Pool?"
        ),
        ("Auth: { Authorizers: { Pool: {} } }", "t.yaml:3:46: the authorizer Pool needs the property JwtConfiguration"),
        (
            "Auth: { Authorizers: { Pool: { JwtConfiguration: {} } } }",
            "t.yaml:3:66: JwtConfiguration needs the property issuer"
        ),
        (
            "Auth: { Authorizers: { Own: { FunctionArn: x } } }",
            "t.yaml:3:40: the authorizer Own is a Lambda function; the emulator knows authorizers with a JwtConfiguration only"
        ),
        ("CorsConfiguration: { AllowOrigins: x }", "t.yaml:3:52: AllowOrigins must be a list, not a text"),
        (
            "CorsConfiguration: { AllowOrigins: ['*'], AllowCredentials: true }",
            "t.yaml:3:36: AllowCredentials does not go with the origin *; name the origins"
        ),
    ]
    @Test(arguments: apis) func `refuses wrong APIs`(properties: String, error: String) {
        let text = "Resources:\n  A: { Type: AWS::Serverless::HttpApi,\n  Properties: { \(properties) } }"
        #expect(TemplateErrorTests.error(text) == error)
    }
}
