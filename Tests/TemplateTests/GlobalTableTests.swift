import Template
import Testing

/// Tables with replicas: the one in the stack's own region is the table.
struct GlobalTableTests {
    private static let keyed =
        "AttributeDefinitions: [{ AttributeName: pk, AttributeType: S }], "
        + "KeySchema: [{ AttributeName: pk, KeyType: HASH }]"

    private static func text(_ properties: String) -> String {
        "Resources:\n  T: { Type: AWS::DynamoDB::GlobalTable,\n  Properties: { \(keyed), \(properties) } }"
    }

    @Test(arguments: [("us-east-1", false, "STANDARD"), ("eu-west-1", true, nil)])
    func `takes protection, recovery and tags from its own replica`(
        region: String, isProtected: Bool, tableClass: String?
    ) throws {
        let text = Self.text(
            "BillingMode: PAY_PER_REQUEST, StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }, Replicas: ["
                + "{ Region: us-east-1, TableClass: STANDARD, Tags: [{ Key: a, Value: b }] }, "
                + "{ Region: eu-west-1, DeletionProtectionEnabled: true, "
                + "PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }]")
        let stack = try Stack.load(text: text, file: "t.yaml", context: TemplateContext(region: region))
        let table = try #require(stack.table("T"))
        #expect(table.name == "bundle-T" && table.key.partition == "pk" && table.streamView == "NEW_AND_OLD_IMAGES")
        #expect(table.isDeletionProtected == isProtected && table.hasPointInTimeRecovery == isProtected)
        #expect(table.tableClass == tableClass && table.tags == (isProtected ? [:] : ["a": "b"]))
    }

    static let wrong: [(String, String)] = [
        ("BillingMode: PAY_PER_REQUEST", "t.yaml:3:15: the table T needs the property Replicas"),
        (
            "BillingMode: PAY_PER_REQUEST, Replicas: [{ Region: eu-west-1 }]",
            "t.yaml:3:173: the table T needs a replica in the stack's own region, us-east-1"
        ),
        (
            "BillingMode: PAY_PER_REQUEST, Replicas: [{ Region: us-east-1 }, { Region: us-east-1 }]",
            "t.yaml:3:197: the table T has two replicas in us-east-1; keep one"
        ),
        ("BillingMode: PAY_PER_REQUEST, Replicas: [{}]", "t.yaml:3:174: a replica needs the property Region"),
        (
            "Replicas: [{ Region: us-east-1 }]",
            "t.yaml:2:3: the global table T needs BillingMode: PAY_PER_REQUEST; the emulator serves no other"
        ),
        (
            "BillingMode: PAY_PER_REQUEST, Replicas: [{ Region: us-east-1 }, { Region: eu-west-1 }]",
            "t.yaml:2:3: replicas are fed from a stream of NEW_AND_OLD_IMAGES; give T that StreamSpecification"
        ),
    ]
    @Test(arguments: wrong) func `refuses wrong global tables`(properties: String, error: String) {
        #expect(TemplateErrorTests.error(Self.text(properties)) == error)
    }
}
