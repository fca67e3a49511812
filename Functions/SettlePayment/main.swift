import AWSServices
import LambdaRuntime
import Machine
import Payments

try await RuntimeLoop(
    SettlePaymentHandler(
        store: LiveServices.fromEnvironment().store, stripe: StripeCheckout.fromEnvironment(),
        stripeSecret: Environment.requiredText("STRIPE_WEBHOOK_SECRET"), paypal: PayPalCheckout.fromEnvironment(),
        paypalWebhookID: Environment.requiredText("PAYPAL_WEBHOOK_ID"))
).run()
