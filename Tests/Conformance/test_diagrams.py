"""The diagrams show what the template has."""

import re

from conftest import ROOT

DIAGRAMS = ROOT / ".diagrams"


def test_every_function_is_in_the_logical_diagram():
    template = (ROOT / "template.yaml").read_text()
    functions = set(re.findall(r"^ +Handler: (\w+)$", template, re.MULTILINE))
    drawn = (DIAGRAMS / "logical.dot").read_text()
    clusters = re.findall(r"style=rounded\n([^}]+)}", drawn)
    named = {name for cluster in clusters for name in re.findall(r"\w+", cluster)} | {"AuditBooks"}
    assert named == functions


def test_pictures_are_drawn_from_the_texts():
    for text in DIAGRAMS.glob("*.dot"):
        picture = text.with_suffix(".svg").read_text()
        for name in re.findall(r'^ +(\w+) \[label="([^"\\,]+)', text.read_text(), re.MULTILINE):
            assert name[1] in picture, (text.name, name)
