import Domain
package import Events
import Handling
package import LambdaRuntime
package import Services

/// Keeps who came in and when, for the administrators to see (R79–R81).
package struct RecordSignInHandler: LambdaHandler {
    private let store: any ItemStore
    package init(store: any ItemStore) { self.store = store }

    /// - Returns: the event, as the user pool wants it. Never an error: nobody is kept out because the record can't be
    ///   written; the failure is logged and counted.
    package func handle(_ event: UserPoolEvent, context: InvocationContext) async throws -> UserPoolEvent {
        guard event.source == "PostAuthentication_Authentication", let userID = event.subject else { return event }
        let attempt = SignInAttempt(
            id: context.requestID, userID: userID, clientID: event.clientID, agent: event.clientMetadata["userAgent"],
            at: context.receivedAt)
        do {
            try await store.commit([attempt.write], token: context.requestID)
            context.count(["SignIns": 1], by: "RecordSignIn")
        } catch {
            context.logger.error("A sign-in was not recorded: \(error)")
            context.count(["SignInsNotRecorded": 1], by: "RecordSignIn")
        }
        return event
    }
}
