/// A user pool (`AWS::Cognito::UserPool`).
///
/// - Note: Source: AWS CloudFormation Template Reference, "AWS::Cognito::UserPool"; Amazon Cognito API Reference,
///   CreateUserPool.
package struct UserPoolResource: Hashable, Sendable {
    package static let type = "AWS::Cognito::UserPool"

    package struct PasswordPolicy: Hashable, Sendable {
        /// 6...99.
        package var minimumLength = 8
        package var requiresUppercase = true
        package var requiresLowercase = true
        package var requiresNumbers = true
        package var requiresSymbols = true
        /// 0...365.
        package var temporaryPasswordDays = 7

        /// What holds without a policy of one's own.
        package init() {}
    }

    /// A custom attribute, or a change to one that every pool has.
    package struct Attribute: Hashable, Sendable {
        /// With `custom:` in front of a custom one.
        package var name: String
        /// `String`, `Number`, `DateTime` or `Boolean`.
        package var type: String
        package var isMutable: Bool
        package var isRequired: Bool
        package var minimumLength: Int?
        package var maximumLength: Int?
        package var minimumValue: Int?
        package var maximumValue: Int?
    }

    package struct Message: Hashable, Sendable {
        package var subject: String
        /// With `{####}` and, in invitations, `{username}`.
        package var text: String
    }

    package let logicalID: String
    package let position: SourcePosition
    /// The value of `Ref`.
    package let id: String
    package let arn: String
    package let name: String
    /// `email`, `phone_number`: what people sign up with instead of a name.
    package let usernameAttributes: [String]
    /// `email`, `phone_number`, `preferred_username`: what people may sign in with besides their name.
    package let aliasAttributes: [String]
    package let autoVerifiedAttributes: [String]
    package let isCaseSensitive: Bool
    package let passwordPolicy: PasswordPolicy
    package let attributes: [Attribute]
    package let allowsAdminCreateUserOnly: Bool
    /// In the order of their priorities: `verified_email`, `verified_phone_number` or `admin_only`.
    package let recovery: [String]
    /// Attributes whose new value counts only once it is verified.
    package let attributesVerifiedBeforeUpdate: [String]
    package let verificationEmail: Message
    package let verificationSMS: String
    package let invitationEmail: Message
    package let invitationSMS: String
    /// The triggers' function ARNs, by the names of `LambdaConfig`.
    package let triggers: [String: String]
    /// `V1_0` or `V2_0`.
    package let tokenGenerationVersion: String
    package let isDeletionProtected: Bool
    /// Every property, these included.
    package let properties: TemplateValue
}

extension UserPoolResource {
    /// The triggers that the emulator calls.
    package static let triggerNames = [
        "PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication", "CustomMessage",
        "PreTokenGeneration",
    ]
    private static let contacts = ["email", "phone_number"]

    /// - Parameter functions: whose events of type `Cognito` name the pool.
    init(_ resource: Resource, _ functions: [FunctionResource]) throws(TemplateError) {
        let properties = resource.properties
        logicalID = resource.logicalID
        position = resource.position
        id = resource.reference
        arn = resource.arn ?? ""
        self.properties = properties
        name = try properties["UserPoolName"]?.requireText("UserPoolName") ?? resource.logicalID
        usernameAttributes = try Self.texts(properties, "UsernameAttributes", oneOf: Self.contacts)
        aliasAttributes = try Self.texts(
            properties, "AliasAttributes", oneOf: Self.contacts + ["preferred_username"])
        if !usernameAttributes.isEmpty, !aliasAttributes.isEmpty {
            throw TemplateError(
                "UsernameAttributes and AliasAttributes exclude each other; keep one of them", at: resource.position)
        }
        autoVerifiedAttributes = try Self.texts(properties, "AutoVerifiedAttributes", oneOf: Self.contacts)
        isCaseSensitive =
            try properties["UsernameConfiguration"]?["CaseSensitive"]?.requireBoolean("CaseSensitive") ?? true
        passwordPolicy = try PasswordPolicy(properties["Policies"]?["PasswordPolicy"])
        var attributes: [Attribute] = []
        for value in try properties["Schema"]?.requireList("Schema") ?? [] { attributes.append(try Attribute(value)) }
        self.attributes = attributes
        let creation = properties["AdminCreateUserConfig"]
        allowsAdminCreateUserOnly =
            try creation?["AllowAdminCreateUserOnly"]?.requireBoolean("AllowAdminCreateUserOnly") ?? false
        recovery = try Self.recovery(properties["AccountRecoverySetting"])
        attributesVerifiedBeforeUpdate = try Self.texts(
            properties["UserAttributeUpdateSettings"] ?? TemplateValue(.map([]), at: resource.position),
            "AttributesRequireVerificationBeforeUpdate", oneOf: Self.contacts)
        let template = properties["VerificationMessageTemplate"]
        let subject = (try Self.text(template, "EmailSubject"), try Self.text(properties, "EmailVerificationSubject"))
        let text = (try Self.code(template, "EmailMessage"), try Self.code(properties, "EmailVerificationMessage"))
        let sms = (try Self.code(template, "SmsMessage"), try Self.code(properties, "SmsVerificationMessage"))
        verificationEmail = Message(
            subject: subject.0 ?? subject.1 ?? "Your verification code",
            text: text.0 ?? text.1 ?? "Your verification code is {####}")
        verificationSMS = sms.0 ?? sms.1 ?? "Your verification code is {####}"
        let invitation = creation?["InviteMessageTemplate"]
        invitationEmail = Message(
            subject: try Self.text(invitation, "EmailSubject") ?? "Your temporary password",
            text: try Self.code(invitation, "EmailMessage")
                ?? "Your username is {username} and temporary password is {####}")
        invitationSMS =
            try Self.code(invitation, "SMSMessage") ?? "Your username is {username} and temporary password is {####}"
        (triggers, tokenGenerationVersion) = try Self.triggers(
            properties["LambdaConfig"], resource.logicalID, resource.reference, functions)
        isDeletionProtected =
            try properties["DeletionProtection"]?.requireText("DeletionProtection", oneOf: ["ACTIVE", "INACTIVE"])
            == "ACTIVE"
    }

    private static func text(_ value: TemplateValue?, _ name: String) throws(TemplateError) -> String? {
        try value?[name]?.requireText(name)
    }

    /// A message's text, which must say the code.
    private static func code(_ value: TemplateValue?, _ name: String) throws(TemplateError) -> String? {
        guard let text = try text(value, name) else { return nil }
        guard text.contains("{####}") else {
            throw TemplateError("\(name) must hold {####}, where the code goes", at: value?[name]?.position)
        }
        return text
    }

    private static func texts(
        _ properties: TemplateValue, _ name: String, oneOf choices: [String]
    ) throws(TemplateError) -> [String] {
        var texts: [String] = []
        for value in try properties[name]?.requireList(name) ?? [] {
            texts.append(try value.requireText("an element of \(name)", oneOf: choices))
        }
        return texts
    }

    /// Without the setting a code goes to a verified phone, and else to a verified address.
    private static func recovery(_ value: TemplateValue?) throws(TemplateError) -> [String] {
        guard let mechanisms = try value?["RecoveryMechanisms"]?.requireList("RecoveryMechanisms") else {
            return ["verified_phone_number", "verified_email"]
        }
        var found: [(priority: Int, name: String)] = []
        for mechanism in mechanisms {
            let name = try mechanism.require("Name", of: "the recovery mechanism").requireText(
                "Name", oneOf: ["verified_email", "verified_phone_number", "admin_only"])
            let priority = try mechanism.require("Priority", of: "the recovery mechanism").requireInteger(
                "Priority", in: 1...2)
            found.append((priority, name))
        }
        return found.sorted { $0.priority < $1.priority }.map(\.name)
    }

    /// What `LambdaConfig` and the functions' events say, which SAM writes into it.
    private static func triggers(
        _ value: TemplateValue?, _ pool: String, _ reference: String, _ functions: [FunctionResource]
    ) throws(TemplateError) -> ([String: String], String) {
        var triggers: [String: String] = [:]
        var version = "V1_0"
        for name in triggerNames { triggers[name] = try value?[name]?.requireText(name) }
        if let generation = value?["PreTokenGenerationConfig"] {
            triggers["PreTokenGeneration"] = try generation.require("LambdaArn", of: "PreTokenGenerationConfig")
                .requireText("LambdaArn")
            version = try generation.require("LambdaVersion", of: "PreTokenGenerationConfig").requireText(
                "LambdaVersion", oneOf: ["V1_0", "V2_0"])
        }
        for function in functions {
            for event in function.events where event.type == "Cognito" {
                let target = try event.properties.require("UserPool", of: "the event \(event.name)")
                // SAM takes the logical id by !Ref only.
                guard target.text == reference else { continue }
                let names = try event.properties.require("Trigger", of: "the event \(event.name)")
                for name in names.list ?? [names] {
                    let trigger = try name.requireText("Trigger", oneOf: triggerNames)
                    if let other = triggers[trigger], other != function.arn {
                        throw TemplateError("\(pool) has a \(trigger) trigger already", at: name.position)
                    }
                    triggers[trigger] = function.arn
                }
            }
        }
        return (triggers, version)
    }
}

extension UserPoolResource.PasswordPolicy {
    init(_ value: TemplateValue?) throws(TemplateError) {
        self.init()
        guard let value else { return }
        // A policy that is given requires only what it says.
        minimumLength = try value["MinimumLength"]?.requireInteger("MinimumLength", in: 6...99) ?? 8
        requiresUppercase = try value["RequireUppercase"]?.requireBoolean("RequireUppercase") ?? false
        requiresLowercase = try value["RequireLowercase"]?.requireBoolean("RequireLowercase") ?? false
        requiresNumbers = try value["RequireNumbers"]?.requireBoolean("RequireNumbers") ?? false
        requiresSymbols = try value["RequireSymbols"]?.requireBoolean("RequireSymbols") ?? false
        temporaryPasswordDays =
            try value["TemporaryPasswordValidityDays"]?.requireInteger("TemporaryPasswordValidityDays", in: 0...365)
            ?? 7
    }
}

extension UserPoolResource.Attribute {
    /// Attributes that every pool has, all texts that can be changed, `sub` excepted.
    ///
    /// - Note: Source: Amazon Cognito Developer Guide, "Working with user attributes".
    package static let standardNames: Set<String> = [
        "sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile",
        "picture",
        "website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number",
        "phone_number_verified", "address", "updated_at",
    ]

    init(_ value: TemplateValue) throws(TemplateError) {
        let given = try value.require("Name", of: "the attribute").requireText("Name")
        let isStandard = Self.standardNames.contains(given)
        name = isStandard ? given : "custom:\(given)"
        type =
            try value["AttributeDataType"]?.requireText(
                "AttributeDataType", oneOf: ["String", "Number", "DateTime", "Boolean"]) ?? "String"
        isMutable = try value["Mutable"]?.requireBoolean("Mutable") ?? isStandard
        isRequired = try value["Required"]?.requireBoolean("Required") ?? false
        if isRequired, !isStandard {
            throw TemplateError("a custom attribute can't be required", at: value.position)
        }
        let length = value["StringAttributeConstraints"]
        minimumLength = try length?["MinLength"]?.requireInteger("MinLength", in: 0...2_048)
        maximumLength = try length?["MaxLength"]?.requireInteger("MaxLength", in: 0...2_048)
        let range = value["NumberAttributeConstraints"]
        minimumValue = try range?["MinValue"]?.requireInteger("MinValue", in: Int.min...Int.max)
        maximumValue = try range?["MaxValue"]?.requireInteger("MaxValue", in: Int.min...Int.max)
    }
}
