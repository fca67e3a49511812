/// The errors of user pools with the words of AWS.
///
/// - Note: Source: Amazon Cognito API Reference, errors of each action; the texts as the service gives them.
extension ServiceFault {
    static func badParameter(_ message: String) -> ServiceFault {
        ServiceFault(code: "InvalidParameterException", message: message)
    }

    static func notAuthorized(_ message: String) -> ServiceFault {
        ServiceFault(code: "NotAuthorizedException", message: message)
    }

    static func noPool(_ id: String) -> ServiceFault {
        ServiceFault(code: "ResourceNotFoundException", message: "User pool \(id) does not exist.")
    }

    static func noClient(_ id: String) -> ServiceFault {
        ServiceFault(code: "ResourceNotFoundException", message: "User pool client \(id) does not exist.")
    }

    static let wrongPassword = notAuthorized("Incorrect username or password.")
    static let lockedOut = notAuthorized("Password attempts exceeded")
    static let disabled = notAuthorized("User is disabled.")
    static let noUser = ServiceFault(code: "UserNotFoundException", message: "User does not exist.")
    static let unconfirmed = ServiceFault(code: "UserNotConfirmedException", message: "User is not confirmed.")
    static let resetRequired = ServiceFault(
        code: "PasswordResetRequiredException", message: "Password reset required for the user")
    static let wrongCode = ServiceFault(
        code: "CodeMismatchException", message: "Invalid verification code provided, please try again.")
    static let expiredCode = ServiceFault(
        code: "ExpiredCodeException", message: "Invalid code provided, please request a code again.")
    static let tooManyAttempts = ServiceFault(
        code: "LimitExceededException", message: "Attempt limit exceeded, please try after some time.")
    static let noGroup = ServiceFault(code: "ResourceNotFoundException", message: "Group not found.")
    static let badSession = notAuthorized("Invalid session for the user.")

    static func aliasExists(_ attribute: String) -> ServiceFault {
        let what = attribute == "phone_number" ? "phone_number" : attribute
        return ServiceFault(code: "AliasExistsException", message: "An account with the given \(what) already exists.")
    }

    static func usernameExists(_ attribute: String?) -> ServiceFault {
        ServiceFault(
            code: "UsernameExistsException",
            message: attribute.map { "An account with the given \($0) already exists." } ?? "User already exists")
    }
}
