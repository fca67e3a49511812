import AWSServices
import LambdaRuntime
import Machine
import Payments

func handler() throws(EnvironmentError) -> PlaceOrderHandler {
    let services = try LiveServices.fromEnvironment()
    return PlaceOrderHandler(
        store: services.store, stripe: try StripeCheckout.fromEnvironment(),
        paypal: try PayPalCheckout.fromEnvironment(),
        releases: try services.queue("RELEASE_QUEUE"))
}

try await RuntimeLoop(handler()).run()
