/// Why no avatar was made of an upload. Raw values are API.
package enum AvatarFailure: String, CaseIterable, Sendable {
    case empty = "FILE_EMPTY"
    case fileTooLarge = "FILE_TOO_LARGE"
    case typeUnsupported = "TYPE_UNSUPPORTED"
    case animated = "ANIMATED"
    case imageTooLarge = "IMAGE_TOO_LARGE"
    case damaged = "DAMAGED"

    /// What happened, then what to do next.
    package var message: String {
        switch self {
        case .empty: "The file is empty. Choose another picture."
        case .fileTooLarge: "The file is larger than 10 MB. Choose a smaller one."
        case .typeUnsupported: "We take JPEG and PNG pictures only. Save the picture as one of these."
        case .animated: "The picture moves. Choose one that keeps still."
        case .imageTooLarge: "The picture has too many pixels. Make it smaller first."
        case .damaged: "The picture is damaged or not complete. Choose another one, or save it anew."
        }
    }
}
