import AWSServices
import LambdaRuntime
import Machine

func handler() throws(EnvironmentError) -> RequestAvatarUploadHandler {
    let services = try LiveServices.fromEnvironment()
    return RequestAvatarUploadHandler(store: services.store, objects: services.objects)
}

try await RuntimeLoop(handler()).run()
