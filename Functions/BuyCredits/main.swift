import AWSServices
import LambdaRuntime
import Machine
import Payments

try await RuntimeLoop(
    BuyCreditsHandler(
        store: LiveServices.fromEnvironment().store, payments: StripeCheckout.fromEnvironment(),
        webhookSecret: Environment.requiredText("STRIPE_WEBHOOK_SECRET"))
).run()
