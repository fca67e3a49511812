import AWSServices
import LambdaRuntime
import Machine

try await RuntimeLoop(
    SettlePaymentHandler(
        store: LiveServices.fromEnvironment().store, webhookSecret: Environment.requiredText("STRIPE_WEBHOOK_SECRET"))
).run()
