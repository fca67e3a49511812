import AWSServices
import LambdaRuntime
import Payments

let services = try LiveServices.fromEnvironment()
try await RuntimeLoop(
    PlaceOrderHandler(
        store: services.store, stripe: StripeCheckout.fromEnvironment(), paypal: PayPalCheckout.fromEnvironment(),
        releases: services.queue("RELEASE_QUEUE"))
).run()
