import AWSServices
import LambdaRuntime
import Payments

try await RuntimeLoop(
    PlaceOrderHandler(store: LiveServices.fromEnvironment().store, payments: StripeCheckout.fromEnvironment())
).run()
