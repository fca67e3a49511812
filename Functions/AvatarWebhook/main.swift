import AWSServices
import LambdaRuntime
import Machine

try await RuntimeLoop(
    AvatarWebhookHandler(
        store: LiveServices.fromEnvironment().store, secret: Environment.requiredText("AVATAR_WEBHOOK_SECRET"))
).run()
