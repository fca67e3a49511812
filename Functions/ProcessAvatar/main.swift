import AWSServices
import LambdaRuntime
import Machine
import Webhooks

try await RuntimeLoop(
    ProcessAvatarHandler(
        objects: LiveServices.fromEnvironment().objects,
        webhook: SignedWebhook(
            url: Environment.requiredText("AVATAR_WEBHOOK_URL"),
            secret: Environment.requiredText("AVATAR_WEBHOOK_SECRET")))
).run()
