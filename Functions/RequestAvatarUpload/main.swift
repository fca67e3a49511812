import AWSServices
import LambdaRuntime

let services = try LiveServices.fromEnvironment()
try await RuntimeLoop(RequestAvatarUploadHandler(store: services.store, objects: services.objects)).run()
