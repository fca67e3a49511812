import JSON
import Testing

/// How numbers come back, and which are none.
struct NumberTests {
    static let texts = [
        ("0", "0"), ("-0", "0"), ("0.0", "0"), ("00", "0"), ("1", "1"), ("+1", "1"), ("-1", "-1"), ("01", "1"),
        ("1.0", "1"),
        ("1.50", "1.5"), (".5", "0.5"), ("5.", "5"), ("1e2", "100"), ("1E2", "100"), ("1e+2", "100"), ("1e-2", "0.01"),
        ("-1.5e3", "-1500"), ("0e5", "0"),
        ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
        ("0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"),
        ("1000000000000000000000000000000000000000", "1000000000000000000000000000000000000000"),
        ("0.00000000000000000001", "0.00000000000000000001"),
    ]

    @Test(arguments: texts) func `stores`(text: String, stored: String) throws {
        let service = try TestService.withTables()
        try service.expect("PutItem", #"{"TableName": "Things", "Item": {"pk": {"S": "k"}, "n": {"N": "\#(text)"}}}"#)
        let body = try service.expect("GetItem", #"{"TableName": "Things", "Key": {"pk": {"S": "k"}}}"#)
        #expect(body["Item"]?["n"]?["N"]?.string == stored)
    }

    static let notNumeric = "The parameter cannot be converted to a numeric value"
    static let refused = [
        ("", notNumeric), ("x", notNumeric + ": x"), ("1x", notNumeric + ": 1x"), ("1 ", notNumeric + ": 1 "),
        ("--1", notNumeric + ": --1"), ("1e", notNumeric + ": 1e"), ("0x10", notNumeric + ": 0x10"),
        ("NaN", notNumeric + ": NaN"),
        ("1,5", notNumeric + ": 1,5"), (".", notNumeric + ": ."),
        ("1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("-1e126", "Number overflow. Attempting to store a number with magnitude larger than supported range"),
        ("1e-131", "Number underflow. Attempting to store a number with magnitude smaller than supported range"),
        ("123456789012345678901234567890123456789", "Attempting to store more than 38 significant digits in a Number"),
    ]

    @Test(arguments: refused) func `refuses`(text: String, message: String) throws {
        try RefusalRow(
            text, "PutItem", #"{"TableName": "Things", "Item": {"pk": {"S": "k"}, "n": {"N": "\#(text)"}}}"#, message
        ).check()
    }

    static let sums = [
        ("1", "+", "1", "2"), ("0.1", "+", "0.2", "0.3"), ("1", "-", "1", "0"),
        ("1e20", "+", "1", "100000000000000000001"),
        ("99999999999999999999999999999999999999", "-", "1", "99999999999999999999999999999999999998"),
        ("-5", "+", "3", "-2"),
        ("1e125", "-", "1e125", "0"), ("0.5", "+", "0.5", "1"),
    ]

    @Test(arguments: sums) func `calculates exactly`(left: String, sign: String, right: String, result: String) throws {
        let service = try TestService.withTables()
        let body = try service.expect(
            "UpdateItem",
            #"""
            {"TableName": "Things", "Key": {"pk": {"S": "k"}}, "UpdateExpression": "SET n = :a \#(sign) :b", "ReturnValues": "ALL_NEW",
             "ExpressionAttributeValues": {":a": {"N": "\#(left)"}, ":b": {"N": "\#(right)"}}}
            """#)
        #expect(body["Attributes"]?["n"]?["N"]?.string == result)
    }
}
