import Emulator
import Testing

struct XMLTests {
    @Test func `reads what requests have`() throws {
        let text = """
            \u{FEFF}<?xml version="1.0" encoding="UTF-8"?>
            <!-- a comment -->
            <s3:Delete xmlns:s3="http://s3.amazonaws.com/doc/2006-03-01/" a='"b"'>
              <Object><Key>a &amp; &lt;b&gt; &quot;&apos;&#252;&#x1F984;</Key></Object>
              <Object><Key><![CDATA[<raw> & ]]>text</Key><Empty /></Object>
              <Quiet>true</Quiet >
            </s3:Delete>

            """
        let root = try XMLReader.read(Array(text.utf8))
        #expect(root.name == "Delete")
        #expect(root.attributes["a"] == "\"b\"")
        #expect(root.all("Object").map { $0.text("Key") } == ["a & <b> \"'ü🦄", "<raw> & text"])
        #expect(root.all("Object")[1]["Empty"] == XMLElement("Empty"))
        #expect(root.text("Quiet") == "true")
    }

    @Test(arguments: [
        "", "text", "<a>", "<a></b>", "<a", "<a b></a>", "<a b=c/>", "<a/><b/>", "<a>&nbsp;</a>", "<a>&#0;</a>x",
        "<a>&#xD800;</a>", "<a>&amp</a>", "<a b=\"<\"/>", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "<a><!-- </a>",
        "<a><![CDATA[</a>", "</a>", "<a b=\"1\"c=\"2\"/>",
        String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17),
        "<a>" + String(repeating: "<b/>", count: 100_000) + "</a>",
    ]) func `refuses anything else`(text: String) {
        #expect(throws: XMLSyntaxError.self) { try XMLReader.read(Array(text.utf8)) }
    }

    @Test func `refuses what is no UTF-8`() {
        #expect(throws: XMLSyntaxError.self) { try XMLReader.read(Array("<a>".utf8) + [0xFF] + Array("</a>".utf8)) }
    }

    @Test func `takes as many levels and elements as it says`() throws {
        let levels = String(repeating: "<a>", count: 16) + String(repeating: "</a>", count: 16)
        #expect(try XMLReader.read(Array(levels.utf8)).children.count == 1)
        let elements = "<a>" + String(repeating: "<b/>", count: 99_999) + "</a>"
        #expect(try XMLReader.read(Array(elements.utf8)).children.count == 99_999)
    }

    @Test func `what it writes is read again`() throws {
        let value = "<&>\"' ü🦄\r\n\ttext"
        let text = XMLWriter.document("Root") { writer in
            writer.element("Value", value)
            writer.element("Number", 7)
            writer.element("Flag", true)
            writer.element(ifPresent: "None", nil)
            var child = XMLElement("Child", text: value, [XMLElement("Inner")])
            child.attributes = ["a": value]
            writer.element(child)
        }
        let root = try XMLReader.read(Array(text.utf8))
        #expect(root.text("Value") == value)
        #expect(root.text("Number") == "7")
        #expect(root.text("Flag") == "true")
        #expect(root["None"] == nil)
        #expect(root["Child"]?.text == value)
        #expect(root["Child"]?["Inner"] != nil)
    }
}
