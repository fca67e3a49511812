import Emulator
import Template
import Testing
import Time

struct UserPoolRulesTests {
    static func pool(_ properties: String) throws -> UserPoolResource {
        let stack = try Stack.load(
            text: "Resources: { P: { Type: AWS::Cognito::UserPool, Properties: { \(properties) } } }", file: "t.yaml")
        return try #require(try stack.userPools().first)
    }

    // MARK: Passwords

    static let passwords: [(String, String?)] = [
        ("Abcdef-1", nil), ("Abcde-1", "Password not long enough"), ("Abc def1", nil), ("Abcdefg1 ", "symbol"),
        (" Abcdefg1", "symbol"), ("abcdef-1", "uppercase"), ("ABCDEF-1", "lowercase"), ("Abcdef-g", "numeric"),
        ("Abcdefg1", "symbol"), ("Ábcdef-1", "uppercase"), ("Abcdefß1", "symbol"), ("Abcdef١-", "numeric"),
    ]
    @Test(arguments: passwords) func `holds passwords to the policy`(password: String, reason: String?) {
        let refusal = PasswordRules.refusal(of: password, by: UserPoolResource.PasswordPolicy())
        #expect((refusal == nil) == (reason == nil))
        if let reason { #expect(refusal?.contains(reason) == true) }
    }

    @Test(arguments: [6, 8, 99]) func `makes temporary passwords that conform`(length: Int) throws {
        let policy = try Self.pool(
            """
            Policies: { PasswordPolicy: { MinimumLength: \(length), RequireNumbers: true, RequireSymbols: true,
              RequireUppercase: true, RequireLowercase: true } }
            """
        ).passwordPolicy
        var number: UInt64 = 0
        let password = PasswordRules.temporary(for: policy) {
            number += 7
            return number
        }
        #expect(PasswordRules.refusal(of: password, by: policy) == nil)
    }

    @Test func `locks for twice as long after each failure from the fifth on`() {
        var log = AttemptLog()
        var now = Timestamp(milliseconds: 1_000_000)
        for _ in 1...4 {
            log.fail(at: now)
            #expect(!log.isLocked(at: now))
        }
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
            log.fail(at: now)
            #expect(log.isLocked(at: now + .milliseconds(seconds * 1_000 - 1)))
            now = now + .seconds(seconds)
            #expect(!log.isLocked(at: now))
        }
        // Never for more than a quarter of an hour, after which all is forgotten.
        log.fail(at: now)
        #expect(log.isLocked(at: now + .milliseconds(899_999)))
        #expect(!log.isLocked(at: now + .seconds(900)))
        log.fail(at: now + .seconds(900))
        #expect(!log.isLocked(at: now + .seconds(900)))
    }

    @Test func `takes so many codes within an hour`() {
        var log = AttemptLog()
        let now = Timestamp(milliseconds: 1_000_000)
        for _ in 0..<AttemptLog.codeAttemptsPerHourMax {
            let isTooMany = log.request(at: now)
            #expect(!isTooMany)
        }
        let atOnce = log.request(at: now + .milliseconds(3_599_999))
        let later = log.request(at: now + .seconds(3_600))
        #expect(atOnce && !later)
    }

    // MARK: Attributes

    struct AttributeRow: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var attributes: [String: String]
        var isNew = false, isAdmin = false
        var allowed: Set<String>?
        var message: String?
    }
    static let attributes = [
        AttributeRow(testDescription: "all right", attributes: ["email": "a@b.example", "custom:age": "18"]),
        AttributeRow(
            testDescription: "required", attributes: [:], isNew: true, message: "email: The attribute is required"),
        AttributeRow(
            testDescription: "required and empty", attributes: ["email": ""], isNew: true,
            message: "email: The attribute"),
        AttributeRow(
            testDescription: "unknown", attributes: ["custom:x": "1"], message: "does not exist in the schema"),
        AttributeRow(testDescription: "without its prefix", attributes: ["age": "20"], message: "does not exist"),
        AttributeRow(testDescription: "fixed", attributes: ["custom:tier": "x"], message: "cannot be updated"),
        AttributeRow(
            testDescription: "fixed, new", attributes: ["custom:tier": "x", "email": "a@b.example"], isNew: true),
        AttributeRow(
            testDescription: "sub", attributes: ["sub": "x"], isNew: true, message: "sub: Attribute cannot be"),
        AttributeRow(
            testDescription: "too long", attributes: ["custom:tier": "12345", "email": "a@b.example"], isNew: true,
            message: "between 1 and 4 characters"),
        AttributeRow(testDescription: "too small", attributes: ["custom:age": "17"], message: "at least 18"),
        AttributeRow(testDescription: "too large", attributes: ["custom:age": "100"], message: "at most 99"),
        AttributeRow(testDescription: "no number", attributes: ["custom:age": "1x"], message: "Not a valid number"),
        AttributeRow(testDescription: "phone", attributes: ["phone_number": "0123"], message: "Invalid phone number"),
        AttributeRow(
            testDescription: "flag", attributes: ["email_verified": "true"], message: "unauthorized attribute"),
        AttributeRow(
            testDescription: "flag, by an administrator", attributes: ["email_verified": "true"], isAdmin: true),
        AttributeRow(
            testDescription: "not the client's", attributes: ["name": "x"], allowed: ["email"],
            message: "unauthorized attribute"),
    ]
    @Test(arguments: attributes) func `holds attributes to the schema`(row: AttributeRow) throws {
        let rules = AttributeRules(
            pool: try Self.pool(
                """
                Schema: [{ Name: email, Required: true }, { Name: tier, StringAttributeConstraints: { MinLength: 1, MaxLength: 4 } },
                  { Name: age, AttributeDataType: Number, Mutable: true,
                    NumberAttributeConstraints: { MinValue: 18, MaxValue: 99 } }]
                """))
        var message: String?
        do throws(ServiceFault) {
            try rules.check(row.attributes, allowed: row.allowed, isNew: row.isNew, isAdmin: row.isAdmin)
        } catch {
            message = error.message
        }
        #expect((message == nil) == (row.message == nil))
        if let wanted = row.message { #expect(message?.contains(wanted) == true) }
    }

    @Test func `knows addresses and numbers`() {
        for text in ["a@b.c", "a+b@c.example"] { #expect(AttributeRules.isEmail(text)) }
        for text in ["", "a", "@b.c", "a@", "a@b", "a@.c", "a@b.", "a@b@c.d", "a b@c.d"] {
            #expect(!AttributeRules.isEmail(text))
        }
        for text in ["+1", "+123456789012345"] { #expect(AttributeRules.isPhoneNumber(text)) }
        for text in ["", "+", "1", "+1234567890123456", "+1 2", "+12a"] { #expect(!AttributeRules.isPhoneNumber(text)) }
        #expect(AttributeRules.masked("ann@example.com", "email") == "a***@e***")
        #expect(AttributeRules.masked("+15551234567", "phone_number") == "+*******4567")
    }

    // MARK: Filters

    static let filters: [(String, String, UserFilter.Comparison, String)] = [
        (#"email = "a@b.c""#, "email", .equals, "a@b.c"), (#"email="a""#, "email", .equals, "a"),
        (#"username^="a""#, "username", .beginsWith, "a"),
        (#" "family_name" ^= "O\"N" "#, "family_name", .beginsWith, "O\"N"),
        (#"cognito:user_status = "CONFIRMED""#, "cognito:user_status", .equals, "CONFIRMED"),
        (#"name = """#, "name", .equals, ""),
    ]
    @Test(arguments: filters) func `reads filters`(
        text: String, attribute: String, comparison: UserFilter.Comparison, value: String
    ) throws {
        let filter = try #require(try UserFilter(text))
        #expect(filter.attribute == attribute)
        #expect(filter.comparison == comparison)
        #expect(filter.value == value)
    }

    static let badFilters = [
        "email", "email =", "email = a", #"email = "a"#, #"email == "a""#, #"= "a""#, #"email ^ "a""#,
        #"email = "a" x"#,
        #"custom:tier = "a""#, #"address = "a""#,
    ]
    @Test(arguments: badFilters) func `refuses filters`(text: String) {
        #expect(throws: ServiceFault.self) { try UserFilter(text) }
    }

    @Test func `finds by filters`() throws {
        let whole = try #require(try UserFilter(#"name = "Ann""#))
        let start = try #require(try UserFilter(#"name ^= "An""#))
        #expect(whole.accepts("Ann", isCaseSensitive: true) && !whole.accepts("ann", isCaseSensitive: true))
        #expect(whole.accepts("ann", isCaseSensitive: false) && !whole.accepts("Anna", isCaseSensitive: false))
        #expect(start.accepts("Anna", isCaseSensitive: true) && !start.accepts("Jan", isCaseSensitive: true))
        #expect(!whole.accepts(nil, isCaseSensitive: true))
        #expect(try UserFilter(" ") == nil)
    }
}
