import Domain
package import Events
import Handling
package import LambdaRuntime
package import Services

/// Makes the profile of who has just confirmed an account (R74).
package struct GreetUserHandler: LambdaHandler {
    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    /// - Returns: the event, as the user pool wants it. Never an error: the account is confirmed whatever we say, and
    ///   its user would read that it is not. All that need a profile do without one, and the failure is logged and
    ///   counted.
    package func handle(_ event: UserPoolEvent, context: InvocationContext) async throws -> UserPoolEvent {
        // Who has forgotten a password confirms the account anew, and is known.
        guard event.source == "PostConfirmation_ConfirmSignUp", let userID = event.subject else { return event }
        do {
            try await store.commit([Profile.greeting(userID, at: context.receivedAt)], token: context.requestID)
            context.count(["Greeted": 1], by: "GreetUser")
        } catch {
            context.logger.error("A user was not greeted: \(error)")
            context.count(["NotGreeted": 1], by: "GreetUser")
        }
        return event
    }
}
