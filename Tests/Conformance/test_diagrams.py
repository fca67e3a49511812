"""The diagrams show what the template has."""

import re

from conftest import ROOT

DIAGRAMS = ROOT / ".diagrams"


def test_every_function_is_in_the_logical_diagram():
    template = (ROOT / "template.yaml").read_text()
    functions = set(re.findall(r"^ +Handler: (\w+)$", template, re.MULTILINE))
    drawn = (DIAGRAMS / "logical.dot").read_text()
    # Nodes with names of two words, as the functions' are, but for one.
    named = set(re.findall(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b|\b(?:Profile|Connect)\b", drawn)) - {"UserPool"}
    assert named - {"HTTPAPI", "EventBridge", "WebSocket", "PayPal"} == functions


def test_pictures_are_drawn_from_the_texts():
    for text in DIAGRAMS.glob("*.dot"):
        picture = text.with_suffix(".svg").read_text()
        for name in re.findall(r'^ +(\w+) \[label="([^"\\,]+)', text.read_text(), re.MULTILINE):
            assert name[1] in picture, (text.name, name)
