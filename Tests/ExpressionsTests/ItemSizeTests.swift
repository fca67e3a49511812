import Expressions
import Items
import Testing

struct ItemSizeTests {
    static let values: [(value: AttributeValue, bytes: Int)] = [
        ("", 0), ("abc", 3), ("é", 2), (.binary([1, 2]), 2), (true, 1), (.null, 1), (0, 1), (1, 2), (-1, 3), (12, 2),
        (123, 3), (1_234, 3), (100, 2), (1_000, 2), (.list([]), 3), (.list([1, "ab"]), 9), (.map([:]), 3),
        (.map(["a": 1]), 7), (.stringSet(["a", "bc"]), 3), (.numberSet([ItemNumber(1), ItemNumber(-1)]), 5),
        (.binarySet([[1], [2, 3]]), 3),
    ]
    @Test(arguments: values)
    func `counts as DynamoDB does`(value: AttributeValue, bytes: Int) {
        #expect(value.sizeBytes == bytes)
        #expect(Item(["né": value]).sizeBytes == bytes + 3)
    }

    @Test func `counts levels`() {
        #expect(Item(["a": 1]).nestingLevels == 0)
        #expect(Item(["a": .list([.map(["b": .list([])])])]).nestingLevels == 3)
    }
}
