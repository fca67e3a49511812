import Template

extension TemplateCoverage {
    static let cognito = Coverage([
        UserPoolResource.type: [
            "UserPoolName": .used, "UsernameAttributes": .used, "AliasAttributes": .used,
            "AutoVerifiedAttributes": .used, "UsernameConfiguration.CaseSensitive": .used,
            "Policies.PasswordPolicy.MinimumLength": .used,
            "Policies.PasswordPolicy.RequireUppercase": .used, "Policies.PasswordPolicy.RequireLowercase": .used,
            "Policies.PasswordPolicy.RequireNumbers": .used, "Policies.PasswordPolicy.RequireSymbols": .used,
            "Policies.PasswordPolicy.TemporaryPasswordValidityDays": .used, "Schema.Name": .used,
            "Schema.AttributeDataType": .used, "Schema.Mutable": .used, "Schema.Required": .used,
            "Schema.StringAttributeConstraints": .used, "Schema.NumberAttributeConstraints": .used,
            "AdminCreateUserConfig.AllowAdminCreateUserOnly": .used,
            "AdminCreateUserConfig.InviteMessageTemplate": .used, "AccountRecoverySetting": .used,
            "UserAttributeUpdateSettings": .used, "VerificationMessageTemplate.EmailSubject": .used,
            "VerificationMessageTemplate.EmailMessage": .used, "VerificationMessageTemplate.SmsMessage": .used,
            "EmailVerificationSubject": .used, "EmailVerificationMessage": .used, "SmsVerificationMessage": .used,
            "LambdaConfig.PreSignUp": .used, "LambdaConfig.PostConfirmation": .used,
            "LambdaConfig.PreAuthentication": .used, "LambdaConfig.PostAuthentication": .used,
            "LambdaConfig.CustomMessage": .used, "LambdaConfig.PreTokenGeneration": .used,
            "LambdaConfig.PreTokenGenerationConfig": .used,
            "DeletionProtection": .harmless("pools are deleted with their data folder only"),
            "EmailConfiguration": .harmless("mail goes to the local mailbox"),
            "SmsConfiguration": .harmless("text messages go to the local mailbox"),
            "UserPoolTags": .harmless("they are for people"),
            "UserPoolTier": .harmless("there is no bill here"),
        ],
        UserPoolClientResource.type: [
            "ClientName": .used, "UserPoolId": .used, "GenerateSecret": .used, "ExplicitAuthFlows": .used,
            "PreventUserExistenceErrors": .used, "EnableTokenRevocation": .used, "AccessTokenValidity": .used,
            "IdTokenValidity": .used, "RefreshTokenValidity": .used, "TokenValidityUnits": .used,
            "AuthSessionValidity": .used, "RefreshTokenRotation": .used, "ReadAttributes": .used,
            "WriteAttributes": .used,
        ],
        UserPoolGroupResource.type: [
            "GroupName": .used, "UserPoolId": .used, "Description": .used, "Precedence": .used, "RoleArn": .used,
        ],
        "AWS::Serverless::Function/Cognito": ["UserPool": .used, "Trigger": .used],
    ])
}
