import JSON
import NIOCore
import NIOHTTP1
import Routing

/// The mailbox for people and programs: a page where HTML is asked for, otherwise JSON.
struct MailPage {
    static let path = "/_emulator/mail"

    /// - Parameter query: `to=ADDRESS`, percent-encoded.
    static func answer(to request: HTTPRequest, from mailbox: Mailbox) -> HTTPResponse {
        let messages = mailbox.messages(to: address(in: request.query))
        if request.headers.first(name: "Accept")?.contains("text/html") == true {
            return HTTPResponse(
                .ok, headers: [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")],
                body: ByteBuffer(string: html(messages)))
        }
        // Texts and numbers only: there is nothing that could fail.
        let list = messages.map { try! encodeJSONValue($0) }
        let body: JSONValue = ["messages": .array(list)]
        return HTTPResponse(.ok, json: body.compactBytes)
    }

    private static func address(in query: String) -> String? {
        PercentEncoding.pairs(ofQuery: query).first { $0.name == "to" }?.value
    }

    /// Newest first. Every text goes through ``escaped(_:)``.
    static func html(_ messages: [Mailbox.Message]) -> String {
        var page = """
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Mail</title><style>body{font:1rem/1.5 system-ui;max-width:44rem;margin:2rem auto;padding:0 1rem}
            article{border-top:1px solid #ccc;padding:1rem 0}h2{font-size:1rem;margin:0}pre{white-space:pre-wrap;font:inherit}
            </style><h1>Mail</h1>

            """
        if messages.isEmpty { page += "<p>Nothing has been sent yet.</p>\n" }
        for message in messages.reversed() {
            let subject = message.medium == "SMS" ? "Text message" : message.subject
            page += """
                <article><h2>\(escaped(subject))</h2>
                <p>To \(escaped(message.to)), <time>\(escaped(message.sentAt))</time>, by \(escaped(message.from))</p>
                <pre>\(escaped(message.text))</pre></article>

                """
        }
        return page + "</html>\n"
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
