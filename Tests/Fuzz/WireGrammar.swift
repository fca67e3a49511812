/// Requests to a table `Fuzz` with the string keys pk and sk, and the index `by-a`.
struct WireGrammar {
    static let create = """
        {"TableName":"Fuzz","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":"pk",\
        "AttributeType":"S"},{"AttributeName":"sk","AttributeType":"S"},{"AttributeName":"a","AttributeType":"N"}],\
        "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],\
        "GlobalSecondaryIndexes":[{"IndexName":"by-a","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"},\
        {"AttributeName":"a","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]}
        """

    static func request(_ chance: inout Chance) -> (operation: String, body: String) {
        let place = #""TableName":"Fuzz","Key":{\#(key(&chance))}"#
        switch chance.below(11) {
        case 0: return ("PutItem", #"{"TableName":"Fuzz","Item":\#(item(&chance))\#(options(&chance, .condition))}"#)
        case 1: return ("GetItem", #"{\#(place)\#(options(&chance, .projection))}"#)
        case 2: return ("UpdateItem", #"{\#(place)\#(options(&chance, .update))}"#)
        case 3: return ("DeleteItem", #"{\#(place)\#(options(&chance, .condition))}"#)
        case 4: return ("Query", #"{"TableName":"Fuzz"\#(index(&chance))\#(options(&chance, .keyCondition))}"#)
        case 5: return ("Scan", #"{"TableName":"Fuzz"\#(index(&chance))\#(options(&chance, .filter))}"#)
        case 6:
            let writes = (0...chance.below(3)).map { _ in
                chance.oneIn(2)
                    ? #"{"PutRequest":{"Item":\#(item(&chance))}}"# : #"{"DeleteRequest":{"Key":{\#(key(&chance))}}}"#
            }
            return ("BatchWriteItem", #"{"RequestItems":{"Fuzz":[\#(writes.joined(separator: ","))]}}"#)
        case 7:
            let keys = (0...chance.below(3)).map { _ in "{\(key(&chance))}" }.joined(separator: ",")
            return ("BatchGetItem", #"{"RequestItems":{"Fuzz":{"Keys":[\#(keys)]}}}"#)
        case 8:
            let parts = (0...chance.below(3)).map { _ -> String in
                switch chance.below(4) {
                case 0: #"{"Put":{"TableName":"Fuzz","Item":\#(item(&chance))\#(options(&chance, .condition))}}"#
                case 1: #"{"Update":{\#(place)\#(options(&chance, .update))}}"#
                case 2: #"{"Delete":{\#(place)}}"#
                default: #"{"ConditionCheck":{\#(place)\#(options(&chance, .condition))}}"#
                }
            }
            return ("TransactWriteItems", #"{"TransactItems":[\#(parts.joined(separator: ","))]}"#)
        case 9: return ("TransactGetItems", #"{"TransactItems":[{"Get":{\#(place)}}]}"#)
        default:
            let statement = chance.pick([
                "SELECT * FROM Fuzz WHERE pk = 'a'",
                "SELECT a, b FROM \\\"Fuzz\\\".\\\"by-a\\\" WHERE pk = ? AND a > 3",
                "INSERT INTO Fuzz VALUE {'pk': 'p', 'sk': 's'}", "UPDATE Fuzz SET a = 1 WHERE pk = 'p' AND sk = 's'",
                "DELETE FROM Fuzz WHERE pk = 'p' AND sk = 's'",
            ])
            return (
                "ExecuteStatement", #"{"Statement":"\#(statement)","Parameters":[\#(JSONGrammar.attribute(&chance))]}"#
            )
        }
    }

    private static func key(_ chance: inout Chance) -> String {
        #""pk":{"S":"\#(chance.pick(["a", "b", "c"]))"},"sk":{"S":"\#(chance.below(8))"}"#
    }

    private static func item(_ chance: inout Chance) -> String {
        let attributes = ["a", "b", "list", "map", "name"].filter { _ in chance.oneIn(2) }
            .map { ",\"\($0)\":\(JSONGrammar.attribute(&chance))" }
        return "{\(key(&chance))\(attributes.joined())}"
    }

    private static func index(_ chance: inout Chance) -> String {
        (chance.oneIn(3) ? #","IndexName":"by-a""# : "") + (chance.oneIn(3) ? #","Limit":\#(chance.below(4))"# : "")
            + (chance.oneIn(4) ? #","ExclusiveStartKey":{\#(key(&chance))}"# : "")
    }

    /// An expression with exactly the names and values it uses, most of the time.
    private static func options(_ chance: inout Chance, _ kind: ExpressionGrammar.Kind) -> String {
        let member =
            switch kind {
            case .condition: "ConditionExpression"
            case .filter: "FilterExpression"
            case .update: "UpdateExpression"
            case .keyCondition: "KeyConditionExpression"
            case .projection: "ProjectionExpression"
            }
        let text = ExpressionGrammar.text(kind, &chance)
        let names = ["#a", "#b", "#c"].filter(text.contains).map {
            #""\#($0)":"\#(chance.pick(["pk", "sk", "a", "map"]))""#
        }
        let values = [":a", ":b", ":c", ":n", ":s", ":l", ":set"].filter(text.contains)
            .map { #""\#($0)":\#(JSONGrammar.attribute(&chance))"# }
        var members = #","\#(member)":"\#(text)""#
        if !names.isEmpty { members += #","ExpressionAttributeNames":{\#(names.joined(separator: ","))}"# }
        if !values.isEmpty { members += #","ExpressionAttributeValues":{\#(values.joined(separator: ","))}"# }
        if chance.oneIn(4), kind == .condition || kind == .update { members += #","ReturnValues":"ALL_OLD""# }
        return members
    }
}
